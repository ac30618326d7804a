"""Cameras and targets as they were enrolled last: what a duty is carried out with once the inventory lost them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import msgspec
from msgspec.structs import replace

from vmsguard.model.duty_watch import LastCamera, LastTarget
from vmsguard.model.inventory import Camera, Inventory, Target

__all__ = ["last_camera", "last_target", "with_remembered"]


def last_target(target: Target, now: datetime) -> LastTarget:
    """What is kept of a target: references to secrets, never a secret, and not the file it stood in."""
    told = msgspec.json.encode(replace(target, place="")).decode()
    return LastTarget(target=target.id, site=target.site, enrolled=told, at=now)


def last_camera(camera: Camera, now: datetime) -> LastCamera:
    told = msgspec.json.encode(replace(camera, place="")).decode()
    return LastCamera(camera=camera.id, site=camera.site, enrolled=told, at=now)


def with_remembered(
    inventory: Inventory,
    owing: Iterable[str],
    cameras: Mapping[str, LastCamera],
    targets: Mapping[str, LastTarget],
    retired: Collection[str],
) -> Inventory:
    """The inventory with the cameras in ``owing`` that it lost, as they were last, and the targets they need.

    A target that is still enrolled is taken as it is now. Whose disposal is on record comes back no more.
    """
    lost = {name for name in owing if name not in inventory.cameras and name not in retired and name in cameras}
    if not lost:
        return inventory
    again = {name: msgspec.json.decode(cameras[name].enrolled, type=Camera) for name in sorted(lost)}
    needed = {ref.target for camera in again.values() for ref in camera.endpoints} - inventory.targets.keys()
    known = {name: msgspec.json.decode(targets[name].enrolled, type=Target) for name in needed if name in targets}
    # An endpoint of which nothing is known any more cannot be judged, and none of the others may fall with it.
    everywhere = {**inventory.targets, **known}
    whole = {
        name: replace(camera, endpoints=tuple(ref for ref in camera.endpoints if ref.target in everywhere))
        for name, camera in again.items()
    }
    return replace(inventory, targets=everywhere, cameras={**inventory.cameras, **whole})
