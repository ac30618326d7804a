from __future__ import annotations

import pytest

from vmsguard.model.changes import Change
from vmsguard.model.fact_values import ExternalDestination, RecorderMatch, RecordingJob, Store
from vmsguard.model.facts import CAMERA_TARGET
from vmsguard.model.inventory import Endpoint
from vmsguard.model.manifest import Identity
from vmsguard.model.vocabulary import WHOLE, Basis, Layer, Role, Verdict, Why

CONTROL = "thermal.storage.off"
LOG = Store("temps", "temperature-log")


@pytest.fixture
def off(scene):
    return scene.listed("recording.jobs").listed("storage.external").listed("stores", Store("sd", "footage"))


def test_every_part_is_off(off):
    outcome = off.judge(CONTROL)
    assert (Verdict.PASS, Basis.READ_BACK) == (outcome.verdict, outcome.basis)


def test_offenders_are_told_by_the_part_they_break(off):
    off.listed("recording.jobs", RecordingJob("j1", True))
    off.listed("storage.external", ExternalDestination("nas", "cifs", True))
    outcome = off.judge(CONTROL)
    assert ("storage.edge.off/j1", "storage.external.off/nas") == outcome.offenders
    assert outcome.reason.startswith("in-part: storage.edge.off (offender: recording job j1 is on); storage.external")
    assert [
        Change("recording.stop", "t-1", "ch1", {"job": "j1"}),
        Change("storage.external.remove", "t-1", WHOLE, {"destination": "nas"}),
    ] == off.changes(CONTROL)


def test_a_part_that_fails_outweighs_one_that_is_not_known(off):
    off.unknown("storage.external")
    assert Verdict.UNKNOWN is off.judge(CONTROL).verdict
    off.listed("recording.jobs", RecordingJob("j1", True), layer=Layer.STORED)
    outcome = off.judge(CONTROL)
    assert (Verdict.FAIL, ("storage.edge.off/j1",)) == (outcome.verdict, outcome.offenders)
    assert any(item.startswith("storage.external.off: ") for item in outcome.left)


def test_what_is_not_known_keeps_its_reason(scene):
    outcome = scene.judge(CONTROL)
    assert (Verdict.UNKNOWN, Why.NO_DRIVER_FACT) == (outcome.verdict, outcome.why)
    assert outcome.reason.startswith("no-driver-delivers-it: storage.edge.off: ")


@pytest.mark.parametrize(
    ("linked", "verdict", "basis"),
    [(True, Verdict.FAIL, Basis.READ_BACK), (False, Verdict.PASS, Basis.ATTESTED), (None, Verdict.UNKNOWN, None)],
)
def test_a_log_of_temperatures_is_judged_by_what_it_is_linked_to(off, linked, verdict, basis):
    if linked is not None:
        off.attributes["linked_to_identity"] = linked
    outcome = off.listed("stores", LOG).judge(CONTROL)
    assert (verdict, basis) == (outcome.verdict, outcome.basis)
    assert (("temperature log/temps",) if linked else ()) == outcome.offenders


def test_a_log_of_entries_beside_it_tells_whose_temperatures_they_are(off):
    off.attributes["linked_to_identity"] = False
    off.listed("stores", LOG, Store("doors", "entry-log"))
    assert ("temperature log/temps",) == off.judge(CONTROL).offenders


def test_stores_that_are_not_all_known_may_hold_a_log(off):
    assert Why.INCOMPLETE is off.listed("stores", complete=False).judge(CONTROL).why
    assert Why.FAULT is off.unknown("stores").judge(CONTROL).why
    off.attributes["linked_to_identity"] = True
    assert Verdict.FAIL is off.listed("stores", LOG, complete=False).judge(CONTROL).verdict


def test_no_store_at_all_from_a_target_that_answers_anything_is_no_answer(off):
    off.listed("recording.jobs", RecordingJob("j1", False))
    off.listed("storage.external", ExternalDestination("nas", "cifs", False))
    assert Verdict.PASS is off.listed("stores").judge(CONTROL).verdict
    off.identity = Identity(model="Gate 9", firmware="1", fabricates=True)
    assert Why.FABRICATED is off.judge(CONTROL).why
    assert Verdict.PASS is off.listed("stores", Store("sd", "footage")).judge(CONTROL).verdict


def test_edge_case_23_each_channel_is_judged_for_itself(off):
    off.endpoints.append(Endpoint("t-1", "ch2", Role.DEVICE))
    off.listed("recording.jobs", RecordingJob("face", True), channel="ch2")
    assert Verdict.PASS is off.judge(CONTROL).verdict
    assert ("storage.edge.off/face",) == off.judge(CONTROL, at=1).offenders


def test_edge_case_11_a_recorder_is_judged_by_its_own_jobs(off):
    off.endpoints.append(Endpoint("r-1", "3", Role.RECORDER))
    off.listed("recording.jobs", RecordingJob("v1", True), target="r-1", channel="3").absent("stores", target="r-1")
    outcome = off.judge(CONTROL, at=1)
    assert (Verdict.FAIL, ("storage.vms.off/v1",)) == (outcome.verdict, outcome.offenders)
    assert [Change("recording.stop", "r-1", "3", {"job": "v1"})] == off.changes(CONTROL, at=1)


def test_edge_case_12_a_recorder_nobody_listed_may_store(off):
    assert Why.NO_RECORDER is off.judge_camera(CONTROL).why
    off.listed("site.recorders", RecorderMatch("r-1", listed=False), target=CAMERA_TARGET)
    assert Why.INCOMPLETE is off.judge_camera(CONTROL).why


def test_edge_case_24_a_mirrored_channel_of_a_recorder_that_nobody_claims_is_a_further_copy(off):
    off.endpoints.append(Endpoint("r-1", "3", Role.RECORDER))
    off.listed("site.recorders", RecorderMatch("r-1", listed=True, channels=("3", "virtual-4")), target=CAMERA_TARGET)
    assert ("r-1/virtual-4",) == off.judge_camera(CONTROL).left


def test_nothing_can_be_stored(scene):
    scene.absent("recording.jobs").absent("storage.external").absent("stores")
    assert Verdict.NOT_APPLICABLE is scene.judge(CONTROL).verdict
