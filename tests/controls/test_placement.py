from __future__ import annotations

import pytest

from vmsguard.model.manifest import Identity
from vmsguard.model.vocabulary import Basis, Layer, Verdict, Why

PLACEMENT = "placement.private_space.none"
PTZ = "ptz.bounded"


class TestPlacement:
    @pytest.mark.parametrize(
        ("space", "verdict"),
        [("private", Verdict.FAIL), ("public", Verdict.PASS), ("staff-only", Verdict.PASS)],
    )
    def test_edge_case_25_who_may_be_there_is_what_the_inventory_attests(self, scene, space, verdict):
        scene.attributes["space"] = space
        outcome = scene.judge(PLACEMENT)
        assert (verdict, Basis.ATTESTED) == (outcome.verdict, outcome.basis)

    def test_edge_case_25_nothing_is_guessed_from_names(self, scene):
        scene.attributes |= {"site": "changing-room", "purpose": "toilet", "model": "Lobby Cam"}
        assert Why.NO_DOCUMENT is scene.judge(PLACEMENT).why

    def test_a_paper_says_so(self, scene):
        assert Verdict.PASS is scene.paper("placement").judge(PLACEMENT).verdict

    def test_what_the_inventory_says_outranks_a_paper(self, scene):
        scene.attributes["space"] = "private"
        assert Verdict.FAIL is scene.paper("placement").judge(PLACEMENT).verdict

    def test_a_paper_that_has_expired_fails(self, scene, now):
        assert Verdict.FAIL is scene.paper("placement", expires=now.date()).judge(PLACEMENT).verdict


class TestPtz:
    def test_limits_keep_it_in_its_range(self, scene):
        assert Verdict.PASS is scene.known("ptz.movable", True).known("ptz.limited", True).judge(PTZ).verdict

    def test_nothing_limits_it(self, scene):
        scene.known("ptz.movable", True).known("ptz.limited", False)
        assert scene.judge(PTZ).reason.startswith("not-limited:")
        assert Verdict.FAIL is scene.absent("ptz.limited").judge(PTZ).verdict

    @pytest.mark.parametrize("layer", Layer)
    def test_every_layer_counts(self, scene, layer):
        scene.known("ptz.movable", True).known("ptz.limited", True).known("ptz.limited", False, layer=layer)
        assert Verdict.FAIL is scene.judge(PTZ).verdict
        scene.unknown("ptz.limited", layer=layer)
        assert Verdict.UNKNOWN is scene.judge(PTZ).verdict

    def test_it_cannot_be_moved(self, scene):
        assert Verdict.NOT_APPLICABLE is scene.known("ptz.movable", False).judge(PTZ).verdict
        assert Verdict.NOT_APPLICABLE is scene.absent("ptz.movable").judge(PTZ).verdict

    def test_edge_case_19_a_target_that_answers_anything_proves_no_absence(self, scene):
        scene.identity = Identity(model="Gate 9", firmware="1", fabricates=True)
        assert Why.FABRICATED is scene.absent("ptz.movable").judge(PTZ).why
        assert Verdict.UNKNOWN is scene.known("ptz.movable", True).absent("ptz.limited").judge(PTZ).verdict

    def test_nobody_read_it(self, scene):
        assert Why.NO_DRIVER_FACT is scene.judge(PTZ).why
        assert Why.NO_DRIVER_FACT is scene.known("ptz.movable", True).judge(PTZ).why
        assert Why.PROTOCOL is scene.known("ptz.movable", 3).judge(PTZ).why
