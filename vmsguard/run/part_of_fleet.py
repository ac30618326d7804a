"""Cuts out of a fleet what one task is about, so that a task costs the same in a fleet of any size."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from vmsguard.model.inventory import Camera, Target
from vmsguard.model.vocabulary import Role
from vmsguard.run.fleet import Fleet

__all__ = ["FleetParts"]


class FleetParts:
    """A fleet by target; made once for each that comes into force."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._enrolled = tuple(sorted(fleet.inventory.cameras))
        self._owned: dict[str, list[Camera]] = {}
        self._at: dict[str, list[Camera]] = {}
        for camera in fleet.inventory.cameras.values():
            if camera.managed_by:
                self._owned.setdefault(camera.managed_by, []).append(camera)
            for name in {ref.target for ref in camera.endpoints}:
                self._at.setdefault(name, []).append(camera)
        self._recorders: dict[str, list[str]] = {}
        for target in fleet.inventory.targets.values():
            if target.role is Role.RECORDER:
                self._recorders.setdefault(target.site, []).append(target.id)
        self.targets = tuple(target for name, target in sorted(fleet.inventory.targets.items()) if name in self._at)
        """What there is to be looked at, by id; a target that shows no camera is nobody's to judge."""
        self.sites: Mapping[str, str] = {camera.id: camera.site for camera in fleet.inventory.cameras.values()}
        """By camera."""

    def cameras_at(self, target: str) -> tuple[Camera, ...]:
        """The cameras that have an endpoint there."""
        return tuple(self._at.get(target, ()))

    def owned_by(self, target: str) -> tuple[Camera, ...]:
        """The cameras whose configuration it owns."""
        return tuple(self._owned.get(target, ()))

    def about(self, cameras: Iterable[Camera]) -> Fleet:
        """The fleet of a run that judges these cameras.

        It has all that their verdicts depend on: their targets, the recorders of their sites, and whoever else claims
        a channel there. Rules and papers are those of the whole fleet, and so is the number of the enrolled.
        """
        judged = {camera.id: camera for camera in cameras}
        looked_at = {ref.target for camera in judged.values() for ref in camera.endpoints}
        for site in {camera.site for camera in judged.values()}:
            looked_at.update(self._recorders.get(site, ()))
        near = {camera.id: camera for target in looked_at for camera in self._at.get(target, ())}
        everything = self._fleet.inventory.targets
        named = {ref.target for camera in near.values() for ref in camera.endpoints} | looked_at
        targets: dict[str, Target] = {name: everything[name] for name in sorted(named) if name in everything}
        here = dict(sorted({**near, **judged}.items()))
        return dataclasses.replace(
            self._fleet,
            inventory=replace(self._fleet.inventory, targets=targets, cameras=here),
            limit=frozenset(judged),
            enrolled=self._enrolled,
        )
