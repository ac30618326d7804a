from __future__ import annotations

import pytest

from vmsguard.model.changes import Change
from vmsguard.model.fact_values import AnalyticsFunction
from vmsguard.model.vocabulary import Layer, Verdict

TASKS = {"analytics.emotion.off": "emotion", "analytics.biometric_categorisation.off": "biometric-categorisation"}


def function(task, enabled=True, name="f1"):
    return AnalyticsFunction(name, "module", "Engine", task, enabled)


@pytest.fixture(params=TASKS)
def control(request):
    return request.param


def test_an_inference_that_runs_fails_and_is_stopped(scene, control):
    scene.listed("analytics.functions", function(TASKS[control]), function("face-detection", name="f2"))
    assert ("f1",) == scene.judge(control).offenders
    assert [Change("analytics.stop", "t-1", "ch1", {"function": "f1"})] == scene.changes(control)


@pytest.mark.parametrize("task", ["face-detection", "face-identification", "body-temperature", "other"])
def test_other_functions_are_other_things(scene, control, task):
    assert Verdict.PASS is scene.listed("analytics.functions", function(task)).judge(control).verdict


def test_the_two_inferences_are_told_apart(scene, control):
    other = next(task for name, task in TASKS.items() if name != control)
    assert Verdict.PASS is scene.listed("analytics.functions", function(other)).judge(control).verdict


@pytest.mark.parametrize("task", ["face-attributes", "unclassified"])
def test_what_nobody_said_may_infer_this_too_until_it_is_off(scene, control, task):
    assert Verdict.UNKNOWN is scene.listed("analytics.functions", function(task)).judge(control).verdict
    assert Verdict.PASS is scene.listed("analytics.functions", function(task, enabled=False)).judge(control).verdict


@pytest.mark.parametrize("layer", Layer)
def test_every_layer_counts(scene, control, layer):
    scene.listed("analytics.functions", function(TASKS[control], enabled=False))
    assert Verdict.PASS is scene.judge(control).verdict
    scene.listed("analytics.functions", function(TASKS[control]), layer=layer)
    assert Verdict.FAIL is scene.judge(control).verdict


def test_unread_unsaid_incomplete_and_absent(scene, control):
    assert Verdict.UNKNOWN is scene.judge(control).verdict
    scene.listed("analytics.functions", function(TASKS[control], enabled=None))
    assert Verdict.UNKNOWN is scene.judge(control).verdict
    assert Verdict.UNKNOWN is scene.listed("analytics.functions", complete=False).judge(control).verdict
    assert Verdict.NOT_APPLICABLE is scene.absent("analytics.functions").judge(control).verdict
