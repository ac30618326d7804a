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
from typing import NamedTuple

from vmsguard_zoneminder.rows import LogLine

__all__ = ["Opened", "as_utc", "naive", "offset_of", "opened_in"]

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


class Opened(NamedTuple):
    """What one log line says: this event was opened at this moment."""

    event: int
    at: datetime


def opened_in(lines: Iterable[LogLine]) -> tuple[Opened, ...]:
    """The lines in which a capture process reports a new event, in their order."""
    return tuple(
        Opened(int(named[1]), datetime.fromtimestamp(line.time_key, UTC))
        for line in lines
        if (line.component or "").startswith(("zmc", "zma")) and (named := _OPENED.search(line.message or ""))
    )


def offset_of(opened: Iterable[Opened], starts: Mapping[int, str | None]) -> timedelta | None:
    """The offset on which all of these events agree; None if there is none or they differ.

    ``starts`` holds the local start of each event by id. Events that differ are what a change of clocks,
    or of the recorder's zone, looks like: then no single offset is true.
    """
    found = {offset for one in opened if (offset := _offset(one.at, naive(starts.get(one.event)))) is not None}
    return found.pop() if len(found) == 1 else None


def _offset(opened: datetime, start: datetime | None) -> timedelta | None:
    if start is None:
        return None
    raw = start - opened.replace(tzinfo=None)
    offset = round(raw / _STEP) * _STEP
    return offset if abs(raw - offset) <= _SLACK and abs(offset) <= _WIDEST else None
