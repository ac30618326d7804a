"""What a target was like when it was last looked at: what differs now is a reason to look at once."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

__all__ = ["LastSeen"]


class LastSeen(Struct, frozen=True, kw_only=True):
    """Texts are empty, and times None, where the target did not tell."""

    target: str
    at: datetime
    firmware: str = ""
    booted_at: datetime | None = None
    """By our clock: now minus the uptime that the target told."""
    identity: str = ""
    """A digest of maker, model and serial number."""
    certificate: str = ""
    """SHA-256 of the certificate."""
    run_state: str = ""
    """Of a recorder: whether, and in which state, its software runs."""
