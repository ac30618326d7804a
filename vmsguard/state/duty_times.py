"""Which duties have come how far, asked by index: it costs as much as there is to tell, however large the fleet is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace
from sqlalchemy import BigInteger, ColumnElement, Connection, Float, and_, case, cast, func, or_, select, type_coerce

from vmsguard.model.duty_watch import AlarmLevel, DutyWatch
from vmsguard.model.ledger import Duty
from vmsguard.model.standing_counts import SiteAge, StandingCounts
from vmsguard.state import tables as t
from vmsguard.state.columns import UtcTime, moment
from vmsguard.state.rows import from_row
from vmsguard.state.stored import Stored

__all__ = ["DutyTimes"]

_ORDER = tuple(AlarmLevel)
_MICROSECONDS = 1_000_000


class DutyTimes(Stored):
    """Duties by the share of their gap that has run, and how many there are of what."""

    def duties_to_tell(
        self, now: datetime, shares: Sequence[tuple[AlarmLevel, int]]
    ) -> tuple[tuple[Duty, DutyWatch], ...]:
        """Duties that have reached a level which was not told of their gap; most overdue first.

        ``shares`` are the levels with the percent of the gap at which each is reached. Of the last level whatever has
        reached it is given: that it was told of a gap says that the duty is overdue since, and it may be missed again.
        """
        c = t.duties.c
        found: list[tuple[Duty, DutyWatch]] = []
        with self._database.read() as connection:
            for gap in _gaps(connection):
                reached = [_untold(level, now + _left(gap, percent)) for level, percent in shares[:-1]]
                reached.append(c.next_due <= now + _left(gap, shares[-1][1]))
                furthest = now + max(_left(gap, percent) for _, percent in shares)
                query = select(t.duties).where(c.max_gap_seconds == gap, c.next_due <= furthest, or_(*reached))
                for row in connection.execute(query):
                    watch = from_row(DutyWatch, row)
                    found.append((from_row(Duty, row), replace(watch, alarm=AlarmLevel(watch.alarm))))
        return tuple(sorted(found, key=lambda one: (one[0].next_due, one[0].camera, one[0].pack, one[0].rule)))

    def next_level_time(self, now: datetime, shares: Sequence[tuple[AlarmLevel, int]]) -> datetime | None:
        """When the next duty reaches a level, if nothing is deleted until then; None where nothing is owed."""
        c, times = t.duties.c, list[datetime]()
        with self._database.read() as connection:
            for gap in _gaps(connection):
                for level, percent in shares:
                    left = _left(gap, percent)
                    # At its very end a gap is still in time: it is missed from the next moment on.
                    ahead = c.next_due >= now if level is shares[-1][0] else c.next_due > now + left
                    query = select(func.min(c.next_due)).where(c.max_gap_seconds == gap, ahead)
                    due = connection.execute(query).scalar()
                    if due is not None:
                        times.append(due - left)
        return min(times, default=None)

    def standing_counts(self, now: datetime) -> StandingCounts:
        """How many targets and duties there are, how many of them are due and late; counted, not read."""
        w, d = t.work.c, t.duties.c
        with self._database.read() as connection:
            targets = connection.execute(select(func.count()).select_from(t.work)).scalar_one()
            due = connection.execute(select(func.count()).where(w.next_due <= now)).scalar_one()
            late = connection.execute(select(func.count()).where(d.next_due < now)).scalar_one()
        return StandingCounts(targets=targets, due=due, late=late)

    def gap_ages(self, now: datetime) -> tuple[SiteAge, ...]:
        """By site what monitoring asks of its duties; of cameras as they were enrolled last."""
        d, site = t.duties.c, func.coalesce(t.last_cameras.c.site, "")
        gap = cast(d.max_gap_seconds, BigInteger) * _MICROSECONDS
        left = cast(type_coerce(d.next_due - moment(now), BigInteger), Float) / gap
        query = (
            select(
                site.label("site"),
                type_coerce(func.min(type_coerce(d.next_due, BigInteger) - gap), UtcTime).label("oldest_cutoff"),
                (1.0 - func.min(left)).label("share"),
                func.count().label("duties"),
                func.sum(case((d.next_due < now, 1), else_=0)).label("missed"),
            )
            .select_from(t.duties.outerjoin(t.last_cameras, t.last_cameras.c.camera == d.camera))
            .group_by(site)
            .order_by(site)
        )
        with self._database.read() as connection:
            return tuple(from_row(SiteAge, row) for row in connection.execute(query))


def _gaps(connection: Connection) -> Iterator[int]:
    """The different gaps, each found behind the last: policies allow few, and there may be many duties."""
    c = t.duties.c.max_gap_seconds
    gap = connection.execute(select(func.min(c))).scalar()
    while gap is not None:
        yield gap
        gap = connection.execute(select(func.min(c)).where(c > gap)).scalar()


def _left(gap: int, percent: int) -> timedelta:
    return timedelta(seconds=gap) * (100 - percent) / 100


def _untold(level: AlarmLevel, by: datetime) -> ColumnElement[bool]:
    c = t.duties.c
    less = [one.value for one in _ORDER[: _ORDER.index(level)]]
    return and_(c.next_due <= by, or_(c.alarm_due.is_(None), c.alarm_due != c.next_due, c.alarm.in_(less)))
