"""What must survive a restart: deletions, proofs, duties, breakers, prior values, witness memory."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

__all__ = [
    "Breaker",
    "Deletion",
    "Duty",
    "HeldPurge",
    "ImpossibilityProof",
    "PackContent",
    "PriorValue",
    "ScopeEntry",
    "Standing",
    "WitnessMemory",
]


class Deletion(Struct, frozen=True, kw_only=True):
    """A deletion that a read-back proved."""

    target: str
    channel: str
    store: str
    cutoff: datetime
    started: datetime
    ended: datetime
    count: int
    observed: bool
    run: str


class HeldPurge(Struct, frozen=True, kw_only=True):
    """A purge that left held footage, and nothing else from before the cutoff; it meets no duty to delete."""

    target: str
    channel: str
    store: str
    cutoff: datetime
    ended: datetime
    count: int
    """How many were to be deleted, as read before."""
    left: int
    """How many recordings were left."""
    run: str


class ImpossibilityProof(Struct, frozen=True, kw_only=True):
    """A definitive refusal, keyed by target, firmware, verb and item; expires after 180 days and with the firmware."""

    target: str
    channel: str
    verb: str
    firmware: str
    item: str
    """What could not be changed, as ``Change.item``: a multicast that cannot stop says nothing of RTSP."""
    kind: str
    """``capability``, ``refused`` or ``vendor-statement``."""
    detail: str
    proven_at: datetime
    expires: datetime
    run: str


class Duty(Struct, frozen=True, kw_only=True):
    """A deletion that must have been verified by ``next_due``, in UTC: the longest gap after the last one's cutoff.

    Whoever carries it out aims at half the gap (DESIGN 8).
    """

    camera: str
    pack: str
    rule: str
    target: str
    channel: str
    max_gap_seconds: int
    next_due: datetime
    enrolled_at: datetime


class Breaker(Struct, frozen=True, kw_only=True):
    """Open after three targets refused one credential; keyed by a keyed digest of the reference."""

    credential: str
    refused_by: tuple[str, ...]
    opened_at: datetime | None


class PriorValue(Struct, frozen=True, kw_only=True):
    """What stood there before we changed it, for rollback; never a secret."""

    run: str
    change: str
    target: str
    channel: str
    fact: str
    value: str
    """JSON of the reading before."""
    at: datetime


class ScopeEntry(Struct, frozen=True, kw_only=True, gc=False):
    """A camera that a pack concerned, or may have concerned, when it was judged last."""

    camera: str
    pack: str
    """Empty: the camera was enrolled, whatever concerned it."""
    sha256: str
    """Of the pack then."""
    mode: str
    attributes: str
    """A keyed digest of what people had said about the camera then."""


class PackContent(Struct, frozen=True, kw_only=True):
    """What a pack asked when it was applied last."""

    pack: str
    sha256: str
    asks: str
    """JSON: rule to its severity and controls."""


class WitnessMemory(Struct, frozen=True, kw_only=True):
    """What a second witness last saw at one point: a negative counts only after a positive."""

    target: str
    channel: str
    proves: str
    point: str
    """``kind:host:port:path``."""
    answered: bool
    at: datetime
    positive_at: datetime | None
    """When the same probe from here last succeeded."""


class Standing(Struct, frozen=True, kw_only=True):
    """The last verdict of one control at one place, and since when it stands; what exposure is computed from."""

    camera: str
    pack: str
    rule: str
    control: str
    endpoint: str
    verdict: str
    qualifier: str
    basis: str
    remediation: str
    reason: str
    since: datetime
    checked_at: datetime
