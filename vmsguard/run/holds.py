"""Holds and freezes as a run meets them: on which cameras they are in force, and what they keep in place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from vmsguard.controls.held import keeps_in_place
from vmsguard.model.pack import Freeze, Hold
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.policy.holds import holds_on
from vmsguard.run.fleet import Fleet

__all__ = ["freezes_in_force", "kept_in_place", "with_holds"]


def with_holds(snapshots: Mapping[str, CameraSnapshot], fleet: Fleet, now: datetime) -> dict[str, CameraSnapshot]:
    """The snapshots, each with the holds in force on its camera."""
    named = {camera for hold in fleet.holds for camera in hold.cameras}
    return {
        name: replace(snapshot, holds=holds_on(snapshot.camera, fleet.holds, now)) if name in named else snapshot
        for name, snapshot in snapshots.items()
    }


def kept_in_place(fleet: Fleet, now: datetime) -> dict[str, tuple[Hold, ...]]:
    """By camera, of the whole inventory: the holds whose footage must stay where it is."""
    kept: dict[str, tuple[Hold, ...]] = {}
    for name in {camera for hold in fleet.holds for camera in hold.cameras}:
        camera = fleet.inventory.cameras.get(name)
        if camera is not None:
            holds = holds_on(camera, fleet.holds, now)
            kept[name] = tuple(hold for hold in holds if keeps_in_place(hold, camera, fleet.documents, now))
    return kept


def freezes_in_force(freezes: tuple[Freeze, ...], now: datetime) -> tuple[Freeze, ...]:
    return tuple(freeze for freeze in freezes if freeze.starts <= now < freeze.ends)
