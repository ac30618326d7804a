"""Where secrets come from besides the environment, files and systemd, as data."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["CORE_SECRET_SOURCES", "SecretSourceEntry"]

CORE_SECRET_SOURCES = frozenset({"env", "file", "systemd"})
"""What every installation resolves by itself."""


class SecretSourceEntry(Struct, frozen=True, kw_only=True):
    """A source's registration: data, and a ``module:Class`` string that nobody imports before a reference names it."""

    name: str
    """The first word of its references: ``vault`` for ``secret://vault/NAME``."""
    path: str
    api: int
