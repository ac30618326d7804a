"""Pauses, approvals and reversals: what people told the agent, and what undoes its changes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import case, delete, select

from vmsguard.model.standing_orders import Approval, Pause, PauseScope, Reversal
from vmsguard.state import tables as t
from vmsguard.state.rows import from_row, insert_new, rows_among, upsert
from vmsguard.state.stored import Stored

__all__ = ["StandingOrders"]


class StandingOrders(Stored):
    """What holds until further notice."""

    def put_pause(self, pause: Pause) -> None:
        """Keep a pause; a newer one of the same scope by the same role takes the earlier one's place."""
        with self._database.write() as connection:
            upsert(connection, t.pauses, [pause])

    def pauses(self, now: datetime) -> tuple[Pause, ...]:
        """Those in force: begun, and neither ended nor resumed."""
        c = t.pauses.c
        query = select(t.pauses).where(c.since <= now, (c.until.is_(None)) | (c.until > now))
        with self._database.read() as connection:
            found = (from_row(Pause, row) for row in connection.execute(query.order_by(*t.pauses.primary_key)))
            return tuple(replace(pause, scope=PauseScope(pause.scope)) for pause in found)

    def end_pause(self, scope: PauseScope, name: str = "") -> int:
        """Resume: forget every pause of this scope, whoever made it; how many there were."""
        c = t.pauses.c
        with self._database.write() as connection:
            return connection.execute(delete(t.pauses).where(c.scope == scope.value, c.name == name)).rowcount

    # approvals

    def add_approval(self, approval: Approval) -> None:
        """Keep an approval; the same role's newer word on the same content takes the earlier one's place."""
        with self._database.write() as connection:
            upsert(connection, t.approvals, [approval])

    def approvals(self, what: str, now: datetime) -> tuple[Approval, ...]:
        """Those of one thing that have not expired; whether of the content at hand is for the reader to see."""
        c = t.approvals.c
        query = select(t.approvals).where(c.what == what, c.at <= now, c.expires > now).order_by(c.at, c.digest, c.by)
        with self._database.read() as connection:
            return tuple(from_row(Approval, row) for row in connection.execute(query))

    def drop_approvals(self, what: str) -> None:
        """Forget the approvals of a thing that is done, or no longer wanted."""
        with self._database.write() as connection:
            connection.execute(delete(t.approvals).where(t.approvals.c.what == what))

    # reversals

    def add_reversal(self, reversal: Reversal) -> None:
        """Keep that a change was found undone; the same finding twice is one."""
        with self._database.write() as connection:
            insert_new(connection, t.reversals, [reversal])

    def reversals(self, since: datetime, systems: Collection[str] | None = None) -> tuple[Reversal, ...]:
        """Those from then on, oldest first; by these systems (a target where no system is known), or by any."""
        c = t.reversals.c
        system = case((c.system == "", c.target), else_=c.system)
        with self._database.read() as connection:
            query = select(t.reversals).where(c.at >= since).order_by(c.at, c.target, c.change)
            return tuple(from_row(Reversal, row) for row in rows_among(connection, query, system, systems))

    def forget_reversals(self, before: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(delete(t.reversals).where(t.reversals.c.at < before))
