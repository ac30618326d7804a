"""What an installation has agreed to: the packs and plugins of its lock file, and who accepted them when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

__all__ = ["ROLE_PATTERN", "Acceptance", "Lock", "LockState", "LockedDuty", "LockedPack", "LockedPlugin", "Pinned"]

ROLE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,127}$"
"""Who accepts is told as an id such as ``role:privacy-officer``: no name or address of a person fits."""


class Acceptance(Struct, frozen=True):
    """Somebody said yes: a role, never a name."""

    by: str
    at: datetime


class LockedDuty(Struct, frozen=True, order=True):
    """A duty of deletion as it was accepted."""

    rule: str
    control: str
    asks: str
    """Canonical JSON of its parameters and of what it hangs on; equal texts ask the same."""


class LockedPack(Struct, frozen=True, kw_only=True):
    id: str
    version: str
    sha256: str
    """``Pack.digest``: of the canonical JSON of the pack's file."""
    scope: str
    """SHA-256 of its selection, readings included; the same scope reaches the same cameras."""
    duties: tuple[LockedDuty, ...] = ()
    accepted: Acceptance
    line: int = 0


class LockedPlugin(Struct, frozen=True, kw_only=True):
    distribution: str
    version: str
    sha256: str
    """Of the files of the installed distribution."""
    accepted: Acceptance
    line: int = 0


class Lock(Struct, frozen=True, kw_only=True):
    """The lock file as loaded."""

    packs: Mapping[str, LockedPack] = field(default_factory=dict)
    plugins: Mapping[str, LockedPlugin] = field(default_factory=dict)
    origin: str = ""


class LockState(StrEnum):
    """How what is here stands to what was accepted."""

    ACCEPTED = "accepted"
    DIFFERS = "differs"
    EDITED = "edited-in-place"
    """The same version with another content."""
    NOT_LOCKED = "not-locked"
    GONE = "gone"
    """Accepted once and no longer in use."""


class Pinned(Struct, frozen=True, kw_only=True):
    """One pack or plugin beside its entry in the lock; versions and digests of a side that is not there are empty."""

    kind: str
    """``pack`` or ``plugin``."""
    name: str
    state: LockState
    version: str = ""
    sha256: str = ""
    locked_version: str = ""
    locked_sha256: str = ""
    accepted: Acceptance | None = None

    @property
    def holds_back(self) -> bool:
        """Nothing of it is enforced until somebody accepts it."""
        return self.state not in (LockState.ACCEPTED, LockState.GONE)

    @property
    def blocker(self) -> str:
        """Why its changes stay proposals: a stable code with a sentence."""
        named = f"{'the plugin ' if self.kind == 'plugin' else ''}{self.name} {self.version}"
        match self.state:
            case LockState.DIFFERS:
                return f"not-accepted: {named} differs from the locked {self.locked_version}"
            case LockState.EDITED:
                return f"not-accepted: {named} was edited in place, its content is not that of the locked version"
            case LockState.NOT_LOCKED:
                return f"not-accepted: {named} is not in the lock"
        return ""
