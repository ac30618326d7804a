from __future__ import annotations

import pytest

from vmsguard.model.changes import Change
from vmsguard.model.fact_values import AnalyticsFunction, FaceLibrary
from vmsguard.model.facts import CAMERA_TARGET
from vmsguard.model.vocabulary import WHOLE, Basis, Verdict

IDENTIFY = "analytics.face.identify.off"
LIBRARY = "analytics.face.library.empty"
BOUNDED = "analytics.face.verify.bounded"
EPHEMERAL = "analytics.face.detect.ephemeral"

GATE = {
    "gate.claim_first": True,
    "gate.comparison_set": 1,
    "gate.close_range": True,
    "gate.failures_searched": False,
    "gate.templates_kept": False,
    "gate.other_way_in": True,
}


def function(task, enabled=True, name="f1", keeps=None):
    return AnalyticsFunction(name, "rule", "FaceRecognition", task, enabled, keeps)


def proven(scene, **broken):
    for name, value in (GATE | {f"gate.{key}": told for key, told in broken.items()}).items():
        scene.known(name, value, target=CAMERA_TARGET, basis=Basis.ATTESTED)
    return scene


class TestIdentifyOff:
    def test_matching_one_to_many_fails_and_is_stopped(self, scene):
        scene.listed("analytics.functions", function("face-identification"), function("face-detection", name="f2"))
        assert ("f1",) == scene.judge(IDENTIFY, timing="live").offenders
        assert [Change("analytics.stop", "t-1", "ch1", {"function": "f1"})] == scene.changes(IDENTIFY)

    @pytest.mark.parametrize(
        "task", ["face-detection", "face-verification", "face-attributes", "body-temperature", "other"]
    )
    def test_other_functions_are_other_things(self, scene, task):
        assert scene.listed("analytics.functions", function(task)).judge(IDENTIFY).verdict is Verdict.PASS

    def test_a_function_nobody_can_classify_is_unknown_until_it_is_off(self, scene):
        assert scene.listed("analytics.functions", function("unclassified")).judge(IDENTIFY).verdict is Verdict.UNKNOWN
        scene.listed("analytics.functions", function("unclassified", enabled=False))
        assert scene.judge(IDENTIFY).verdict is Verdict.PASS

    def test_unread_and_absent(self, scene):
        assert scene.judge(IDENTIFY).verdict is Verdict.UNKNOWN
        assert scene.absent("analytics.functions").judge(IDENTIFY).verdict is Verdict.NOT_APPLICABLE

    def test_a_gate_that_is_not_proven_one_to_one_is_unknown_with_its_offenders(self, scene):
        scene.attributes["face_use"] = "verify-1to1"
        scene.listed("analytics.functions", function("face-identification"))
        outcome = scene.judge(IDENTIFY)
        assert (Verdict.UNKNOWN, ("f1",)) == (outcome.verdict, outcome.offenders)
        assert 6 == len(outcome.left)

    def test_a_proven_gate_is_no_offender(self, scene):
        scene.attributes["face_use"] = "verify-1to1"
        proven(scene).listed("analytics.functions", function("face-identification"))
        assert scene.judge(IDENTIFY).verdict is Verdict.PASS

    def test_a_gate_that_compares_with_many_is_one_to_many(self, scene):
        scene.attributes["face_use"] = "verify-1to1"
        proven(scene, comparison_set=500).listed("analytics.functions", function("face-identification"))
        assert scene.judge(IDENTIFY).verdict is Verdict.FAIL

    def test_the_proof_alone_excuses_nothing_where_nobody_claims_a_gate(self, scene):
        proven(scene).listed("analytics.functions", function("face-identification"))
        assert scene.judge(IDENTIFY).verdict is Verdict.FAIL


class TestLibraryEmpty:
    def test_enrolled_faces_fail_and_are_purged(self, scene):
        scene.listed("face_library.sizes", FaceLibrary("lib", 12), FaceLibrary("old", 0))
        assert ("lib",) == scene.judge(LIBRARY).offenders
        assert [Change("face_library.purge", "t-1", WHOLE, {"library": "lib"})] == scene.changes(LIBRARY)

    def test_empty_galleries_pass(self, scene):
        assert scene.listed("face_library.sizes", FaceLibrary("lib", 0)).judge(LIBRARY).verdict is Verdict.PASS

    def test_a_gate_gallery_is_left_only_where_the_gate_is_proven(self, scene):
        scene.listed("face_library.sizes", FaceLibrary("lib", 1, "verify-1to1"))
        assert scene.judge(LIBRARY).verdict is Verdict.FAIL
        assert scene.judge(LIBRARY, unless_only="verify-1to1").verdict is Verdict.UNKNOWN
        assert proven(scene).judge(LIBRARY, unless_only="verify-1to1").verdict is Verdict.PASS

    def test_a_gallery_without_a_stated_purpose_is_one_to_many(self, scene):
        scene.listed("face_library.sizes", FaceLibrary("lib", 1))
        assert proven(scene).judge(LIBRARY, unless_only="verify-1to1").verdict is Verdict.FAIL

    def test_unread_and_absent(self, scene):
        assert scene.judge(LIBRARY).verdict is Verdict.UNKNOWN
        assert scene.absent("face_library.sizes").judge(LIBRARY).verdict is Verdict.NOT_APPLICABLE


class TestVerifyBounded:
    def test_six_known_conditions(self, scene):
        outcome = proven(scene).judge(BOUNDED)
        assert (Verdict.PASS, Basis.ATTESTED) == (outcome.verdict, outcome.basis)

    @pytest.mark.parametrize("missing", GATE)
    def test_one_unknown_condition_is_unknown(self, scene, missing):
        proven(scene)
        scene.facts = {key: fact for key, fact in scene.facts.items() if key.name != missing}
        assert scene.judge(BOUNDED).verdict is Verdict.UNKNOWN

    @pytest.mark.parametrize("broken", GATE)
    def test_one_broken_condition_fails(self, scene, broken):
        told = {broken.removeprefix("gate."): 2 if broken == "gate.comparison_set" else not GATE[broken]}
        assert proven(scene, **told).judge(BOUNDED).verdict is Verdict.FAIL

    def test_a_device_that_contradicts_the_inventory_breaks_the_gate(self, scene):
        proven(scene).known("gate.templates_kept", True)
        assert scene.judge(BOUNDED).verdict is Verdict.FAIL


class TestDetectEphemeral:
    @pytest.mark.parametrize(
        ("keeps", "verdict"), [(False, Verdict.PASS), (True, Verdict.FAIL), (None, Verdict.UNKNOWN)]
    )
    def test_it_matters_what_is_kept(self, scene, keeps, verdict):
        scene.listed("analytics.functions", function("face-detection", keeps=keeps))
        assert scene.judge(EPHEMERAL).verdict is verdict

    def test_what_is_off_keeps_nothing(self, scene):
        scene.listed("analytics.functions", function("face-detection", enabled=False, keeps=True))
        assert scene.judge(EPHEMERAL).verdict is Verdict.PASS

    def test_absent_and_its_change(self, scene):
        assert scene.absent("analytics.functions").judge(EPHEMERAL).verdict is Verdict.NOT_APPLICABLE
        scene.listed("analytics.functions", function("face-detection", keeps=True))
        assert ["analytics.stop"] == [change.verb for change in scene.changes(EPHEMERAL)]
