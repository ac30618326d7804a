"""Leases on many targets in one hand: a run over a fleet, beside the tasks that work at one target each."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, func, select, update

from vmsguard.errors import LeaseLost
from vmsguard.state import tables as t
from vmsguard.state.columns import earlier
from vmsguard.state.stored import Stored

__all__ = ["LeasesAtOnce"]

_NO_OWNER = ""
_ROWS_AT_ONCE = 500


class LeasesAtOnce(Stored):
    """Who holds them is one owner that nobody else ever is: his name stands for all of his tokens."""

    def lease_free(self, targets: Collection[str], owner: str, now: datetime, ttl: timedelta) -> frozenset[str]:
        """Lease those of the targets that nobody holds; which ones. One that no work is known of is not among them."""
        if not owner:
            raise ValueError("a lease needs an owner")
        c = t.work.c
        taken: set[str] = set()
        names = sorted(targets)
        values = {
            "owner": owner,
            "leased_at": now,
            "lease_until": now + ttl,
            "token": c.token + 1,
            "again": case((c.next_due > now, c.next_due), (c.again > now, c.again), else_=None),
        }
        for start in range(0, len(names), _ROWS_AT_ONCE):
            some = names[start : start + _ROWS_AT_ONCE]
            nobodys = c.lease_until.is_(None) | (c.lease_until <= now)
            with self._database.write() as connection:
                query = select(c.target).where(c.target.in_(some), nobodys).with_for_update(skip_locked=True)
                free = list(connection.execute(query).scalars())
                connection.execute(update(t.work).where(c.target.in_(free), nobodys).values(values))
                taken.update(free)
        return frozenset(taken)

    def leased_elsewhere(self, targets: Collection[str], owner: str, now: datetime) -> frozenset[str]:
        """Those of the targets at which somebody else is at work."""
        c = t.work.c
        query = select(c.target).where(c.lease_until > now, c.owner.not_in((_NO_OWNER, owner)))
        with self._database.read() as connection:
            return frozenset(connection.execute(query).scalars()) & frozenset(targets)

    def renew_all(self, owner: str, now: datetime, ttl: timedelta) -> int:
        """Move the end of all leases of the owner to ``now + ttl``; how many he has."""
        mine = update(t.work).where(t.work.c.owner == owner)
        with self._database.write() as connection:
            return connection.execute(mine.values(lease_until=now + ttl)).rowcount

    def give_back_all(self, owner: str) -> int:
        """End all leases of the owner and leave the work as due as it was; how many there were."""
        c = t.work.c
        values = {
            "owner": _NO_OWNER,
            "leased_at": None,
            "lease_until": None,
            "next_due": earlier(c.again, c.next_due),
            "again": None,
        }
        with self._database.write() as connection:
            return connection.execute(update(t.work).where(c.owner == owner).values(values)).rowcount

    def leases_of(self, owner: str) -> int:
        """How many leases the owner has."""
        with self._database.read() as connection:
            return _count(connection, owner)

    @contextmanager
    def fenced_all(self, owner: str, count: int) -> Iterator[None]:
        """Within it every write first looks, in its own transaction, whether the owner still has all of his leases.

        It raises ``LeaseLost`` instead of writing.
        """

        def check(connection: Connection) -> None:
            if _count(connection, owner) != count:
                raise LeaseLost("a target of the run")

        with self._database.guarded(check):
            yield


def _count(connection: Connection, owner: str) -> int:
    query = select(func.count()).select_from(t.work).where(t.work.c.owner == owner)
    return int(connection.execute(query).scalar_one())
