from __future__ import annotations

import pytest

from vmsguard.model.fact_values import PrivacyMask
from vmsguard.model.manifest import Identity
from vmsguard.model.vocabulary import Basis, Layer, Verdict, Why

CONTROL = "privacy.mask"


def mask(enabled=True, every_stream=True, name="m1"):
    return PrivacyMask(name, enabled, every_stream)


@pytest.fixture
def required(scene):
    scene.attributes["masks_required"] = True
    return scene


@pytest.mark.parametrize(
    ("enabled", "every_stream", "verdict"),
    [
        (True, True, Verdict.PASS),
        (False, True, Verdict.FAIL),
        (True, False, Verdict.FAIL),
        (False, None, Verdict.FAIL),
        (None, True, Verdict.UNKNOWN),
        (True, None, Verdict.UNKNOWN),
    ],
)
def test_a_mask_covers_if_it_is_on_in_every_stream(required, enabled, every_stream, verdict):
    assert verdict is required.listed("privacy.masks", mask(enabled, every_stream)).judge(CONTROL).verdict


def test_a_plan_names_the_masks_that_must_be_there(scene):
    scene.paper("mask-plan", details={"masks": ["m1", "m2"]}).listed("privacy.masks", mask())
    assert ("mask m2",) == scene.judge(CONTROL).offenders
    scene.listed("privacy.masks", mask(), complete=False)
    assert (Verdict.UNKNOWN, ("mask m2",)) == (scene.judge(CONTROL).verdict, scene.judge(CONTROL).left)
    scene.listed("privacy.masks", mask(), mask(name="m2"), mask(False, name="another"))
    assert Verdict.PASS is scene.judge(CONTROL).verdict


def test_a_plan_that_has_expired_requires_nothing_any_more(scene, now):
    scene.paper("mask-plan", details={"masks": ["m1"]}, expires=now.date()).listed("privacy.masks", mask())
    assert Why.NOT_ATTRIBUTED is scene.judge(CONTROL).why


@pytest.mark.parametrize("layer", Layer)
def test_a_restart_must_not_lift_a_mask(required, layer):
    required.listed("privacy.masks", mask()).listed("privacy.masks", layer=layer)
    assert ("any mask",) == required.judge(CONTROL).offenders
    required.unknown("privacy.masks", layer=layer)
    assert Verdict.UNKNOWN is required.judge(CONTROL).verdict


def test_nobody_said_whether_any_is_required(scene):
    assert Why.NOT_ATTRIBUTED is scene.listed("privacy.masks", mask()).judge(CONTROL).why


def test_none_is_required(scene):
    scene.attributes["masks_required"] = False
    outcome = scene.judge(CONTROL)
    assert (Verdict.NOT_APPLICABLE, Basis.ATTESTED) == (outcome.verdict, outcome.basis)


def test_a_device_that_cannot_mask_fails_where_it_must(required):
    assert Verdict.FAIL is required.absent("privacy.masks").judge(CONTROL).verdict
    required.identity = Identity(model="Gate 9", firmware="1", fabricates=True)
    assert Why.FABRICATED is required.judge(CONTROL).why


def test_unread_and_incomplete(required):
    assert Why.NO_DRIVER_FACT is required.judge(CONTROL).why
    assert Verdict.UNKNOWN is required.listed("privacy.masks", complete=False).judge(CONTROL).verdict
    assert Verdict.PASS is required.listed("privacy.masks", mask(), complete=False).judge(CONTROL).verdict
