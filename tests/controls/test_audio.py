from __future__ import annotations

import pytest

from vmsguard.model.changes import Change
from vmsguard.model.fact_values import AudioSource
from vmsguard.model.inventory import Endpoint
from vmsguard.model.manifest import Identity
from vmsguard.model.vocabulary import Layer, Role, Verdict, Why

CONTROL = "audio.off"


def source(enabled, attached_to="", name="a1"):
    return AudioSource(name, "encoder", attached_to, enabled)


def test_sound_that_nothing_takes_passes(scene):
    outcome = scene.listed("audio.sources", source(False)).judge(CONTROL)
    assert (Verdict.PASS, "off: no audio source is on") == (outcome.verdict, outcome.reason)


def test_sound_that_is_taken_in_fails(scene):
    outcome = scene.listed("audio.sources", source(True), source(False, name="a2")).judge(CONTROL)
    assert (Verdict.FAIL, ("a1",)) == (outcome.verdict, outcome.offenders)
    assert [Change("audio.stop", "t-1", "ch1", {"source": "a1"})] == scene.changes(CONTROL)


@pytest.mark.parametrize("place", ["profile", "recording"])
@pytest.mark.parametrize("enabled", [False, None], ids=["muted", "unsaid"])
def test_a_mute_is_not_off(scene, place, enabled):
    assert ("a1",) == scene.listed("audio.sources", source(enabled, place)).judge(CONTROL).offenders


@pytest.mark.parametrize("layer", Layer)
def test_off_in_one_layer_alone_is_not_off(scene, layer):
    scene.listed("audio.sources", source(False)).listed("audio.sources", source(True), layer=layer)
    assert Verdict.FAIL is scene.judge(CONTROL).verdict
    scene.unknown("audio.sources", layer=layer)
    assert Verdict.UNKNOWN is scene.judge(CONTROL).verdict


def test_what_is_not_known_passes_nothing(scene):
    assert Why.NO_DRIVER_FACT is scene.judge(CONTROL).why
    assert Verdict.UNKNOWN is scene.listed("audio.sources", source(None)).judge(CONTROL).verdict
    assert Why.INCOMPLETE is scene.listed("audio.sources", complete=False).judge(CONTROL).why


def test_no_microphone(scene):
    assert Verdict.NOT_APPLICABLE is scene.absent("audio.sources").judge(CONTROL).verdict


def test_edge_case_19_a_target_that_answers_anything_proves_no_absence(scene):
    scene.identity = Identity(model="Gate 9", firmware="1", fabricates=True)
    assert Why.FABRICATED is scene.absent("audio.sources").judge(CONTROL).why
    assert Why.FABRICATED is scene.listed("audio.sources").judge(CONTROL).why


def test_a_recorder_that_records_sound_is_judged_for_itself(scene):
    scene.endpoints.append(Endpoint("r-1", "3", Role.RECORDER))
    scene.absent("audio.sources").listed("audio.sources", source(True, "recording"), target="r-1", channel="3")
    assert Verdict.NOT_APPLICABLE is scene.judge(CONTROL).verdict
    assert Verdict.FAIL is scene.judge(CONTROL, at=1).verdict
