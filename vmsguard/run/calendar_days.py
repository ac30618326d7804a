"""The second promise of a daily duty: a deletion verified on every day of the local calendar. Pure.

A local day has 23, 24 or 25 hours where clocks shift; which hours are its own is the zone's affair alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from vmsguard.model.duty_watch import DutyWatch
from vmsguard.model.ledger import Duty

__all__ = ["day_of", "days_between", "owes_days"]

_DAY = timedelta(days=1)
_MOST = 366
"""Days told one by one after a long silence; more than a year of them says nothing new."""


def owes_days(duty: Duty) -> bool:
    """Whether the duty is one of a day: a longer gap promises nothing of single days."""
    return timedelta(seconds=duty.max_gap_seconds) <= _DAY


def day_of(at: datetime, zone: str) -> date:
    """The day on the calendar of a zone; UTC where none is stated."""
    return at.astimezone(ZoneInfo(zone or "UTC")).date()


def days_between(duty: Duty, watch: DutyWatch, met: date) -> Iterator[date]:
    """The days without a verified deletion before ``met``, on which there was one; the first one first.

    The day of the enrolment does not count, of which only a part was left.
    """
    if not owes_days(duty):
        return
    day = (watch.last_day or day_of(duty.enrolled_at, watch.zone)) + _DAY
    day = max(day, met - _DAY * _MOST)
    while day < met:
        yield day
        day += _DAY
