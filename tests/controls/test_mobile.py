from __future__ import annotations

import pytest

from vmsguard.model.manifest import Identity
from vmsguard.model.vocabulary import Layer, Verdict, Why

CONTROL = "mobile.indicator.on"


@pytest.fixture
def mobile(scene):
    scene.attributes["mobility"] = "mobile"
    return scene


def test_it_shows_that_it_records(mobile):
    assert Verdict.PASS is mobile.known("recording.indicator", True).judge(CONTROL).verdict


def test_nothing_shows_that_it_records(mobile):
    assert Verdict.FAIL is mobile.known("recording.indicator", False).judge(CONTROL).verdict
    assert Verdict.FAIL is mobile.absent("recording.indicator").judge(CONTROL).verdict


@pytest.mark.parametrize("layer", Layer)
def test_a_restart_must_not_switch_it_off(mobile, layer):
    mobile.known("recording.indicator", True).known("recording.indicator", False, layer=layer)
    assert Verdict.FAIL is mobile.judge(CONTROL).verdict
    mobile.unknown("recording.indicator", layer=layer)
    assert Verdict.UNKNOWN is mobile.judge(CONTROL).verdict


def test_a_fixed_device(scene):
    scene.attributes["mobility"] = "fixed"
    assert Verdict.NOT_APPLICABLE is scene.judge(CONTROL).verdict


def test_nobody_said_whether_it_moves(scene):
    assert Why.NOT_ATTRIBUTED is scene.known("recording.indicator", False).judge(CONTROL).why
    assert Verdict.PASS is scene.known("recording.indicator", True).judge(CONTROL).verdict


def test_unread_and_made_up(mobile):
    assert Why.NO_DRIVER_FACT is mobile.judge(CONTROL).why
    mobile.identity = Identity(model="Gate 9", firmware="1", fabricates=True)
    assert Verdict.UNKNOWN is mobile.absent("recording.indicator").judge(CONTROL).verdict
