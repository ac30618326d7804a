"""The outbox: notifications are kept in the transaction that decides on them, and sent afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update

from vmsguard.model.outbox import Notice, Waiting
from vmsguard.state import tables as t
from vmsguard.state.rows import from_row, insert_new
from vmsguard.state.stored import Stored

__all__ = ["Outbox"]


class Outbox(Stored):
    """What is still to be told, and what was told."""

    def post(self, notices: Iterable[Notice]) -> None:
        """Keep notices for sending; one that was posted on its route before, sent or not, is not posted again."""
        with self._database.write() as connection:
            insert_new(connection, t.outbox, notices)

    def unsent(self, now: datetime, limit: int) -> tuple[Waiting, ...]:
        """Notices to send, oldest first, without those in a pause after a failure."""
        c = t.outbox.c
        waits = or_(c.not_before.is_(None), c.not_before <= now)
        with self._database.read() as connection:
            query = select(t.outbox).where(c.sent_at.is_(None), waits).order_by(c.id).limit(limit)
            return tuple(from_row(Waiting, row) for row in connection.execute(query))

    def unsent_count(self) -> int:
        with self._database.read() as connection:
            return connection.execute(select(func.count()).where(t.outbox.c.sent_at.is_(None))).scalar_one()

    def mark_sent(self, notices: Iterable[int], at: datetime) -> None:
        """The route took these notices."""
        with self._database.write() as connection:
            for one in notices:
                sent = update(t.outbox).where(t.outbox.c.id == one)
                connection.execute(sent.values(sent_at=at, attempts=t.outbox.c.attempts + 1, not_before=None))

    def mark_failed(self, notices: Iterable[int], not_before: datetime) -> None:
        """The route did not take these notices: they are tried again from ``not_before`` on."""
        with self._database.write() as connection:
            for one in notices:
                failed = update(t.outbox).where(t.outbox.c.id == one)
                connection.execute(failed.values(attempts=t.outbox.c.attempts + 1, not_before=not_before))

    def forget_sent(self, before: datetime) -> None:
        """Forget what was sent before then; posting it again would send it again."""
        with self._database.write() as connection:
            connection.execute(delete(t.outbox).where(t.outbox.c.sent_at < before))
