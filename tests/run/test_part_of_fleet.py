"""What a task is given of a fleet: its cameras, all that their verdicts depend on, and nothing else."""

from __future__ import annotations

from vmsguard.model.inventory import Camera, EndpointRef, Inventory, Target
from vmsguard.model.vocabulary import Role
from vmsguard.run.fleet import Fleet
from vmsguard.run.part_of_fleet import FleetParts


def target(name: str, site: str, role: Role = Role.DEVICE) -> Target:
    return Target(id=name, site=site, role=role, driver="d", url="http://192.0.2.1/")


def camera(name: str, site: str, *targets: str, managed_by: str = "") -> Camera:
    endpoints = tuple(EndpointRef(one, ("1",)) for one in targets)
    return Camera(id=name, site=site, endpoints=endpoints, managed_by=managed_by)


TARGETS = [
    target("t-1", "hq"),
    target("t-2", "hq"),
    target("t-3", "hq"),
    target("nvr", "hq", Role.RECORDER),
    target("t-9", "far"),
    target("far-nvr", "far", Role.RECORDER),
    target("unused", "hq"),
]
CAMERAS = [
    camera("cam-1", "hq", "t-1"),
    camera("cam-2", "hq", "t-1", "t-2", managed_by="nvr"),
    camera("cam-3", "hq", "t-3", "nvr"),
    camera("cam-4", "hq", "t-3"),
    camera("cam-9", "far", "t-9", "far-nvr"),
]
FLEET = Fleet(
    inventory=Inventory({one.id: one for one in TARGETS}, {one.id: one for one in CAMERAS}),
    rules={},
    facts={},
    verbs={},
    controls={},
)
PARTS = FleetParts(FLEET)


def test_it_judges_the_cameras_of_the_target_and_looks_at_what_the_whole_would() -> None:
    part = PARTS.about(PARTS.cameras_at("t-1"))
    assert ["cam-1", "cam-2"] == [one.id for one in part.cameras]
    narrowed = Fleet(**{**FLEET.__dict__, "limit": frozenset({"cam-1", "cam-2"})})
    assert {one.id for one in narrowed.targets} == {one.id for one in part.targets} == {"t-1", "t-2", "nvr"}


def test_who_else_claims_a_channel_of_what_is_looked_at_is_there_with_its_targets() -> None:
    part = PARTS.about(PARTS.cameras_at("t-1"))
    assert {"cam-1", "cam-2", "cam-3"} == part.inventory.cameras.keys(), "cam-3 is on the recorder of the site"
    assert {"t-1", "t-2", "t-3", "nvr"} == part.inventory.targets.keys()


def test_it_knows_how_many_are_enrolled() -> None:
    assert ("cam-1", "cam-2", "cam-3", "cam-4", "cam-9") == PARTS.about(PARTS.cameras_at("t-9")).enrolled
    assert () == FLEET.enrolled
    assert None is FLEET.among
    assert frozenset({"cam-9"}) == PARTS.about(PARTS.cameras_at("t-9")).among


def test_what_is_looked_at_and_owned_is_looked_up() -> None:
    assert ["far-nvr", "nvr", "t-1", "t-2", "t-3", "t-9"] == [one.id for one in PARTS.targets]
    assert ["cam-2"] == [one.id for one in PARTS.owned_by("nvr")]
    assert () == PARTS.cameras_at("unused")
    assert {"cam-1": "hq", "cam-9": "far"}.items() <= PARTS.sites.items()
