"""Events about the agent's own memory."""

from __future__ import annotations

from vmsguard.evidence.fields import Count, Event, Hex, Instant, Safe

__all__ = ["StateRestored"]


class StateRestored(Event):
    """The state was put back from a copy: what it knew as verified counts no more, and every duty is looked at next."""

    approver: Safe
    """The role that did it."""
    sha256: Hex = ""
    """Of the copy; empty where a database server's own tools put it back."""
    known_until: Instant = ""
    """The latest run that the copy knew of."""
    duties: Count = 0
    duties_updated: Count = 0
    """How many the evidence knew better than the copy."""
