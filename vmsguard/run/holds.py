"""Holds and freezes as a run meets them: on which cameras they are in force, and what they keep in place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec.structs import replace

from vmsguard.controls.held import keeps_in_place
from vmsguard.model.inventory import Camera
from vmsguard.model.pack import Freeze, Hold
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.policy.holds import holds_on
from vmsguard.run.fleet import Fleet

__all__ = ["freezes_in_force", "kept_in_place", "with_holds"]


def with_holds(
    snapshots: Mapping[str, CameraSnapshot], fleet: Fleet, now: datetime, latest: datetime | None = None
) -> dict[str, CameraSnapshot]:
    """The snapshots, each with the holds in force on its camera; ``latest`` is the highest time this instance has seen.

    A clock that was set back to before a hold began does not set it aside: what is deleted does not come back.
    """
    named = {camera for hold in fleet.holds for camera in hold.cameras}
    return {
        name: replace(snapshot, holds=_in_force(snapshot.camera, fleet, now, latest)) if name in named else snapshot
        for name, snapshot in snapshots.items()
    }


def kept_in_place(
    fleet: Fleet, now: datetime, latest: datetime | None = None, among: Collection[str] | None = None
) -> dict[str, tuple[Hold, ...]]:
    """By camera, of the whole inventory or of those ``among`` it: the holds whose footage must stay where it is."""
    kept: dict[str, tuple[Hold, ...]] = {}
    for name in {camera for hold in fleet.holds for camera in hold.cameras}:
        camera = fleet.inventory.cameras.get(name)
        if camera is not None and (among is None or name in among):
            holds, papers = _in_force(camera, fleet, now, latest), fleet.papers_at(camera.site)
            kept[name] = tuple(hold for hold in holds if keeps_in_place(hold, camera, papers, now))
    return kept


def _in_force(camera: Camera, fleet: Fleet, now: datetime, latest: datetime | None) -> tuple[Hold, ...]:
    """Holds in force now, or at the latest time there was."""
    moments = {now, now if latest is None else max(now, latest)}
    found = {hold.id for moment in moments for hold in holds_on(camera, fleet.holds, moment)}
    return tuple(hold for hold in fleet.holds if hold.id in found)


def freezes_in_force(freezes: tuple[Freeze, ...], now: datetime) -> tuple[Freeze, ...]:
    return tuple(freeze for freeze in freezes if freeze.starts <= now < freeze.ends)
