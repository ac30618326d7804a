"""Events about the agent's own memory."""

from __future__ import annotations

from vmsguard.evidence.fields import Code, Count, Event, Hex, Id, Instant, Safe

__all__ = ["CameraRetired", "PurgeApproved", "StateRestored"]


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


class PurgeApproved(Event):
    """A person's word that what was stored before anybody was asked may be deleted at a target."""

    target: Id
    count: Count
    """At most so many recordings."""
    expires: Instant
    approver: Safe = ""
    uid: Count | None = None
    """The user id whose process said so."""


class CameraRetired(Event):
    """A person's word that a camera is gone, by the record of its disposal; the next run ends what it owed."""

    camera: Id
    kind: Code
    """Of the document."""
    sha256: Hex
    """Of what the document is about."""
    approver: Safe = ""
    uid: Count | None = None
    """The user id whose process said so."""
