"""Dates and instants as text: RFC 3339 with an offset, never a local time that depends on the machine."""

from __future__ import annotations

import re
from datetime import date, datetime

__all__ = ["DATE_PATTERN", "INSTANT_PATTERN", "parse_date", "parse_instant"]

FIRST_YEAR, LAST_YEAR = 1800, 2200

_DAY = r"^(1[89]|2[01]|22(?=00))[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
DATE_PATTERN = rf"{_DAY}$"
"""For editors; whether a month has that many days is found when the file is loaded."""

INSTANT_PATTERN = (
    rf"{_DAY}[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?", re.ASCII)


def parse_date(text: str) -> date:
    """A calendar day; raises ``ValueError`` whose two arguments are what is wrong and what to write."""
    if _DATE.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"there is no day {text}", "check month and day") from None
        _check_year(day.year, text)
        return day
    raise ValueError(f"{text!r} is not a date", 'write year, month and day: "2026-11-22"')


def parse_instant(text: str) -> datetime:
    """An aware instant; raises ``ValueError`` whose two arguments are what is wrong and what to write."""
    if _INSTANT.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text.upper().replace(" ", "T"))
        except ValueError:
            raise ValueError(f"there is no moment {text}", "check date, time and offset") from None
        _check_year(moment.year, text)
        return moment
    if _LOCAL.fullmatch(text):
        message = f"{text!r} does not say in which time zone"
        raise ValueError(message, 'write time and offset: "2026-12-01T06:00:00+09:00"')
    raise ValueError(f"{text!r} is not an instant", 'write RFC 3339: "2026-12-01T06:00:00+09:00"')


def _check_year(year: int, text: str) -> None:
    """Lengths of time are counted from dates; from the last year there is no date to come to."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        message = f"{text!r} is outside the years {FIRST_YEAR} to {LAST_YEAR}"
        raise ValueError(message, "check the year; what never ends is left out")
