from __future__ import annotations

import pytest

from vmsguard.model.fact_values import AnalyticsFunction, FaceLibrary
from vmsguard.model.vocabulary import Verdict

ALLOW, VERIFY, COUNT = "analytics.allowlist", "analytics.face.verify.off", "analytics.face.library.max_count"
FACTS = "analytics.functions"


def function(task, *, enabled=True):
    return AnalyticsFunction("f1", "rule", "T", task, enabled)


@pytest.mark.parametrize(
    ("task", "enabled", "expected"),
    [
        ("other", True, Verdict.PASS),
        ("face-detection", True, Verdict.FAIL),
        ("face-detection", False, Verdict.PASS),
        ("face-detection", None, Verdict.UNKNOWN),
        ("unclassified", True, Verdict.UNKNOWN),
        ("unclassified", False, Verdict.PASS),
    ],
)
def test_only_listed_analytics_may_run(scene, task, enabled, expected):
    scene.listed(FACTS, function(task, enabled=enabled))
    assert expected is scene.judge(ALLOW, tasks=("other",)).verdict


def test_what_is_not_listed_is_stopped(scene):
    scene.listed(FACTS, function("face-attributes"))
    (change,) = scene.changes(ALLOW, tasks=("other",))
    assert ("analytics.stop", {"function": "f1"}) == (change.verb, change.arguments)


@pytest.mark.parametrize(
    ("task", "enabled", "expected"),
    [
        ("face-verification", True, Verdict.FAIL),
        ("face-verification", False, Verdict.PASS),
        ("face-verification", None, Verdict.UNKNOWN),
        ("face-identification", True, Verdict.PASS),
        ("unclassified", True, Verdict.UNKNOWN),
    ],
)
def test_one_to_one_comparison_is_off(scene, task, enabled, expected):
    assert expected is scene.listed(FACTS, function(task, enabled=enabled)).judge(VERIFY).verdict


def test_one_to_one_comparison_is_stopped(scene):
    (change,) = scene.listed(FACTS, function("face-verification")).changes(VERIFY)
    assert "analytics.stop" == change.verb


def test_galleries_of_a_target_count_together(scene):
    scene.listed("face_library.sizes", FaceLibrary("a", 60), FaceLibrary("b", 40))
    assert Verdict.PASS is scene.judge(COUNT, max=100).verdict
    assert Verdict.FAIL is scene.judge(COUNT, max=99).verdict


def test_an_incomplete_list_of_galleries_can_fail_and_cannot_pass(scene):
    scene.listed("face_library.sizes", FaceLibrary("a", 60), complete=False)
    assert Verdict.UNKNOWN is scene.judge(COUNT, max=100).verdict
    assert Verdict.FAIL is scene.judge(COUNT, max=50).verdict
    assert Verdict.UNKNOWN is scene.unknown("face_library.sizes").judge(COUNT, max=50).verdict
    assert Verdict.NOT_APPLICABLE is scene.absent("face_library.sizes").judge(COUNT, max=50).verdict
