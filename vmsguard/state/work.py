"""Work and leases: what is due where, who does it, and the fence that keeps out who no longer may.

Times are those of the one agent whose state this is. A lease is over once its time has come, whether or not its
holder has noticed: that is what the fencing token is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, delete, or_, select, union_all, update

from vmsguard.errors import LeaseLost
from vmsguard.model.work import Lease, Work, WorkEntry
from vmsguard.state import tables as t
from vmsguard.state.columns import earlier, moment
from vmsguard.state.rows import from_row, upsert
from vmsguard.state.stored import Stored

__all__ = ["WorkLedger"]

_NO_OWNER = ""
_ROWS_AT_ONCE = 500
_SITES_AT_ONCE = 50
"""In one statement, with two parts for each: SQLite takes 500 parts."""


class WorkLedger(Stored):
    """When each target is to be looked at, and who is looking."""

    def schedule_work(self, entries: Iterable[WorkEntry]) -> None:
        """Have each target looked at by then; a later time than the one that stands changes nothing.

        What falls due while a lease on the target is out stands for another look after it: its holder may have
        looked before. What was due before the lease began is what the lease is for.
        """
        c = t.work.c
        during = and_(c.owner != _NO_OWNER, c.leased_at.is_not(None))
        with self._database.write() as connection:
            upsert(
                connection,
                t.work,
                [Work(target=one.target, site=one.site, next_due=one.next_due) for one in entries],
                lambda new: {
                    **{column.name: column for column in c if column.name not in ("target", "site")},
                    "next_due": earlier(c.next_due, new.next_due),
                    "again": case(
                        (and_(during, new.next_due >= c.leased_at), earlier(c.again, new.next_due)), else_=c.again
                    ),
                },
            )

    def wake_work(self, targets: Iterable[str], now: datetime) -> None:
        """Have these targets looked at now, whatever pause they are in, and once more if a look is under way."""
        c = t.work.c
        with self._database.write() as connection:
            for some in _portions(targets):
                woken = update(t.work).where(c.target.in_(some))
                again = case((c.owner != _NO_OWNER, moment(now)), else_=c.again)
                values = {"next_due": earlier(c.next_due, moment(now)), "again": again, "not_before": None}
                connection.execute(woken.values(values))

    def due_work(self, now: datetime, limit: int, site: str | None = None) -> tuple[Work, ...]:
        """What is due, not leased and not in a pause after a failure; most overdue first.

        Of more than ``limit`` whose pause is over, those come whose pause was over first.
        """
        c = t.work.c
        due = select(t.work).where(c.next_due <= now, _over(c.lease_until, now))
        if site is not None:
            due = due.where(c.site == site)
        fresh = due.where(c.not_before.is_(None)).order_by(c.next_due).limit(limit)
        waited = due.where(c.not_before.is_not(None), c.not_before <= now).order_by(c.not_before).limit(limit)
        with self._database.read() as connection:
            found = [from_row(Work, row) for query in (fresh, waited) for row in connection.execute(query)]
        return tuple(sorted(found, key=lambda work: (work.next_due, work.target))[:limit])

    def due_work_at_each(self, now: datetime, sites: Iterable[str], limit: int) -> tuple[Work, ...]:
        """As ``due_work``, of each of these sites apart: so many that are due at one push nobody else's aside.

        Of each up to ``limit`` that wait for nothing and as many whose pause is over; most overdue first.
        """
        c = t.work.c
        wanted = sorted(set(sites))
        found: list[Work] = []
        with self._database.read() as connection:
            for start in range(0, len(wanted), _SITES_AT_ONCE):
                some: list[Select[Any]] = []
                for site in wanted[start : start + _SITES_AT_ONCE]:
                    due = select(t.work).where(c.site == site, c.next_due <= now, _over(c.lease_until, now))
                    fresh = due.where(c.not_before.is_(None)).order_by(c.next_due)
                    waited = due.where(c.not_before.is_not(None), c.not_before <= now).order_by(c.not_before)
                    some += [select(one.limit(limit).subquery()) for one in (fresh, waited)]
                found.extend(from_row(Work, row) for row in connection.execute(union_all(*some)))
        return tuple(sorted(found, key=lambda work: (work.next_due, work.target)))

    def work(self, target: str) -> Work | None:
        """What is known of the work at a target; None where none was ever scheduled."""
        with self._database.read() as connection:
            found = connection.execute(select(t.work).where(t.work.c.target == target)).first()
            return None if found is None else from_row(Work, found)

    def all_work(self) -> tuple[Work, ...]:
        """Most overdue first."""
        with self._database.read() as connection:
            query = select(t.work).order_by(t.work.c.next_due, t.work.c.target)
            return tuple(from_row(Work, row) for row in connection.execute(query))

    def failing_work(self) -> Mapping[str, int]:
        """Targets whose last tries came to nothing, and how many."""
        c = t.work.c
        with self._database.read() as connection:
            found = connection.execute(select(c.target, c.attempt).where(c.attempt > 0).order_by(c.target))
            return {row.target: row.attempt for row in found}

    def drop_work(self, targets: Iterable[str]) -> None:
        """Forget the work at targets where nothing is owed any more; a lease on one is lost."""
        with self._database.write() as connection:
            for some in _portions(targets):
                connection.execute(delete(t.work).where(t.work.c.target.in_(some)))

    # leases

    def lease(self, target: str, owner: str, now: datetime, ttl: timedelta) -> Lease | None:
        """The right to work at the target until ``now + ttl``, due or not; None while somebody else has it."""
        if not owner:
            raise ValueError("a lease needs an owner")
        c = t.work.c
        free = select(c.target).where(c.target == target, _over(c.lease_until, now))
        with self._database.write() as connection:
            # On PostgreSQL two workers may ask at once: the second passes over the row that the first has locked.
            if connection.execute(free.with_for_update(skip_locked=True)).first() is None:
                return None
            taken = update(t.work).where(c.target == target, _over(c.lease_until, now))
            values = {
                "owner": owner,
                "leased_at": now,
                "lease_until": now + ttl,
                "token": c.token + 1,
                # What is not due yet is not what this lease is for.
                "again": case((c.next_due > now, c.next_due), (c.again > now, c.again), else_=None),
            }
            row = connection.execute(taken.values(values).returning(t.work)).first()
            return None if row is None else _lease(from_row(Work, row), now + ttl)

    def renew(self, lease: Lease, now: datetime, ttl: timedelta) -> bool:
        """Move the end of the lease to ``now + ttl``; False: it is no longer ours, stop."""
        with self._database.write() as connection:
            return self._of(connection, lease, {"lease_until": now + ttl})

    def finish(self, lease: Lease, next_due: datetime, attempt: int = 0, not_before: datetime | None = None) -> bool:
        """Give the lease back and say when the target is due next; False: it is no longer ours, nothing was written.

        An earlier time that was asked for meanwhile stands. ``attempt`` above 0 says that it came to nothing, and
        ``not_before`` when to try again: then what was due stays due since when it was.
        """
        c, due = t.work.c, moment(next_due)
        values: dict[str, object] = {
            "owner": _NO_OWNER,
            "leased_at": None,
            "lease_until": None,
            "next_due": earlier(c.again, earlier(c.next_due, due) if attempt else due),
            "again": None,
            "attempt": attempt,
            "not_before": not_before,
        }
        if not attempt:
            values["last_done"] = self._clock.now()
        with self._database.write() as connection:
            return self._of(connection, lease, values)

    def give_back(self, lease: Lease) -> bool:
        """End the lease and leave the work as due as it was, its pause and its attempts too; False: it is not ours."""
        c = t.work.c
        values = {
            "owner": _NO_OWNER,
            "leased_at": None,
            "lease_until": None,
            "next_due": earlier(c.again, c.next_due),
            "again": None,
        }
        with self._database.write() as connection:
            return self._of(connection, lease, values)

    def end_leases(self, *, but: str = "") -> int:
        """End every lease; how many there were. For an agent that starts: whoever held one went with its process.

        Left out are those whose owner begins with ``but``: who may live on keeps what it has until it runs out.
        """
        c = t.work.c
        ended = update(t.work).where(c.owner != _NO_OWNER)
        if but:
            ended = ended.where(~c.owner.startswith(but, autoescape=True))
        values = {"owner": _NO_OWNER, "leased_at": None, "lease_until": None}
        with self._database.write() as connection:
            return connection.execute(ended.values(values)).rowcount

    def shorten_leases(self, now: datetime, ttl: timedelta) -> int:
        """Let no lease run longer than ``ttl`` from now; how many did. For a clock that was set back."""
        shortened = update(t.work).where(t.work.c.lease_until > now + ttl)
        with self._database.write() as connection:
            return connection.execute(shortened.values(lease_until=now + ttl)).rowcount

    @contextmanager
    def fenced(self, lease: Lease) -> Iterator[None]:
        """Within it every write to this state, by whoever runs in this context, first looks whether the lease is ours.

        It looks in the transaction that writes, and raises ``LeaseLost`` instead of writing.
        """

        def check(connection: Connection) -> None:
            held = select(t.work.c.token).where(_held(lease)).with_for_update(read=True)
            if connection.execute(held).first() is None:
                raise LeaseLost(lease.target)

        with self._database.guarded(check):
            yield

    def _of(self, connection: Connection, lease: Lease, values: Mapping[str, object]) -> bool:
        return connection.execute(update(t.work).where(_held(lease)).values(values)).rowcount == 1


def _held(lease: Lease) -> ColumnElement[bool]:
    c = t.work.c
    return and_(c.target == lease.target, c.token == lease.token, c.owner == lease.owner)


def _over(until: ColumnElement[datetime], now: datetime) -> ColumnElement[bool]:
    return or_(until.is_(None), until <= now)


def _lease(work: Work, until: datetime) -> Lease:
    return Lease(
        target=work.target,
        site=work.site,
        owner=work.owner,
        token=work.token,
        until=until,
        next_due=work.next_due,
        attempt=work.attempt,
    )


def _portions(targets: Iterable[str]) -> Iterator[Sequence[str]]:
    everything = sorted(set(targets))
    for start in range(0, len(everything), _ROWS_AT_ONCE):
        yield everything[start : start + _ROWS_AT_ONCE]
