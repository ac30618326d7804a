from __future__ import annotations

from datetime import timedelta

import pytest

from vmsguard.model.fact_values import (
    ExternalDestination,
    PushDestination,
    Store,
    StoredRecording,
    StreamService,
    VerifiedDeletion,
)
from vmsguard.model.vocabulary import Basis, Verdict, Why

CONTROL = "deletion.periodic"
GAP = timedelta(hours=24)
SD = Store("sd", "footage")
LOG = Store("log", "temperature-log")


def deletion(cutoff, store="footage"):
    return VerifiedDeletion(store, cutoff, cutoff + timedelta(minutes=1))


def test_never_deleted_fails_and_asks_for_a_purge(scene):
    scene.listed("stores", SD)
    outcome = scene.judge(CONTROL, max_gap=GAP)
    assert outcome.verdict is Verdict.FAIL
    assert outcome.reason.startswith("never-deleted:")
    assert ["footage.purge"] == [change.verb for change in scene.changes(CONTROL, max_gap=GAP)]


def test_deleted_in_time_passes(scene, now, hour):
    scene.listed("stores", SD).listed("deletion.verified", deletion(now - 24 * hour))
    assert scene.judge(CONTROL, max_gap=GAP).verdict is Verdict.PASS


def test_a_gap_that_is_exceeded_is_overdue(scene, now, hour):
    scene.listed("stores", SD).listed("deletion.verified", deletion(now - 24 * hour - timedelta(seconds=1)))
    outcome = scene.judge(CONTROL, max_gap=GAP)
    assert outcome.verdict is Verdict.FAIL
    assert outcome.reason.startswith("overdue:")


def test_the_last_deletion_counts(scene, now, hour):
    scene.listed("stores", SD).listed("deletion.verified", deletion(now - 90 * hour), deletion(now - hour))
    assert scene.judge(CONTROL, max_gap=GAP).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("began", "verdict"), [(-2, Verdict.FAIL), (1, Verdict.PASS)], ids=["listed-again", "recorded-since"]
)
def test_footage_that_came_back_after_its_deletion_fails(scene, now, hour, began, verdict):
    cutoff = now - 2 * hour
    scene.listed("stores", SD).listed("deletion.verified", deletion(cutoff))
    scene.listed("footage.recordings", StoredRecording("r", "sd", cutoff + began * hour, None))
    outcome = scene.judge(CONTROL, max_gap=GAP)
    assert verdict is outcome.verdict
    assert (verdict is Verdict.FAIL) is outcome.reason.startswith("returned:")
    purges = [change.verb for change in scene.changes(CONTROL, max_gap=GAP)]
    assert (["footage.purge"] if verdict is Verdict.FAIL else []) == purges


def test_every_store_counts_and_a_purge_of_footage_covers_no_log(scene, now, hour):
    scene.listed("stores", SD, LOG).listed("deletion.verified", deletion(now - hour))
    outcome = scene.judge(CONTROL, max_gap=GAP)
    assert (Verdict.FAIL, ("log",)) == (outcome.verdict, outcome.offenders)
    assert [] == scene.changes(CONTROL, max_gap=GAP)


def test_a_store_nobody_lists_is_unknown(scene, now, hour):
    scene.listed("stores", SD, complete=False, missing="exports").listed("deletion.verified", deletion(now - hour))
    outcome = scene.judge(CONTROL, max_gap=GAP)
    assert (Verdict.UNKNOWN, ("exports",)) == (outcome.verdict, outcome.left)


@pytest.mark.parametrize("firmware", ["1.2.3", {"from": "1.0", "to": "1.9"}])
def test_a_vendor_statement_completes_the_list(scene, now, hour, firmware):
    scene.listed("stores", SD, complete=False).listed("deletion.verified", deletion(now - hour))
    scene.paper("vendor-statement", details={"model": "Gate 9", "firmware": firmware, "stores": ("sd",)})
    outcome = scene.judge(CONTROL, max_gap=GAP)
    assert (Verdict.PASS, Basis.VENDOR_MANIFEST) == (outcome.verdict, outcome.basis)


@pytest.mark.parametrize(
    "details",
    [
        {"model": "Gate 9", "firmware": "1.2.4", "stores": ("sd",)},
        {"model": "Gate 8", "firmware": "1.2.3", "stores": ("sd",)},
        {"model": "Gate 9", "stores": ("sd",)},
        {"model": "Gate 9", "firmware": "1.2.3"},
        {"model": "Gate 9", "firmware": {"from": "1.3", "to": "1.9"}, "stores": ("sd",)},
    ],
)
def test_a_statement_about_something_else_does_not(scene, now, hour, details):
    scene.listed("stores", SD, complete=False).listed("deletion.verified", deletion(now - hour))
    assert scene.paper("vendor-statement", details=details).judge(CONTROL, max_gap=GAP).verdict is Verdict.UNKNOWN


def test_what_a_vendor_names_must_be_deleted_too(scene, now, hour):
    scene.listed("stores", SD, complete=False).listed("deletion.verified", deletion(now - hour))
    details = {"model": "Gate 9", "firmware": "1.2.3", "stores": ("sd", "temperature-log")}
    outcome = scene.paper("vendor-statement", details=details).judge(CONTROL, max_gap=GAP)
    assert (Verdict.FAIL, ("temperature-log",)) == (outcome.verdict, outcome.offenders)


def test_unread_absent_and_an_unreadable_ledger(scene):
    assert scene.judge(CONTROL, max_gap=GAP).why is Why.NO_DRIVER_FACT
    assert scene.absent("stores").judge(CONTROL, max_gap=GAP).verdict is Verdict.NOT_APPLICABLE
    assert scene.listed("stores", SD).unknown("deletion.verified").judge(CONTROL, max_gap=GAP).why is Why.FAULT


class TestDestinations:
    def off(self, scene):
        return scene.listed("storage.external").listed("push.destinations").listed("stream.services")

    def judge(self, scene):
        return scene.judge(CONTROL, scope="destinations", max_gap=GAP)

    def test_nowhere_to_send_passes(self, scene):
        assert self.judge(self.off(scene)).verdict is Verdict.PASS

    def test_a_destination_without_a_verified_deletion_is_unknown(self, scene):
        self.off(scene).listed("push.destinations", PushDestination("nas", "ftp", True))
        outcome = self.judge(scene)
        assert (Verdict.UNKNOWN, ("destination nas: no verified deletion",)) == (outcome.verdict, outcome.left)

    def test_each_destination_proves_its_own(self, scene, now, hour):
        self.off(scene).listed("storage.external", ExternalDestination("s3", "s3", True))
        scene.listed("deletion.verified", deletion(now - hour, "footage"))
        assert self.judge(scene).verdict is Verdict.UNKNOWN
        scene.listed("deletion.verified", deletion(now - hour, "s3"))
        assert self.judge(scene).verdict is Verdict.PASS
        scene.listed("deletion.verified", deletion(now - 30 * hour, "s3"))
        assert self.judge(scene).verdict is Verdict.FAIL

    def test_who_fetched_a_live_stream_nobody_can_list(self, scene):
        self.off(scene).listed("stream.services", StreamService("rtsp", "rtsp", True))
        assert ("whoever asks for rtsp",) == self.judge(scene).left

    def test_unread_is_unknown(self, scene):
        assert self.judge(self.off(scene).unknown("push.destinations")).verdict is Verdict.UNKNOWN


def test_edge_case_4_by_a_wrong_clock_nobody_can_tell_whether_listed_footage_is_new(scene, now, hour):
    scene.listed("stores", SD).listed("deletion.verified", deletion(now - 2 * hour))
    scene.listed("footage.recordings", StoredRecording("r", "sd", now - hour, None))
    assert Verdict.PASS is scene.known("clock.skew_seconds", 60).judge(CONTROL, max_gap=GAP).verdict
    outcome = scene.known("clock.skew_seconds", -3600).judge(CONTROL, max_gap=GAP)
    assert (Verdict.UNKNOWN, Why.CLOCK) == (outcome.verdict, outcome.why)
    scene.listed("footage.recordings", StoredRecording("r", "sd", now - 4 * hour, None))
    assert scene.judge(CONTROL, max_gap=GAP).reason.startswith("returned:")
    assert Verdict.PASS is scene.listed("footage.recordings").judge(CONTROL, max_gap=GAP).verdict


def test_daily_is_every_store_with_a_gap_of_24_hours(scene, now, hour):
    daily = "deletion.daily"
    assert Verdict.UNKNOWN is scene.judge(daily).verdict
    assert Verdict.NOT_APPLICABLE is scene.absent("stores").judge(daily).verdict
    scene.listed("stores", SD).listed("deletion.verified", deletion(now - 24 * hour))
    assert Verdict.PASS is scene.judge(daily).verdict
    scene.listed("deletion.verified", deletion(now - 24 * hour - timedelta(seconds=1)))
    assert scene.judge(daily).reason.startswith("overdue:")
    assert scene.changes(daily) == scene.changes(CONTROL, max_gap=GAP) != []
    scene.listed("stores", SD, LOG).listed("deletion.verified", deletion(now - hour))
    assert ("log",) == scene.judge(daily).offenders


def test_a_deletion_later_than_now_shows_nothing(scene, now, hour):
    """Whoever sets the clock back would put the duty off by as much."""
    scene.listed("stores", SD).listed("deletion.verified", deletion(now + 240 * hour))
    outcome = scene.judge(CONTROL, max_gap=GAP)
    assert (Verdict.UNKNOWN, Why.CLOCK, ("sd",)) == (outcome.verdict, outcome.why, outcome.left)
    assert Verdict.UNKNOWN is scene.judge("deletion.daily").verdict


def test_nor_does_one_of_a_destination(scene, now, hour):
    scene.listed("storage.external", ExternalDestination("nas", "nfs", True))
    scene.absent("push.destinations").absent("stream.services")
    scene.listed("deletion.verified", deletion(now + hour, "nas"))
    outcome = scene.judge(CONTROL, scope="destinations", max_gap=GAP)
    assert (Verdict.UNKNOWN, Why.CLOCK) == (outcome.verdict, outcome.why)


def test_a_corrected_second_is_no_clock_that_was_set_back(scene, now):
    scene.listed("stores", SD).listed("deletion.verified", deletion(now + timedelta(seconds=2)))
    assert scene.judge(CONTROL, max_gap=GAP).verdict is Verdict.PASS
