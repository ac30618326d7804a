"""What is remembered of a duty besides its next time: what was told of it, and where it is carried out."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

__all__ = ["AlarmLevel", "DutyWatch", "LastCamera", "LastTarget", "Retirement"]


class AlarmLevel(StrEnum):
    """How far a gap has run, as it was told: half, 75, 90 and 100 % of it."""

    NONE = "none"
    AIM = "aim"
    WARN = "warn"
    PAGE = "page"
    MISS = "miss"


class DutyWatch(Struct, frozen=True, kw_only=True):
    """What was told of a duty, and its calendar; a duty that nobody told anything of has one as well."""

    camera: str
    pack: str
    rule: str
    target: str
    channel: str
    alarm: AlarmLevel = AlarmLevel.NONE
    """The highest level told of the gap that ends at ``alarm_due``; of another gap nothing was told."""
    alarm_due: datetime | None = None
    alarm_at: datetime | None = None
    zone: str = ""
    """Whose calendar days count, as an IANA name."""
    last_day: date | None = None
    """The last calendar day there on which the deletion was verified."""


class LastTarget(Struct, frozen=True, kw_only=True):
    """A target as it was enrolled last: what a duty is carried out with once the inventory lost it."""

    target: str
    site: str
    enrolled: str
    """JSON of the target: driver, address, limits, references to secrets; never a secret."""
    at: datetime


class LastCamera(Struct, frozen=True, kw_only=True):
    """A camera as it was enrolled last."""

    camera: str
    site: str
    enrolled: str
    """JSON of the camera: attributes, groups, endpoints."""
    at: datetime


class Retirement(Struct, frozen=True, kw_only=True):
    """What ends the duties of a camera that the inventory no longer has: the record of its disposal."""

    camera: str
    kind: str
    """Of the document."""
    sha256: str
    """Of what the document is about."""
    dated: date
    by: str
    """A role, never a name."""
    at: datetime
