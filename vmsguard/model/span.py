"""Lengths of time as rules state them: exact, or counted on the calendar from the day something was made."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from msgspec import Struct

__all__ = ["Span"]

_SHORTEST_MONTHS = (0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334)
"""Days of the shortest run of n months, for n below a year: February never comes twice."""


class Span(Struct, frozen=True, order=False):
    """``months`` on the calendar, then ``exact``: a month after 31 January ends on the last of February.

    ``P1M`` and ``P30D`` differ; a year is twelve months, so that a leap day belongs to it.
    """

    months: int = 0
    exact: timedelta = timedelta()

    def __bool__(self) -> bool:
        """False for no time at all, which stands only where a value is still to be filled in."""
        return bool(self.months or self.exact)

    def after(self, start: datetime) -> datetime:
        """The end of the span that begins at ``start``, on the calendar of its own zone."""
        if not self.months:
            return start + self.exact
        years, month = divmod(start.month - 1 + self.months, 12)
        year, month = start.year + years, month + 1
        day = min(start.day, monthrange(year, month)[1])
        return start.replace(year=year, month=month, day=day) + self.exact

    def before(self, end: datetime) -> datetime:
        """The moment from which a span ends at ``end``: one that begins earlier has ended by then.

        Where the month is too short to have such a day, it is the end of that month.
        """
        end -= self.exact
        if not self.months:
            return end
        years, month = divmod(end.month - 1 - self.months, 12)
        year, month = end.year + years, month + 1
        last = monthrange(year, month)[1]
        if end.day <= last:
            return end.replace(year=year, month=month)
        midnight = end.replace(year=year, month=month, day=last, hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=1)

    @property
    def shortest(self) -> timedelta:
        """The fewest days it can be: what a device that only counts seconds is set to."""
        years, months = divmod(self.months, 12)
        return timedelta(days=365 * years + _SHORTEST_MONTHS[months]) + self.exact

    @property
    def longest(self) -> timedelta:
        """At least as long as it can ever be: 31 days a month, 366 days a year."""
        years, months = divmod(self.months, 12)
        return timedelta(days=366 * years + 31 * months) + self.exact
