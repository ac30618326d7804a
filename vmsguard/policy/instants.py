"""Dates and instants as text: RFC 3339 with an offset, never a local time that depends on the machine."""

from __future__ import annotations

import re
from datetime import date, datetime

__all__ = ["DATE_PATTERN", "INSTANT_PATTERN", "parse_date", "parse_instant"]

DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
INSTANT_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"

_DATE = re.compile(DATE_PATTERN, re.ASCII)
_INSTANT = re.compile(INSTANT_PATTERN, re.ASCII)
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?", re.ASCII)


def parse_date(text: str) -> date:
    """A calendar day; raises ``ValueError`` whose two arguments are what is wrong and what to write."""
    if _DATE.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"there is no day {text}", "check month and day") from None
    raise ValueError(f"{text!r} is not a date", 'write year, month and day: "2026-11-22"')


def parse_instant(text: str) -> datetime:
    """An aware instant; raises ``ValueError`` whose two arguments are what is wrong and what to write."""
    if _INSTANT.match(text):
        try:
            return datetime.fromisoformat(text.upper().replace(" ", "T"))
        except ValueError:
            raise ValueError(f"there is no moment {text}", "check date, time and offset") from None
    if _LOCAL.fullmatch(text):
        message = f"{text!r} does not say in which time zone"
        raise ValueError(message, 'write time and offset: "2026-12-01T06:00:00+09:00"')
    raise ValueError(f"{text!r} is not an instant", 'write RFC 3339: "2026-12-01T06:00:00+09:00"')
