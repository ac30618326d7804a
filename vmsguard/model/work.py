"""Work that is due at targets, and the leases under which it is done: what the agent derives its tasks from."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

__all__ = ["WORKER", "Lease", "Work", "WorkEntry"]

WORKER = "worker:"
"""How the owner of a lease begins that a worker process holds, which may outlive the agent it works for."""


class WorkEntry(Struct, frozen=True, kw_only=True):
    """A wish: this target is to be looked at by then."""

    target: str
    site: str
    next_due: datetime


class Work(Struct, frozen=True, kw_only=True):
    """What is known of the work at one target; everything due there is done under one lease."""

    target: str
    site: str
    next_due: datetime
    owner: str = ""
    """Who holds the lease; empty where nobody does."""
    leased_at: datetime | None = None
    lease_until: datetime | None = None
    token: int = 0
    """Grows with every lease and never shrinks: what an earlier holder still writes is told apart by it."""
    attempt: int = 0
    """How many attempts in a row came to nothing."""
    not_before: datetime | None = None
    """The end of the pause after a failed attempt."""
    again: datetime | None = None
    """What was asked for while a lease was out: its holder may have looked before."""
    last_done: datetime | None = None


class Lease(Struct, frozen=True, kw_only=True):
    """The right to work at one target, until somebody else has got it."""

    target: str
    site: str
    owner: str
    token: int
    until: datetime
    """As it was given; renewing moves it in the state, not here."""
    next_due: datetime
    """When the work was due that this lease is for."""
    attempt: int
