"""When recognition was first seen in use on a camera: remembered before anything is judged by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from vmsguard.engine.first_use import uses_recognition, uses_to_look_for
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.run.fleet import Fleet
from vmsguard.state.store import State

__all__ = ["with_first_uses"]


def with_first_uses(
    snapshots: Mapping[str, CameraSnapshot], fleet: Fleet, state: State | None, now: datetime
) -> dict[str, CameraSnapshot]:
    """The snapshots, each with the first observed use; one seen for the first time is kept in ``state``, if given."""
    wanted = {site: uses_to_look_for(rules) for site, rules in fleet.rules.items()}
    first = {
        name: now
        for name, snapshot in snapshots.items()
        if snapshot.first_seen_use is None
        and (names := wanted.get(snapshot.camera.site, ()))
        and uses_recognition(names, snapshot, now, fleet.facts)
    }
    if state is not None:
        state.note_first_uses(first)
    return {**snapshots, **{name: replace(snapshots[name], first_seen_use=at) for name, at in first.items()}}
