from __future__ import annotations

from datetime import timedelta

import pytest

from vmsguard.model.changes import Change
from vmsguard.model.fact_values import AnalyticsFunction, FaceLibrary
from vmsguard.model.facts import CAMERA_TARGET
from vmsguard.model.inventory import Endpoint
from vmsguard.model.manifest import Identity
from vmsguard.model.pack import ExceptionGrant
from vmsguard.model.vocabulary import Basis, Layer, Role, Verdict, Why

BOUNDED = "analytics.face.identify.bounded"
NOT_INSTALLED = "analytics.face.identify.not_installed"
GATE = {
    "gate.claim_first": True,
    "gate.comparison_set": 1,
    "gate.close_range": True,
    "gate.failures_searched": False,
    "gate.templates_kept": False,
    "gate.other_way_in": True,
}


def function(enabled=True, task="face-identification", name="f1"):
    return AnalyticsFunction(name, "module", "FaceRecognition", task, enabled)


def gate(scene):
    scene.attributes["face_use"] = "verify-1to1"
    for name, value in GATE.items():
        scene.known(name, value, target=CAMERA_TARGET, basis=Basis.ATTESTED)
    return scene


class TestBounded:
    @pytest.fixture
    def grant(self, now):
        def make(**told):
            plain = {
                "id": "ex-1",
                "pack": "p",
                "rule": "r",
                "type": "t",
                "cameras": ("cam-1",),
                "author": "role:police",
                "approver": "role:court",
                "starts": now - timedelta(hours=1),
                "expires": now + timedelta(hours=1),
                "gallery_max": 1,
            }
            return ExceptionGrant(**plain | told)

        return make

    @pytest.fixture
    def searching(self, scene):
        return scene.listed("analytics.functions", function()).listed("face_library.sizes", FaceLibrary("lib", 1))

    def test_inside_every_bound_passes(self, searching, grant):
        outcome = searching.judge(BOUNDED, exception=grant())
        assert (Verdict.PASS, "1 enrolled") == (outcome.verdict, outcome.found)
        assert "only the cameras of ex-1, within its hours, against at most 1 faces" == outcome.required

    def test_it_is_known_no_better_than_the_weaker_of_search_and_gallery(self, searching, grant):
        searching.listed("analytics.functions", function(), basis=Basis.VENDOR_MANIFEST)
        assert Basis.VENDOR_MANIFEST is searching.judge(BOUNDED, exception=grant()).basis
        searching.listed("analytics.functions", function())
        assert Basis.READ_BACK is searching.judge(BOUNDED, exception=grant()).basis

    def test_without_an_exception_the_search_fails_and_is_stopped(self, searching):
        outcome = searching.judge(BOUNDED)
        assert (Verdict.FAIL, ("f1",)) == (outcome.verdict, outcome.offenders)
        assert "out-of-bounds: no exception is in use" == outcome.reason
        assert [Change("analytics.stop", "t-1", "ch1", {"function": "f1"})] == searching.changes(BOUNDED)

    def test_another_camera_is_out_of_bounds(self, searching, grant):
        assert ("f1",) == searching.judge(BOUNDED, exception=grant(cameras=("cam-2",))).offenders

    @pytest.mark.parametrize(
        ("starts", "expires", "verdict"),
        [(0, 1, Verdict.PASS), (1, 2, Verdict.FAIL), (-2, 0, Verdict.FAIL)],
        ids=["from-the-first-second", "before", "up-to-not-including-the-last"],
    )
    def test_the_hours_are_half_open(self, searching, grant, now, hour, starts, expires, verdict):
        told = grant(starts=now + starts * hour, expires=now + expires * hour)
        assert verdict is searching.judge(BOUNDED, exception=told).verdict

    def test_more_faces_than_stated_fail_and_nobody_is_stopped_for_it(self, searching, grant):
        searching.listed("face_library.sizes", FaceLibrary("lib", 1), FaceLibrary("more", 1))
        outcome = searching.judge(BOUNDED, exception=grant())
        assert (Verdict.FAIL, "gallery-too-large: 2 enrolled", ()) == (
            outcome.verdict,
            outcome.reason,
            outcome.offenders,
        )

    def test_an_exception_that_states_no_number_of_faces_draws_no_bound(self, searching, grant):
        assert Why.NO_DOCUMENT is searching.judge(BOUNDED, exception=grant(gallery_max=None)).why

    def test_a_gallery_nobody_counted(self, searching, grant):
        assert Verdict.UNKNOWN is searching.unknown("face_library.sizes").judge(BOUNDED, exception=grant()).verdict
        searching.listed("face_library.sizes", FaceLibrary("lib", 1), complete=False)
        assert Why.INCOMPLETE is searching.judge(BOUNDED, exception=grant()).why

    def test_a_target_without_a_gallery_searches_in_none(self, searching, grant):
        searching.absent("face_library.sizes")
        assert Verdict.PASS is searching.judge(BOUNDED, exception=grant()).verdict
        searching.identity = Identity(model="Gate 9", firmware="1", fabricates=True)
        assert Verdict.UNKNOWN is searching.judge(BOUNDED, exception=grant()).verdict

    def test_nobody_is_searched_for(self, scene, grant):
        scene.listed("analytics.functions", function(enabled=False))
        assert Verdict.NOT_APPLICABLE is scene.judge(BOUNDED, exception=grant()).verdict
        assert Verdict.NOT_APPLICABLE is scene.judge(BOUNDED).verdict
        assert Verdict.NOT_APPLICABLE is scene.absent("analytics.functions").judge(BOUNDED).verdict

    def test_not_known_whether_anybody_is_searched_for(self, scene, grant):
        assert Verdict.UNKNOWN is scene.judge(BOUNDED, exception=grant()).verdict
        scene.listed("analytics.functions", function(task="unclassified"))
        assert Verdict.UNKNOWN is scene.judge(BOUNDED, exception=grant()).verdict

    def test_a_gate_proven_one_to_one_searches_for_nobody(self, searching):
        assert Verdict.NOT_APPLICABLE is gate(searching).judge(BOUNDED).verdict


class TestNotInstalled:
    @pytest.mark.parametrize("enabled", [True, False, None])
    def test_what_is_installed_fails_switched_on_or_off(self, scene, enabled):
        outcome = scene.listed("analytics.functions", function(enabled)).judge(NOT_INSTALLED)
        assert (Verdict.FAIL, ("f1",)) == (outcome.verdict, outcome.offenders)

    def test_only_what_may_run_is_stopped(self, scene):
        scene.listed("analytics.functions", function(False), function(None, name="f2"), function(True, name="f3"))
        assert ["f2", "f3"] == [change.arguments["function"] for change in scene.changes(NOT_INSTALLED)]

    @pytest.mark.parametrize("layer", Layer)
    def test_installed_in_one_layer_is_installed(self, scene, layer):
        scene.listed("analytics.functions", function(task="face-detection"))
        assert Verdict.PASS is scene.judge(NOT_INSTALLED).verdict
        scene.listed("analytics.functions", function(False), layer=layer)
        assert Verdict.FAIL is scene.judge(NOT_INSTALLED).verdict

    def test_a_function_nobody_can_classify_may_be_one_even_switched_off(self, scene):
        scene.listed("analytics.functions", function(False, task="unclassified"))
        assert Verdict.UNKNOWN is scene.judge(NOT_INSTALLED).verdict

    def test_unread_incomplete_and_absent(self, scene):
        assert Verdict.UNKNOWN is scene.judge(NOT_INSTALLED).verdict
        assert Verdict.UNKNOWN is scene.listed("analytics.functions", complete=False).judge(NOT_INSTALLED).verdict
        assert Verdict.NOT_APPLICABLE is scene.absent("analytics.functions").judge(NOT_INSTALLED).verdict

    def test_a_gate_proven_one_to_one_is_another_thing(self, scene):
        scene.listed("analytics.functions", function())
        assert Verdict.PASS is gate(scene).judge(NOT_INSTALLED).verdict
        scene.listed("analytics.functions", function(), function(task="unclassified", name="f2"))
        assert Verdict.UNKNOWN is scene.judge(NOT_INSTALLED).verdict
        scene.listed("analytics.functions", function())
        scene.unknown("gate.claim_first", target=CAMERA_TARGET)
        assert (Verdict.UNKNOWN, ("f1",)) == (
            scene.judge(NOT_INSTALLED).verdict,
            scene.judge(NOT_INSTALLED).offenders,
        )

    def test_a_recorder_is_judged_for_itself(self, scene):
        scene.endpoints.append(Endpoint("r-1", "3", Role.RECORDER))
        scene.listed("analytics.functions", function(False), target="r-1", channel="3")
        assert Verdict.FAIL is scene.judge(NOT_INSTALLED, at=1).verdict
