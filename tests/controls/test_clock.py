from __future__ import annotations

from datetime import timedelta

import pytest

from vmsguard.model.vocabulary import Verdict

CONTROL = "security.time.sync"


@pytest.mark.parametrize(
    ("skew", "expected"),
    [(0, Verdict.PASS), (60, Verdict.PASS), (-60, Verdict.PASS), (61, Verdict.FAIL), (-3600, Verdict.FAIL)],
)
def test_a_clock_may_be_off_by_the_tolerance_in_either_direction(scene, skew, expected):
    assert expected is scene.known("clock.skew_seconds", skew).judge(CONTROL).verdict


def test_the_tolerance_is_the_policys(scene):
    scene.known("clock.skew_seconds", 61)
    assert Verdict.PASS is scene.judge(CONTROL, tolerance=timedelta(minutes=2)).verdict


def test_a_clock_nobody_read_is_unknown(scene):
    assert Verdict.UNKNOWN is scene.judge(CONTROL).verdict
    assert Verdict.UNKNOWN is scene.known("clock.skew_seconds", True).judge(CONTROL).verdict
    assert Verdict.NOT_APPLICABLE is scene.absent("clock.skew_seconds").judge(CONTROL).verdict
