"""What an agent can say of its hub. Needs no NATS library."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["HubHearing"]


class HubHearing(Struct, frozen=True):
    """How it stands now."""

    trouble: str
    """Why nothing goes up at the moment; empty while it does."""
    policies: int
    """The number of the bundle of policies that was taken over last; 0 for none."""
