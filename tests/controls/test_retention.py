from __future__ import annotations

from datetime import timedelta

from vmsguard.model.fact_values import RetentionSetting, StoredRecording
from vmsguard.model.vocabulary import Verdict

CONTROL = "retention.max"
MONTH = timedelta(days=30)


def footage(start):
    return StoredRecording("r1", "sd", start, None)


def test_setting_and_oldest_footage_within(scene, now, hour):
    scene.listed("recording.retention", RetentionSetting("sd", 86400)).listed("footage.recordings", footage(now - hour))
    assert scene.judge(CONTROL, max=MONTH).verdict is Verdict.PASS


def test_unlimited_is_too_long_and_is_set(scene):
    scene.listed("recording.retention", RetentionSetting("sd", None)).listed("footage.recordings")
    assert scene.judge(CONTROL, max=MONTH).verdict is Verdict.FAIL
    (change,) = scene.changes(CONTROL, max=MONTH)
    assert ("retention.set", {"store": "sd", "seconds": "2592000"}) == (change.verb, change.arguments)


def test_a_setting_promises_and_the_oldest_footage_shows(scene, now):
    scene.listed("recording.retention", RetentionSetting("sd", 86400))
    scene.listed("footage.recordings", footage(now - MONTH - timedelta(hours=1)))
    assert scene.judge(CONTROL, max=MONTH).verdict is Verdict.FAIL
    (change,) = scene.changes(CONTROL, max=MONTH)
    assert "2026-10-23T12:00:00Z" == change.arguments["cutoff"]


def test_unknowns(scene):
    assert scene.judge(CONTROL, max=MONTH).verdict is Verdict.UNKNOWN
    scene.listed("recording.retention", RetentionSetting("sd", 86400)).listed("footage.recordings", footage(None))
    assert scene.judge(CONTROL, max=MONTH).verdict is Verdict.UNKNOWN
    scene.listed("footage.recordings", complete=False)
    assert scene.judge(CONTROL, max=MONTH).verdict is Verdict.UNKNOWN


def test_an_exception_that_states_none_is_unknown(scene):
    assert scene.judge(CONTROL, max=timedelta(0)).verdict is Verdict.UNKNOWN


def test_nothing_is_stored_here(scene):
    scene.absent("recording.retention").absent("footage.recordings")
    assert scene.judge(CONTROL, max=MONTH).verdict is Verdict.NOT_APPLICABLE


def test_a_duty_to_keep_is_met_by_settings_alone(scene):
    year, keep = timedelta(days=365), "retention.min"
    assert Verdict.UNKNOWN is scene.judge(keep, min=year).verdict
    scene.listed("recording.retention", RetentionSetting("sd", 365 * 86400), RetentionSetting("nas", None))
    assert Verdict.PASS is scene.judge(keep, min=year).verdict
    scene.listed("recording.retention", RetentionSetting("sd", 365 * 86400 - 1))
    assert ("sd",) == scene.judge(keep, min=year).offenders
    scene.listed("recording.retention", RetentionSetting("sd", None), complete=False)
    assert Verdict.UNKNOWN is scene.judge(keep, min=year).verdict
    assert Verdict.UNKNOWN is scene.listed("recording.retention").judge(keep, min=year).verdict
    assert Verdict.NOT_APPLICABLE is scene.absent("recording.retention").judge(keep, min=year).verdict
