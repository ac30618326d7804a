"""What is known of one camera at one moment: the only thing an evaluation reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from vmsguard.model.facts import Fact, FactKey
from vmsguard.model.inventory import Camera, Endpoint
from vmsguard.model.ledger import ImpossibilityProof
from vmsguard.model.manifest import Identity, Manifest
from vmsguard.model.pack import Document, ExceptionGrant, ExceptionType, Hold
from vmsguard.model.vocabulary import Why

__all__ = ["REJECTED", "CameraSnapshot", "ExceptionStanding", "TargetSeen"]


REJECTED = frozenset(
    {"authorisation-late", "authorisation-not-requested", "authorisation-pending-too-long", "authorisation-refused"}
)
"""Codes of the decision on an exception after which ``on_rejected`` says what follows."""


class TargetSeen(Struct, frozen=True, kw_only=True):
    """A target as this run met it; ``why`` is set when it could not be read."""

    target: str
    identity: Identity | None = None
    manifest: Manifest | None = None
    why: Why | None = None
    detail: str = ""


class ExceptionStanding(Struct, frozen=True, kw_only=True):
    """An exception that names this camera for an assigned pack, and what was decided on it."""

    grant: ExceptionGrant
    type: ExceptionType
    reasons: tuple[str, ...] = ()
    """Why it does not count, as ``<stable-code>: sentence``; empty while it does."""

    @property
    def rejected(self) -> bool:
        """Whether its authorisation was refused, or not asked for or decided in time."""
        return not REJECTED.isdisjoint(self.codes)

    def ended_at(self, now: datetime) -> datetime | None:
        """When it ceased to stand: at its expiry, or now if rejected; None before it began and while it runs."""
        if self.grant.starts.tzinfo is None or self.grant.expires.tzinfo is None or now < self.grant.starts:
            return None
        if now >= self.grant.expires:
            return self.grant.expires
        return now if self.rejected else None

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(reason.partition(":")[0] for reason in self.reasons)


class CameraSnapshot(Struct, frozen=True, kw_only=True):
    """One camera with its expanded endpoints and the merged facts of every source.

    ``facts`` holds target facts under their target and camera facts under ``CAMERA_TARGET``. A key that
    is not there was not read. ``targets`` has an entry for each endpoint's target.
    """

    camera: Camera
    endpoints: tuple[Endpoint, ...]
    facts: Mapping[FactKey, Fact]
    targets: Mapping[str, TargetSeen] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    holds: tuple[Hold, ...] = ()
    """Those that name this camera and are in force."""
    exceptions: tuple[ExceptionStanding, ...] = ()
    not_before: datetime | None = None
    """The latest time this instance was ever at: a clock that was set back revives no exception."""
    proofs: tuple[ImpossibilityProof, ...] = ()
    first_seen_use: datetime | None = None
    """When a recognition function was first observed enabled here; a later assessment does not cure that time."""
