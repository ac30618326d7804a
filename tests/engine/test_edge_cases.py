"""Edge cases that the pure engine decides; the numbers are those of the list that tests/meta keeps."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.compile import compile_assigned
from vmsguard.engine.evaluate import evaluate
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.fact_values import AnalyticsFunction, RecordingJob
from vmsguard.model.inventory import Attribute, Endpoint
from vmsguard.model.manifest import Identity
from vmsguard.model.pack import Pack
from vmsguard.model.snapshot import TargetSeen
from vmsguard.model.vocabulary import Mode, Role, Severity, Verdict, Why
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_pack

CATALOGUE = Catalogue.core()
SHIPPED = [load_pack(file, CATALOGUE) for file in sorted(builtin_folder().glob("*/pack.yaml"))]
NEED_NO_DEVICE = {
    (control, Verdict.NOT_APPLICABLE) for control in ("deletion.on_request", "hold.segregated", "purge.on_reject")
}
"""Where nobody asked for a deletion, held anything or refused anything, no answer is needed to know."""
PLACES = (Endpoint("t-1", "ch1", Role.DEVICE), Endpoint("zm", "3", Role.RECORDER))


@pytest.mark.parametrize("pack", SHIPPED, ids=lambda pack: pack.id)
def test_edge_case_9_nothing_passes_at_a_device_that_is_offline(world: Any, pack: Pack) -> None:
    world.camera("cam-1", *PLACES)
    for kind in ("notice", "consent", "impact-assessment", "legal-basis", "subject-request-process"):
        world.paper(kind)
    seen = world.snapshot()
    gone = replace(
        seen,
        facts={},
        targets={name: TargetSeen(target=name, why=Why.UNREACHABLE, detail="no answer") for name in seen.targets},
    )
    for profile in pack.profiles or ("",):
        told = AssignedRules(pack=pack, profile=profile, mode=Mode.ENFORCE, assignment="a")
        results = evaluate([compile_assigned(told, CORE_CONTROLS, CORE_FACTS)], gone, world.now).results
        told_by_devices = {(one.control, one.verdict) for one in results if one.endpoint}
        assert set() == {
            (control, verdict)
            for control, verdict in told_by_devices
            if verdict is not Verdict.UNKNOWN and (control, verdict) not in NEED_NO_DEVICE
        }


@pytest.mark.parametrize("silent", ["t-1", "zm"])
def test_edge_case_11_each_place_is_judged_for_itself_and_the_rule_takes_the_worst(
    world: Any, words: Any, silent: str
) -> None:
    world.camera("cam-1", *PLACES)
    for place in PLACES:
        if place.target != silent:
            world.listed("footage.recordings", target=place.target, channel=place.channel)
    world.assign(words.pack(words.rule(words.require("storage.residue.empty"), name="empty")))
    results = world.evaluate().results
    found = {one.endpoint.partition("/")[0]: one.verdict for one in results if one.endpoint}
    assert {silent: Verdict.UNKNOWN, ({"t-1", "zm"} - {silent}).pop(): Verdict.PASS} == found
    assert Verdict.UNKNOWN is world.verdict("empty")


def test_edge_case_11_a_recorder_that_stores_fails_the_rule_although_the_camera_is_off(world: Any, words: Any) -> None:
    world.camera("cam-1", *PLACES).recording(active=False)
    world.listed("recording.jobs", RecordingJob("m1", True), target="zm", channel="3")
    rule = words.rule(words.require("storage.edge.off"), words.require("storage.vms.off"), name="off")
    world.assign(words.pack(rule))
    assert Verdict.FAIL is world.verdict("off")


def test_edge_case_12_a_store_nobody_can_see_keeps_the_duty_unknown(world: Any, words: Any) -> None:
    world.deleted(world.now).stores("footage", complete=False)
    world.assign(words.pack(words.rule(words.require("deletion.daily"), name="daily")))
    assert Verdict.UNKNOWN is world.verdict("daily")
    assert world.rule("daily").left


@pytest.mark.parametrize("firmware", ["1.2.4", "1.2.2", ""])
def test_edge_case_15_a_proof_ends_with_the_firmware_it_was_given_by(world: Any, words: Any, firmware: str) -> None:
    world.recording().footage().deleted(world.now - words.hour).stores("footage").refused().assign(words.thermal())
    assert Verdict.PASS is world.verdict()
    world.identities["t-1"] = Identity(model="Gate 9", firmware=firmware, as_administrator=True)
    assert Verdict.FAIL is world.verdict()
    assert any(told.startswith("fallback-not-proven") for told in world.rule().left)


def test_edge_case_17_done_in_part_is_no_pass_and_says_what_is_left(world: Any, words: Any) -> None:
    world.absent("cloud.links").listed("push.destinations").unknown("stream.services")
    named = ("transmission.cloud.off", "transmission.push.off", "transmission.stream.off")
    world.assign(words.pack(words.rule(*(words.require(name) for name in named), name="off")))
    result = world.rule("off")
    assert Verdict.UNKNOWN is result.verdict
    assert ["transmission.stream.off at t-1/ch1: unknown"] == list(result.left)


def test_edge_case_23_the_face_channel_of_a_two_sensor_camera_is_judged_too(world: Any, words: Any) -> None:
    world.camera("cam-1", Endpoint("t-1", "thermal", Role.DEVICE), Endpoint("t-1", "visible", Role.DEVICE))
    world.listed("recording.jobs", RecordingJob("j1", False), channel="thermal")
    world.listed("recording.jobs", RecordingJob("j2", True), channel="visible")
    world.assign(words.pack(words.rule(words.require("storage.edge.off"), name="off")))
    found = {one.channel: one.verdict for one in world.evaluate().results if one.control}
    assert {"thermal": Verdict.PASS, "visible": Verdict.FAIL} == found
    assert Verdict.FAIL is world.verdict("off")


def test_edge_case_24_a_second_recorder_that_holds_the_channel_is_one_more_copy(world: Any, words: Any) -> None:
    world.camera("cam-1", Endpoint("zm", "3", Role.RECORDER), Endpoint("mirror", "9", Role.RECORDER))
    world.listed("recording.jobs", RecordingJob("m1", False), target="zm", channel="3")
    world.listed("recording.jobs", RecordingJob("m9", True), target="mirror", channel="9")
    world.assign(words.pack(words.rule(words.require("storage.vms.off"), name="off")))
    assert Verdict.FAIL is world.verdict("off")


def test_edge_case_26_what_moves_is_selected_by_mobility_and_by_place_only_where_one_is_stated(
    world: Any, words: Any
) -> None:
    detect = words.rule(words.require("storage.edge.off"), name="off")
    worn = words.pack(detect, name="worn", select=words.test("mobility", "mobile"))
    there = words.pack(detect, name="there", select=words.test("country", "KR"))
    world.camera("cam-1", mobility="mobile").recording(active=False).assign(worn).assign(there)
    evaluation = world.evaluate()
    assert {"worn": "TRUE", "there": "UNKNOWN"} == {name: one.name for name, one in evaluation.in_scope.items()}
    assert ("country",) == evaluation.missing_attributes
    world.camera("cam-1", mobility="fixed", country="JP")
    assert {"FALSE"} == {one.name for one in world.evaluate().in_scope.values()}


def test_edge_case_25_what_a_place_is_used_for_does_not_make_it_public(world: Any, words: Any) -> None:
    rule = words.rule(words.require("analytics.face.identify.off"), name="nobody")
    world.assign(words.pack(rule, select=words.test("space", "public")))
    world.camera("cam-1", space_use="retail")
    assert ("space",) == world.evaluate().missing_attributes
    world.camera("cam-1", space="private", space_use="retail")
    assert {"FALSE"} == {one.name for one in world.evaluate().in_scope.values()}


def test_edge_case_36_the_force_of_a_result_is_that_of_its_source(world: Any) -> None:
    world.camera("cam-1")
    found = AnalyticsFunction(id="f", kind="rule", type="F", task="face-identification", enabled=True)
    world.listed("analytics.functions", found)
    attributes = {"country": "KR", "operator": "public-institution", "space": "public"}
    for pack in SHIPPED:
        if pack.id == "kr-nhrck-frt-moratorium-2023":
            world.assign(pack, profile="literal")
    seen = replace(
        world.snapshot(),
        camera=replace(
            world.snapshot().camera, attributes={name: Attribute(value) for name, value in attributes.items()}
        ),
    )
    results = evaluate(world.rules, seen, world.now).results
    (nobody,) = (one for one in results if one.level == "rule" and one.rule == "no-remote-identification")
    assert (Verdict.FAIL, "recommendation") == (nobody.verdict, nobody.force.value)
    assert nobody.severity is Severity.CRITICAL
