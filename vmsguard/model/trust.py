"""What a target showed of itself while nobody asked it for anything: its certificate, and how it wants a login."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

__all__ = ["ACCEPTED", "AUTHORITY", "FIRST_USE", "TargetTrust"]

FIRST_USE = "first-use"
"""The key was learned from the target itself at the first contact; nobody has compared it."""
AUTHORITY = "authority"
"""An authority that this machine trusts vouches for the certificate, at every connection; no key is held to."""
ACCEPTED = "accepted"
"""A person compared the key and accepted it."""


class TargetTrust(Struct, frozen=True, kw_only=True):
    """One target's certificate as this instance knows it, and how it took the login last.

    Fingerprints are SHA-256 in hex, and empty where nothing was seen.
    """

    target: str
    how: str = ""
    """``FIRST_USE``, ``AUTHORITY``, ``ACCEPTED``; empty for a target without TLS or whose pin is in the inventory."""
    key: str = ""
    """Of the public key (SubjectPublicKeyInfo) that stood there when it was learned or accepted."""
    since: datetime | None = None
    by: str = ""
    """The role that accepted it."""
    seen_key: str = ""
    seen_certificate: str = ""
    seen_at: datetime | None = None
    login_mode: str = ""
    """How the newest session that got in carried the login: ``none wsse digest both``; empty while unknown."""
    rtsp_open: bool | None = None
    """Whether its RTSP server last described a stream to somebody without a login; None while nobody looked."""
    recorded: bool = False
    """Whether the evidence tells of ``key``."""

    @property
    def held(self) -> bool:
        """Whether sessions are held to ``key``."""
        return bool(self.key) and self.how in {FIRST_USE, ACCEPTED}
