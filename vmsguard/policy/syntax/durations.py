"""ISO 8601 durations as policies use them, above zero: exact ones, and spans that also count months and years."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from vmsguard.model.span import Span

__all__ = ["DURATION_PATTERN", "SPAN_PATTERN", "parse_duration", "parse_span", "show_duration", "show_span"]

_DAYS_AND_TIME = r"([0-9]+W)?([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+S)?)?$"

_ABOVE_ZERO = r"^P(?=[0-9T])(?=.*[1-9])"

DURATION_PATTERN = rf"{_ABOVE_ZERO}{_DAYS_AND_TIME}"
"""For editors; what is longer than a hundred years is caught when the file is loaded."""

SPAN_PATTERN = rf"{_ABOVE_ZERO}([0-9]+Y)?([0-9]+M)?{_DAYS_AND_TIME}"

_SPAN = re.compile(
    r"P(?=[0-9T])(?:(?P<years>[0-9]{1,4})Y)?(?:(?P<months>[0-9]{1,5})M)?"
    r"(?:(?P<weeks>[0-9]{1,5})W)?(?:(?P<days>[0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,7})H)?(?:(?P<minutes>[0-9]{1,9})M)?(?:(?P<seconds>[0-9]{1,11})S)?)?",
    re.ASCII,
)
_CALENDAR = re.compile(r"P[0-9WD]*[0-9][YM]")
LONGEST = timedelta(days=36525)

_IN_HOURS = timedelta(hours=48)
_GUIDELINES = timedelta(hours=72)
"""European texts say 72 hours, and whoever reads a pack aloud should find their number."""

_UNITS: Mapping[str, Mapping[str, str]] = {
    "en": {name: f" {name}" for name in ("year", "month", "day", "hour", "minute", "second")},
    "ko": {"year": "년", "month": "개월", "day": "일", "hour": "시간", "minute": "분", "second": "초"},
}


def parse_duration(text: str) -> timedelta:
    """The exact duration; raises ``ValueError`` whose two arguments are what is wrong and what to write."""
    if _CALENDAR.match(text.partition("T")[0]):
        message = f"{text!r} counts months or years, which differ in length"
        raise ValueError(message, "count days: P30D, P365D")
    return parse_span(text).exact


def parse_span(text: str) -> Span:
    """The duration, which may count months and years on the calendar; raises like :func:`parse_duration`."""
    if text.startswith("-"):
        raise ValueError(f"negative duration {text!r}", "write a length of time above zero, such as PT24H")
    found = _SPAN.fullmatch(text)
    if found is None:
        message = f"{text!r} is not an ISO 8601 duration"
        raise ValueError(message, "write PT12H for 12 hours, PT24H for a day of exactly 24 hours, P180D for 180 days")
    counts = {unit: int(count) for unit, count in found.groupdict().items() if count}
    months = 12 * counts.pop("years", 0) + counts.pop("months", 0)
    try:
        span = Span(months, timedelta(**counts))
        too_long = span.shortest > LONGEST
    except OverflowError:
        too_long = True
    if too_long:
        raise ValueError(f"{text!r} is longer than a hundred years", "write the length of time that is meant")
    if not span:
        message = f"zero duration {text!r}"
        raise ValueError(message, "write a length above zero: ONVIF reads 0 as unlimited; to keep nothing, require off")
    return span


def show_duration(length: timedelta, lang: str = "en") -> str:
    """The duration in words: ``72 hours``, ``180 days``, ``4 days 6 hours``; ``180일`` in Korean."""
    if not length % timedelta(hours=1) and (length <= _IN_HOURS or length == _GUIDELINES):
        return _count(length // timedelta(hours=1), "hour", lang)
    days, rest = divmod(length, timedelta(days=1))
    hours, rest = divmod(rest, timedelta(hours=1))
    minutes, rest = divmod(rest, timedelta(minutes=1))
    counts = ((days, "day"), (hours, "hour"), (minutes, "minute"), (int(rest.total_seconds()), "second"))
    return " ".join(_count(number, unit, lang) for number, unit in counts if number)


def show_span(span: Span, lang: str = "en") -> str:
    """The span in words: ``1 month``, ``1 year 6 months``, ``72 hours``; ``1년 6개월`` in Korean."""
    years, months = divmod(span.months, 12)
    told = [_count(number, unit, lang) for number, unit in ((years, "year"), (months, "month")) if number]
    if span.exact or not told:
        told.append(show_duration(span.exact, lang))
    return " ".join(told)


def _count(number: int, unit: str, lang: str) -> str:
    told = f"{number}{_UNITS[lang][unit]}"
    return told + "s" if lang == "en" and number != 1 else told
