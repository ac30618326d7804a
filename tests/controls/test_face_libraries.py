from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import FaceLibrary, Store, VerifiedDeletion
from vmsguard.model.inventory import Endpoint
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import WHOLE, Role, Verdict, Why

MAX_AGE = "analytics.face.library.max_age"
PURGE = "analytics.face.library.purge"
YEARS = Span(months=36)


class TestMaxAge:
    def library(self, oldest, count=2):
        return FaceLibrary("lib", count, "", oldest)

    @pytest.mark.parametrize(
        ("oldest", "verdict"),
        [
            (datetime(2023, 11, 22, 12, tzinfo=UTC), Verdict.PASS),
            (datetime(2023, 11, 22, 11, 59, 59, tzinfo=UTC), Verdict.FAIL),
            (None, Verdict.UNKNOWN),
        ],
    )
    def test_three_years_are_counted_on_the_calendar(self, scene, oldest, verdict):
        scene.listed("face_library.sizes", self.library(oldest))
        assert verdict is scene.judge(MAX_AGE, max=YEARS).verdict

    def test_the_gallery_is_named(self, scene, now):
        scene.listed("face_library.sizes", self.library(now - timedelta(days=2000)))
        outcome = scene.judge(MAX_AGE, max=YEARS)
        assert (("lib",), "no face stays enrolled for longer than 3 years") == (outcome.offenders, outcome.required)

    def test_an_empty_gallery_has_no_age(self, scene):
        assert (
            Verdict.PASS is scene.listed("face_library.sizes", self.library(None, 0)).judge(MAX_AGE, max=YEARS).verdict
        )

    def test_unread_incomplete_and_absent(self, scene, now):
        assert Verdict.UNKNOWN is scene.judge(MAX_AGE, max=YEARS).verdict
        scene.listed("face_library.sizes", self.library(now), complete=False)
        assert Why.INCOMPLETE is scene.judge(MAX_AGE, max=YEARS).why
        assert Verdict.NOT_APPLICABLE is scene.absent("face_library.sizes").judge(MAX_AGE, max=YEARS).verdict

    @pytest.mark.parametrize(("hour", "verdict"), [(14, Verdict.PASS), (16, Verdict.FAIL)])
    def test_a_months_days_are_those_of_the_packs_zone(self, scene, hour, verdict):
        """Enrolled on 1 February in Seoul, which in UTC is still January."""
        scene.listed("face_library.sizes", self.library(datetime(2026, 1, 31, 15, 30, tzinfo=UTC)))
        scene.now = datetime(2026, 2, 28, hour, tzinfo=UTC)
        control = CORE_CONTROLS[MAX_AGE]
        params = control.in_zone(control.Params(max=Span(months=1)), ZoneInfo("Asia/Seoul"))
        assert verdict is control.judge(params, scene.view(scene.endpoints[0])).verdict

    def test_an_age_nobody_stated_yet(self, scene):
        assert Why.NO_DOCUMENT is scene.judge(MAX_AGE, max=Span()).why

    def test_edge_case_4_a_wrong_clock_dates_no_enrolment(self, scene, now):
        scene.listed("face_library.sizes", self.library(now)).known("clock.skew_seconds", 3600)
        assert Why.CLOCK is scene.judge(MAX_AGE, max=YEARS).why
        scene.listed("face_library.sizes", self.library(None, 0))
        assert Verdict.PASS is scene.judge(MAX_AGE, max=YEARS).verdict


class TestPurge:
    def test_faces_that_are_left_fail_and_are_purged(self, scene):
        scene.listed("face_library.sizes", FaceLibrary("lib", 3, "verify-1to1"), FaceLibrary("other", 0))
        assert ("lib",) == scene.judge(PURGE).offenders
        assert [Change("face_library.purge", "t-1", WHOLE, {"library": "lib"})] == scene.changes(PURGE)

    def test_emptied_and_read_back_with_no_copies_passes(self, scene):
        scene.listed("face_library.sizes", FaceLibrary("lib", 0)).listed("stores", Store("sd", "footage"))
        assert Verdict.PASS is scene.judge(PURGE).verdict
        assert Verdict.PASS is scene.absent("stores").judge(PURGE).verdict

    def test_edge_case_12_copies_nobody_read_back_are_not_deleted(self, scene, now):
        scene.listed("face_library.sizes", FaceLibrary("lib", 0)).listed("stores", Store("replica", "face-records"))
        outcome = scene.judge(PURGE)
        assert (Verdict.UNKNOWN, ("face records in replica",)) == (outcome.verdict, outcome.left)
        scene.listed("deletion.verified", VerifiedDeletion("footage", now, now))
        assert Verdict.UNKNOWN is scene.judge(PURGE).verdict
        scene.listed("deletion.verified", VerifiedDeletion("replica", now, now))
        assert Verdict.PASS is scene.judge(PURGE).verdict

    def test_edge_case_12_stores_that_cannot_be_seen_may_hold_copies(self, scene):
        scene.listed("face_library.sizes", FaceLibrary("lib", 0))
        assert Verdict.UNKNOWN is scene.judge(PURGE).verdict
        scene.listed("stores", complete=False, missing="backups")
        assert ("backups",) == scene.judge(PURGE).left

    def test_a_store_that_is_the_gallery_itself_was_read_back(self, scene):
        scene.listed("face_library.sizes", FaceLibrary("lib", 0)).listed("stores", Store("lib", "face-records"))
        assert Verdict.PASS is scene.judge(PURGE).verdict

    def test_a_ledger_that_cannot_be_read_proves_no_copy_gone(self, scene):
        scene.listed("face_library.sizes", FaceLibrary("lib", 0)).listed("stores", Store("replica", "face-records"))
        assert Why.FAULT is scene.unknown("deletion.verified").judge(PURGE).why

    def test_unread_incomplete_and_absent(self, scene):
        assert Verdict.UNKNOWN is scene.judge(PURGE).verdict
        assert Verdict.UNKNOWN is scene.listed("face_library.sizes", complete=False).judge(PURGE).verdict
        assert Verdict.NOT_APPLICABLE is scene.absent("face_library.sizes").judge(PURGE).verdict

    def test_edge_case_11_the_galleries_of_recorders_count_for_themselves(self, scene):
        scene.endpoints.append(Endpoint("r-1", "3", Role.RECORDER))
        scene.absent("face_library.sizes").listed("face_library.sizes", FaceLibrary("vms", 9), target="r-1")
        assert Verdict.NOT_APPLICABLE is scene.judge(PURGE).verdict
        assert ("vms",) == scene.judge(PURGE, at=1).offenders
