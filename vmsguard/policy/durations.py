"""ISO 8601 durations as policies use them: exact, above zero, in weeks, days, hours, minutes and seconds."""

from __future__ import annotations

import re
from datetime import timedelta

__all__ = ["DURATION_PATTERN", "parse_duration", "show_duration"]

DURATION_PATTERN = r"^P(?=[0-9T])([0-9]+W)?([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+S)?)?$"
"""For editors; zero is caught when the file is loaded."""

_EXACT = re.compile(
    r"P(?=[0-9T])(?:(?P<weeks>[0-9]{1,5})W)?(?:(?P<days>[0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,7})H)?(?:(?P<minutes>[0-9]{1,9})M)?(?:(?P<seconds>[0-9]{1,11})S)?)?",
    re.ASCII,
)
_CALENDAR = re.compile(r"P[0-9WD]*[0-9][YM]")
LONGEST = timedelta(days=36525)


def parse_duration(text: str) -> timedelta:
    """The duration, above zero; raises ``ValueError`` whose two arguments are what is wrong and what to write."""
    if text.startswith("-"):
        raise ValueError(f"negative duration {text!r}", "write a length of time above zero, such as PT24H")
    if _CALENDAR.match(text.partition("T")[0]):
        message = f"{text!r} counts months or years, which differ in length"
        raise ValueError(message, "count days: P30D, P365D")
    found = _EXACT.fullmatch(text)
    if found is None:
        message = f"{text!r} is not an ISO 8601 duration"
        raise ValueError(message, "write PT12H for 12 hours, PT24H for a day of exactly 24 hours, P180D for 180 days")
    try:
        length = timedelta(**{unit: int(count) for unit, count in found.groupdict().items() if count})
    except OverflowError:
        length = timedelta.max
    if length > LONGEST:
        raise ValueError(f"{text!r} is longer than a hundred years", "write the length of time that is meant")
    if not length:
        message = f"zero duration {text!r}"
        raise ValueError(message, "write a length above zero: ONVIF reads 0 as unlimited; to keep nothing, require off")
    return length


def show_duration(length: timedelta) -> str:
    """The duration in words: ``24 hours``, ``180 days``, ``1 day 6 hours``."""
    if not length % timedelta(hours=1) and length <= timedelta(hours=48):
        return _count(length // timedelta(hours=1), "hour")
    days, rest = divmod(length, timedelta(days=1))
    hours, rest = divmod(rest, timedelta(hours=1))
    minutes, rest = divmod(rest, timedelta(minutes=1))
    counts = ((days, "day"), (hours, "hour"), (minutes, "minute"), (int(rest.total_seconds()), "second"))
    return " ".join(_count(number, unit) for number, unit in counts if number)


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
