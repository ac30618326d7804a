"""Notifications that are still to be sent: kept before they leave, so that a crash loses none."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

__all__ = ["Notice", "Waiting"]


class Notice(Struct, frozen=True, kw_only=True):
    """One thing to tell on one route."""

    key: str
    """What it is about, once: posting the same again is one notice."""
    route: str
    group: str
    """The root cause that it shares with others."""
    body: str
    """JSON without personal data."""
    created: datetime


class Waiting(Struct, frozen=True, kw_only=True):
    """A notice in the outbox."""

    id: int
    key: str
    route: str
    group: str
    body: str
    created: datetime
    sent_at: datetime | None
    attempts: int
    not_before: datetime | None
    """The end of the pause after a failed attempt."""
