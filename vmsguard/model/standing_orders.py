"""What people told the agent until further notice, and what keeps undoing its changes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

__all__ = ["Approval", "Pause", "PauseScope", "Reversal"]


class PauseScope(StrEnum):
    ALL = "all"
    SITE = "site"
    TARGET = "target"


class Pause(Struct, frozen=True, kw_only=True):
    """Configuration writes stand still; deletions that are due go on unless it says otherwise."""

    scope: PauseScope
    name: str = ""
    """Of the site or target; empty for all."""
    by: str
    """A role, never a name; the agent pauses as ``agent``."""
    since: datetime
    until: datetime | None = None
    """None: until it is resumed."""
    reason: str = ""
    duties: bool = False
    """Whether deletions stand still too."""


class Reversal(Struct, frozen=True, kw_only=True):
    """A change of ours that was verified, and was found undone."""

    target: str
    system: str
    """Which system owns the configuration there; empty where nobody said."""
    change: str
    """The fact or the change that was undone."""
    at: datetime
    value: str
    """What stood there instead, as JSON."""


class Approval(Struct, frozen=True, kw_only=True):
    """A second person's yes, recorded here and unsigned: to one thing with one content, until it expires."""

    what: str
    digest: str
    """Of what was approved: another content is not approved."""
    by: str
    """A role, never a name."""
    at: datetime
    expires: datetime
