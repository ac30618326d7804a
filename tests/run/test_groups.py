"""Cameras that share a target are judged together, and no others."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from vmsguard.model.inventory import Camera, EndpointRef, Target
from vmsguard.model.vocabulary import Role
from vmsguard.run.groups import Group, groups_of

TARGETS = [f"t{number}" for number in range(6)]


def camera(name: str, targets: Iterable[str], site: str = "s") -> Camera:
    return Camera(id=name, site=site, endpoints=tuple(EndpointRef(target, ("1",)) for target in targets))


def target(name: str, site: str = "s") -> Target:
    return Target(id=name, site=site, role=Role.DEVICE, driver="d", url="http://192.0.2.1")


def test_what_shares_a_target_is_one_group_over_any_number_of_steps() -> None:
    cameras = [camera("a", ["t1", "t2"]), camera("b", ["t3"]), camera("c", ["t2", "t4"]), camera("d", [])]
    found = groups_of(cameras, map(target, ["t1", "t2", "t3", "t4", "t5"]))
    expected = [
        Group("s", (), ("t5",)),
        Group("s", ("a", "c"), ("t1", "t2", "t4")),
        Group("s", ("b",), ("t3",)),
        Group("s", ("d",), ()),
    ]
    assert expected == found


def test_sites_come_one_after_the_other() -> None:
    found = groups_of([camera("a", ["x"], "s2"), camera("b", ["y"], "s1")], [target("x", "s2"), target("y", "s1")])
    assert ["s1", "s2"] == [group.site for group in found]


@given(st.lists(st.lists(st.sampled_from(TARGETS), max_size=3), max_size=8))
def test_each_camera_and_each_target_is_in_one_group_with_all_it_shares(shares: list[list[str]]) -> None:
    cameras = [camera(f"c{number}", named) for number, named in enumerate(shares)]
    groups = groups_of(cameras, map(target, TARGETS))
    assert sorted(TARGETS) == sorted(name for group in groups for name in group.targets)
    assert sorted(one.id for one in cameras) == sorted(name for group in groups for name in group.cameras)
    for one in cameras:
        (mine,) = (group for group in groups if one.id in group.cameras)
        assert {ref.target for ref in one.endpoints} <= set(mine.targets)
    for group in groups:
        # Nothing is in it that could have been apart: it cannot be split without dividing a camera's targets.
        reached = {group.targets[0]} if group.targets else set()
        for _ in group.targets:
            named = [{ref.target for ref in one.endpoints} for one in cameras]
            reached |= {name for of in named if of & reached for name in of}
        assert set(group.targets) == reached
