"""ZoneMinder's local times: how far from UTC they are, told by observation alone.

Event times carry no offset, and ``getTimeZone`` names PHP's zone, which need not be the one events are
stamped in (a Seoul setting on a UTC host: nine hours off, 24 h of retention become 15 or 33). The log
knows better: the line that reports a new event has its time as seconds of the epoch, and the event that
it names has its local start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from vmsguard_zoneminder.rows import LogLine

__all__ = ["as_utc", "naive", "offset_from_log"]

# 1.36 "Opened new event 2, section start" and "Opening new event 2, alarm start"; 1.38 "Opened new event 2 Continuous"
_OPENED = re.compile(r"\bOpen(?:ed|ing) new event (\d+)\b")
_STEP = timedelta(minutes=15)
"""Offsets in use are multiples of a quarter of an hour."""
_SLACK = timedelta(minutes=3)
"""An event may begin with pictures from before it was opened (PreEventCount)."""
_WIDEST = timedelta(hours=14)


def naive(text: str | None) -> datetime | None:
    """The time as written, without an offset; None for what is no time."""
    if not text:
        return None
    try:
        return datetime.strptime(text[:19], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - that it has no zone is the point
    except ValueError:
        return None


def as_utc(text: str | None, offset: timedelta | None) -> datetime | None:
    """The time in UTC, or None where it or the offset is not known."""
    told = naive(text)
    return None if told is None or offset is None else (told - offset).replace(tzinfo=UTC)


def offset_from_log(lines: Iterable[LogLine], starts: Mapping[int, str | None]) -> timedelta | None:
    """The offset on which every "new event" line agrees; None if there is none or they differ.

    ``starts`` holds the local start of each event by id. Lines that differ are what a change of clocks,
    or of the recorder's zone, looks like: then no single offset is true.
    """
    found = {offset for line in lines if (offset := _offset_of(line, starts)) is not None}
    return found.pop() if len(found) == 1 else None


def _offset_of(line: LogLine, starts: Mapping[int, str | None]) -> timedelta | None:
    if not (line.component or "").startswith(("zmc", "zma")):
        return None
    named = _OPENED.search(line.message or "")
    start = naive(starts.get(int(named[1]))) if named else None
    if start is None:
        return None
    opened = datetime.fromtimestamp(line.time_key, UTC).replace(tzinfo=None)
    raw = start - opened
    offset = round(raw / _STEP) * _STEP
    return offset if abs(raw - offset) <= _SLACK and abs(offset) <= _WIDEST else None
