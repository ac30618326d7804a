"""When the days that papers bear begin and end: at midnight where the paper says, or else where the camera stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from vmsguard.model.pack import Document

__all__ = ["begins", "day_at", "ends", "in_zone", "start_of_day", "zone_of_paper"]


def in_zone(documents: Iterable[Document], zone: str) -> tuple[Document, ...]:
    """The papers as they are read in a place: those that name no zone of their own count their days there."""
    if not zone:
        return tuple(documents)
    return tuple(paper if paper.timezone else replace(paper, timezone=zone) for paper in documents)


def zone_of_paper(document: Document) -> tzinfo:
    """Where the paper's days are counted: UTC for one that nobody has given a zone."""
    return ZoneInfo(document.timezone) if document.timezone else UTC


def start_of_day(document: Document, day: date) -> datetime:
    """The first moment of a day that the paper bears."""
    # Midnight that a change of the clock leaves out is the instant of that change; of two midnights it is the first.
    zone = zone_of_paper(document)
    return datetime.combine(day, time(), zone).astimezone(UTC).astimezone(zone)


def begins(document: Document) -> datetime:
    """The first moment at which it counts."""
    return start_of_day(document, document.dated)


def ends(document: Document) -> datetime | None:
    """The first moment at which it counts no more; None for one that states no end."""
    return None if document.expires is None else start_of_day(document, document.expires)


def day_at(document: Document, at: datetime) -> date:
    """The day that a paper would bear that is written at that moment where this one's days are counted."""
    return at.astimezone(zone_of_paper(document)).date()
