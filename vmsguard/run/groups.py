"""Which cameras of a run have to be judged together: those that share a target. Pure.

A change of a whole target concerns every camera behind it, so what bars it is known only when all of them are
judged. Cameras that share nothing can be judged apart, and let go.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from vmsguard.model.inventory import Camera, Target

__all__ = ["Group", "groups_of"]


class Group(Struct, frozen=True, gc=False):
    """Cameras of one site with all their targets; no other camera of the run has one of these."""

    site: str
    cameras: tuple[str, ...]
    targets: tuple[str, ...]


def groups_of(cameras: Iterable[Camera], targets: Iterable[Target]) -> list[Group]:
    """The groups, site by site; a target without a camera is one of its own, and so is a camera without a target."""
    sites = {target.id: target.site for target in targets}
    leaders = {name: name for name in sites}
    alone: list[Group] = []
    behind: dict[str, list[str]] = {}
    for camera in cameras:
        names = sorted({ref.target for ref in camera.endpoints})
        if not names:
            alone.append(Group(camera.site, (camera.id,), ()))
            continue
        first, *others = (_leader(leaders, name) for name in names)
        for other in others:
            leaders[_leader(leaders, other)] = _leader(leaders, first)
        behind.setdefault(names[0], []).append(camera.id)
    members: dict[str, tuple[list[str], list[str]]] = {}
    for name in sites:
        of_cameras, of_targets = members.setdefault(_leader(leaders, name), ([], []))
        of_targets.append(name)
        of_cameras += behind.get(name, ())
    groups = [
        Group(sites[leader], tuple(sorted(of_cameras)), tuple(sorted(of_targets)))
        for leader, (of_cameras, of_targets) in members.items()
    ]
    return sorted([*groups, *alone], key=lambda group: (group.site, group.cameras, group.targets))


def _leader(leaders: dict[str, str], name: str) -> str:
    while leaders[name] != name:
        leaders[name] = leaders[leaders[name]]
        name = leaders[name]
    return name
