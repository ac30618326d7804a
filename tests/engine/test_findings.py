from __future__ import annotations

from msgspec.structs import replace

from vmsguard.engine.findings import findings_in_order, fleet_findings
from vmsguard.model.results import Finding


def found(world):
    snapshots = {name: world.snapshot(name) for name in world.cameras}
    findings = fleet_findings([world.evaluate(name) for name in world.cameras], snapshots, world.claims)
    return [(finding.code, finding.subject) for finding in findings]


def test_a_fleet_in_order_has_none(world):
    assert [] == found(world)


def test_edge_case_22_missing_attributes_are_one_item_per_camera(world, words):
    """Not one per rule, nor one per pack."""
    rules = [words.rule(words.require("storage.edge.off"), name=name) for name in ("a", "b")]
    for name in ("p", "q"):
        world.assign(words.pack(*rules, name=name, select=words.test("modality", "thermal")))
    assert [("needs-attributes", "cam-1")] == found(world)


def test_what_was_seen_on_the_way_in(world):
    world.identities["t-1"] = replace(
        world.identities["t-1"], fabricates=True, foreign_addresses=("192.0.2.10",), notes=("plain-http", "odd-thing")
    )
    expected = [("answers-anything", "t-1"), ("foreign-address", "t-1"), ("odd-thing", "t-1"), ("plain-http", "t-1")]
    assert expected == found(world)


def test_channels_nobody_claims(world):
    world.listed_channels["nvr-1"] = ("7",)
    assert [("unclaimed-channel", "nvr-1/7")] == found(world)


def test_a_target_that_was_not_listed_has_none(world):
    world.listed_channels["nvr-1"] = None
    assert [] == found(world)


def test_findings_of_parts_of_a_fleet_are_told_in_the_order_of_the_whole() -> None:
    codes = ("needs-attributes", "plain-http", "announced-deletion-left", "unclaimed-channel")
    places = ("t-1", "t-1", "t-1/source-1", "t-1/source-2")
    first = [
        Finding(code=code, subject=place, message="", next_step="") for code, place in zip(codes, places, strict=True)
    ]
    second = [replace(one, subject=one.subject.replace("t-1", "t-2")) for one in first]
    whole = tuple(one for pair in zip(first, second, strict=True) for one in pair)
    assert whole == findings_in_order([*second, *first])
