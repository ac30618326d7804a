from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.model.fact_values import RetentionSetting, StoredRecording
from vmsguard.model.manifest import Manifest
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Verdict, Why

CONTROL = "retention.max"
MANIFEST = Manifest(driver="test", product="test", version="1", facts=())
DAY = timedelta(days=1)
MONTH = Span(exact=30 * DAY)


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
    scene.listed("footage.recordings", footage(now - 30 * DAY - timedelta(hours=1)))
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
    assert scene.judge(CONTROL, max=Span()).verdict is Verdict.UNKNOWN


def test_nothing_is_stored_here(scene):
    scene.absent("recording.retention").absent("footage.recordings")
    assert scene.judge(CONTROL, max=MONTH).verdict is Verdict.NOT_APPLICABLE


def test_a_duty_to_keep_is_met_by_settings_alone(scene):
    year, keep = Span(exact=365 * DAY), "retention.min"
    assert Verdict.UNKNOWN is scene.judge(keep, min=year).verdict
    scene.listed("recording.retention", RetentionSetting("sd", 365 * 86400), RetentionSetting("nas", None))
    assert Verdict.PASS is scene.judge(keep, min=year).verdict
    scene.listed("recording.retention", RetentionSetting("sd", 365 * 86400 - 1))
    assert ("sd",) == scene.judge(keep, min=year).offenders
    scene.listed("recording.retention", RetentionSetting("sd", None), complete=False)
    assert Verdict.UNKNOWN is scene.judge(keep, min=year).verdict
    assert Verdict.UNKNOWN is scene.listed("recording.retention").judge(keep, min=year).verdict
    assert Verdict.NOT_APPLICABLE is scene.absent("recording.retention").judge(keep, min=year).verdict


@pytest.mark.parametrize(
    ("filmed", "now", "verdict"),
    [
        (datetime(2026, 2, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC), Verdict.PASS),
        (datetime(2026, 2, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC), Verdict.FAIL),
        (datetime(2026, 10, 1, 12, tzinfo=UTC), datetime(2026, 10, 31, 12, 0, 1, tzinfo=UTC), Verdict.PASS),
        (datetime(2026, 10, 1, 12, tzinfo=UTC), datetime(2026, 11, 1, 12, 0, 1, tzinfo=UTC), Verdict.FAIL),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), datetime(2026, 2, 28, 23, 59, tzinfo=UTC), Verdict.PASS),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), Verdict.FAIL),
        (datetime(2026, 2, 28, 12, tzinfo=UTC), datetime(2026, 3, 28, 12, tzinfo=UTC), Verdict.PASS),
        (datetime(2026, 2, 28, 12, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC), Verdict.FAIL),
    ],
)
def test_edge_case_6_a_month_is_counted_on_the_calendar_from_the_day_of_the_recording(scene, filmed, now, verdict):
    scene.now = now
    scene.listed("recording.retention", RetentionSetting("sd", 86400)).listed("footage.recordings", footage(filmed))
    assert verdict is scene.judge(CONTROL, max=Span(months=1)).verdict


def test_edge_case_6_a_setting_in_seconds_keeps_a_month_only_if_the_shortest_month_is_no_shorter(scene):
    scene.listed("footage.recordings").listed("recording.retention", RetentionSetting("sd", 28 * 86400))
    assert Verdict.PASS is scene.judge(CONTROL, max=Span(months=1)).verdict
    scene.listed("recording.retention", RetentionSetting("sd", 30 * 86400))
    assert Verdict.FAIL is scene.judge(CONTROL, max=Span(months=1)).verdict
    (change,) = scene.changes(CONTROL, max=Span(months=1))
    assert str(28 * 86400) == change.arguments["seconds"]


def test_edge_case_6_what_is_purged_is_what_is_older_than_a_calendar_month(scene):
    scene.now = datetime(2026, 3, 15, 8, tzinfo=UTC)
    scene.listed("recording.retention", RetentionSetting("sd", 86400))
    scene.listed("footage.recordings", footage(datetime(2026, 2, 1, tzinfo=UTC)))
    (change,) = scene.changes(CONTROL, max=Span(months=1))
    assert "2026-02-15T08:00:00Z" == change.arguments["cutoff"]


def test_edge_case_6_to_keep_for_a_month_takes_its_longest(scene):
    scene.listed("recording.retention", RetentionSetting("sd", 30 * 86400))
    outcome = scene.judge("retention.min", min=Span(months=1))
    assert (Verdict.FAIL, "stores are set to keep footage for 1 month at least") == (outcome.verdict, outcome.required)
    scene.listed("recording.retention", RetentionSetting("sd", 31 * 86400))
    assert Verdict.PASS is scene.judge("retention.min", min=Span(months=1)).verdict


@pytest.mark.parametrize("skew", [61, -61, 86400])
def test_edge_case_4_a_wrong_clock_clears_no_footage(scene, now, hour, skew):
    scene.listed("recording.retention", RetentionSetting("sd", 86400)).listed("footage.recordings", footage(now - hour))
    assert Verdict.PASS is scene.known("clock.skew_seconds", 60).judge(CONTROL, max=MONTH).verdict
    outcome = scene.known("clock.skew_seconds", skew).judge(CONTROL, max=MONTH)
    assert (Verdict.UNKNOWN, Why.CLOCK) == (outcome.verdict, outcome.why)
    assert Verdict.PASS is scene.listed("footage.recordings").judge(CONTROL, max=MONTH).verdict


def test_edge_case_4_footage_that_is_too_old_by_any_clock_still_fails(scene, now, hour):
    scene.known("clock.skew_seconds", 2 * 3600).listed("recording.retention", RetentionSetting("sd", 86400))
    scene.listed("footage.recordings", footage(now - 30 * DAY - hour))
    assert Verdict.UNKNOWN is scene.judge(CONTROL, max=MONTH).verdict
    scene.listed("footage.recordings", footage(now - 30 * DAY - 3 * hour))
    assert Verdict.FAIL is scene.judge(CONTROL, max=MONTH).verdict
    (change,) = scene.changes(CONTROL, max=MONTH)
    assert "2026-10-23T10:00:00Z" == change.arguments["cutoff"]


def test_edge_case_4_a_clock_nobody_measured_changes_nothing(scene, now, hour):
    scene.listed("recording.retention", RetentionSetting("sd", 86400)).listed("footage.recordings", footage(now - hour))
    assert Verdict.PASS is scene.unknown("clock.skew_seconds").judge(CONTROL, max=MONTH).verdict


@pytest.mark.parametrize(("minute", "verdict"), [(29, Verdict.PASS), (30, Verdict.PASS), (31, Verdict.FAIL)])
def test_edge_case_6_a_months_days_are_those_of_the_packs_zone(scene, minute, verdict):
    seoul = ZoneInfo("Asia/Seoul")
    filmed = datetime(2026, 2, 1, 0, 30, tzinfo=seoul).astimezone(UTC)
    scene.now = datetime(2026, 3, 1, 0, minute, tzinfo=seoul).astimezone(UTC)
    scene.listed("recording.retention", RetentionSetting("sd", 86400)).listed("footage.recordings", footage(filmed))
    control = CORE_CONTROLS[CONTROL]
    params = control.in_zone(control.Params(max=Span(months=1)), seoul)
    view = scene.view(scene.endpoints[0])
    assert verdict is control.judge(params, view).verdict
    cutoffs = [change.arguments["cutoff"] for change in control.enforce(params, view, MANIFEST)]
    assert ([] if verdict is Verdict.PASS else ["2026-01-31T15:31:00Z"]) == cutoffs
