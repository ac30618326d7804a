"""What is known of one camera at one moment: the only thing an evaluation reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from vmsguard.model.facts import Fact, FactKey
from vmsguard.model.inventory import Camera, Endpoint
from vmsguard.model.ledger import ImpossibilityProof
from vmsguard.model.manifest import Identity, Manifest
from vmsguard.model.pack import Document, Hold
from vmsguard.model.vocabulary import Why

__all__ = ["CameraSnapshot", "TargetSeen"]


class TargetSeen(Struct, frozen=True, kw_only=True):
    """A target as this run met it; ``why`` is set when it could not be read."""

    target: str
    identity: Identity | None = None
    manifest: Manifest | None = None
    why: Why | None = None
    detail: str = ""


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
    proofs: tuple[ImpossibilityProof, ...] = ()
    first_seen_use: datetime | None = None
    """When a recognition function was first observed enabled here; a later assessment does not cure that time."""
