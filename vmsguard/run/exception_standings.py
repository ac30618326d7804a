"""Exceptions on the cameras of a run, decided at no earlier time than any run before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.policy.standings import standings_of
from vmsguard.run.fleet import Fleet

__all__ = ["with_standings"]


def with_standings(
    snapshots: Mapping[str, CameraSnapshot], fleet: Fleet, now: datetime, latest: datetime | None
) -> dict[str, CameraSnapshot]:
    """The snapshots, each with what was decided on the exceptions that name its camera.

    ``latest`` is the highest time this instance has seen: a clock set back revives no expired exception.
    """
    at = now if latest is None else max(now, latest)
    named = {camera for grant in fleet.grants for camera in grant.cameras}
    found = dict(snapshots)
    for name in named & found.keys():
        snapshot = found[name]
        camera = snapshot.camera
        packs = {rules.pack.id: rules.pack for rules in fleet.rules.get(camera.site, ())}
        standings = standings_of(camera, packs, fleet.grants, snapshot.documents, at, snapshot.first_seen_use)
        found[name] = replace(snapshot, exceptions=standings, not_before=latest)
    return found
