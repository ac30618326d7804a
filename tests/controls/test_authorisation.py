from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from vmsguard.model.pack import ExceptionGrant
from vmsguard.model.vocabulary import Basis, Verdict, Why

CONTROL = "documents.authorisation"
BY = ("judicial", "independent-administrative")
DAY = timedelta(hours=24)
STARTS = datetime(2026, 11, 21, 6, tzinfo=UTC)


@pytest.fixture
def grant():
    return ExceptionGrant(
        id="ex-1",
        pack="p",
        rule="r",
        type="t",
        cameras=("cam-1",),
        author="role:police",
        approver="role:head",
        starts=STARTS,
        expires=STARTS + 2 * DAY,
    )


def order(scene, state="granted", kind="judicial", dated=date(2026, 11, 20), expires=None, **more):
    details = {"authority_kind": kind, "state": state} | more
    return scene.paper("authorisation", dated=dated, expires=expires, details=details)


def test_an_order_granted_beforehand_is_attested(scene, grant):
    outcome = order(scene).judge(CONTROL, exception=grant, by=BY)
    assert (Verdict.PASS, Basis.ATTESTED) == (outcome.verdict, outcome.basis)
    assert Verdict.PASS is scene.judge(CONTROL, by=BY).verdict


def test_a_paper_that_says_no_state_is_the_order_itself(scene, grant):
    scene.paper("authorisation", details={"authority_kind": "judicial"}, dated=date(2026, 11, 20))
    assert Verdict.PASS is scene.judge(CONTROL, exception=grant, by=BY).verdict


def test_no_paper_is_unknown(scene, grant):
    assert Why.NO_DOCUMENT is scene.judge(CONTROL, exception=grant, by=BY).why


@pytest.mark.parametrize("kind", ["administrative", None])
def test_an_order_of_another_authority_is_not_the_one_asked_for(scene, grant, kind):
    assert Why.NO_DOCUMENT is order(scene, kind=kind).judge(CONTROL, exception=grant, by=BY).why


def test_an_order_that_came_after_the_start_cures_nothing(scene, grant):
    outcome = order(scene, dated=date(2026, 11, 22)).judge(CONTROL, exception=grant, by=BY)
    assert (Verdict.FAIL, True) == (outcome.verdict, outcome.reason.startswith("authorisation-late:"))


def test_an_order_that_has_expired_fails(scene, grant):
    outcome = order(scene, expires=date(2026, 11, 22)).judge(CONTROL, exception=grant, by=BY)
    assert outcome.reason.startswith("document-expired:")


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [(timedelta(0), Verdict.PASS), (DAY, Verdict.PASS), (DAY + timedelta(seconds=1), Verdict.FAIL)],
)
def test_a_request_counts_if_it_was_made_in_time(scene, grant, asked, verdict):
    order(scene, "requested", dated=date(2026, 11, 21), requested_at=STARTS + asked)
    assert verdict is scene.judge(CONTROL, exception=grant, by=BY, within=DAY).verdict


def test_a_request_is_no_authorisation_where_none_may_be_pending(scene, grant):
    order(scene, "requested", requested_at=STARTS - DAY)
    assert scene.judge(CONTROL, exception=grant, by=BY).reason.startswith("authorisation-pending:")


def test_a_request_needs_its_moment_and_an_exception_to_measure_it_against(scene, grant):
    order(scene, "requested")
    assert Verdict.UNKNOWN is scene.judge(CONTROL, exception=grant, by=BY, within=DAY).verdict
    order(scene, "requested", requested_at=STARTS)
    assert Verdict.UNKNOWN is scene.judge(CONTROL, by=BY, within=DAY).verdict
    assert Verdict.PASS is scene.judge(CONTROL, exception=grant, by=BY, within=DAY).verdict


def test_a_request_of_a_day_that_has_begun_only_where_it_was_made_counts_by_its_moment(scene, grant):
    scene.now = datetime(2026, 11, 21, 20, tzinfo=UTC)
    order(scene, "requested", dated=date(2026, 11, 22), requested_at=datetime(2026, 11, 21, 19, tzinfo=UTC))
    assert Verdict.PASS is scene.judge(CONTROL, exception=grant, by=BY, within=DAY).verdict


def test_a_late_decision_on_a_request_made_in_time_counts(scene, grant):
    order(scene, dated=date(2026, 11, 22), requested_at=STARTS + DAY, decided_at=STARTS + DAY + timedelta(hours=4))
    assert Verdict.PASS is scene.judge(CONTROL, exception=grant, by=BY, within=DAY).verdict
    assert Verdict.FAIL is scene.judge(CONTROL, exception=grant, by=BY).verdict


def test_a_refusal_fails_whatever_else_is_there(scene, grant):
    order(scene, "requested", requested_at=STARTS)
    order(scene, "refused", dated=date(2026, 11, 21))
    order(scene, dated=date(2026, 11, 20))
    outcome = scene.judge(CONTROL, exception=grant, by=BY, within=DAY)
    assert (Verdict.FAIL, "authorisation-refused: d-1 was refused") == (outcome.verdict, outcome.reason)


def test_a_grant_after_a_refusal_stands(scene, grant):
    order(scene, "refused", dated=date(2026, 11, 10))
    assert Verdict.PASS is order(scene).judge(CONTROL, exception=grant, by=BY).verdict


def test_a_decision_still_to_come_is_a_request(scene, grant):
    order(scene, "refused", requested_at=STARTS, decided_at=scene.now + DAY)
    assert Verdict.PASS is scene.judge(CONTROL, exception=grant, by=BY, within=DAY).verdict


def test_a_paper_that_leaves_this_camera_out_is_none(scene, grant):
    scene.paper("authorisation", cameras=("cam-2",), sites=("hq",), details={"authority_kind": "judicial"})
    assert scene.judge(CONTROL, exception=grant, by=BY).reason.startswith("document-out-of-scope:")


def test_a_refusal_that_is_no_paper_any_more_refuses_nothing(scene, grant):
    order(scene, "refused", dated=date(2026, 11, 21), expires=date(2026, 11, 22))
    assert "document-missing: no authorisation is in force" == scene.judge(CONTROL, exception=grant, by=BY).reason
    assert Verdict.PASS is order(scene).judge(CONTROL, exception=grant, by=BY).verdict


@pytest.mark.parametrize(("decided", "verdict"), [(timedelta(0), Verdict.PASS), (timedelta(seconds=1), Verdict.FAIL)])
def test_a_decision_counts_from_its_moment_where_it_states_one(scene, grant, decided, verdict):
    order(scene, dated=STARTS.date(), decided_at=STARTS + decided)
    assert verdict is scene.judge(CONTROL, exception=grant, by=BY).verdict


def test_a_decision_of_this_very_moment_is_taken(scene, grant):
    order(scene, "refused", dated=date(2026, 11, 22), requested_at=STARTS, decided_at=scene.now)
    assert scene.judge(CONTROL, exception=grant, by=BY, within=DAY).reason.startswith("authorisation-refused:")


def test_what_is_pending_is_told_apart_from_what_is_granted(scene, grant):
    order(scene, "requested", requested_at=STARTS)
    pending = scene.judge(CONTROL, exception=grant, by=BY, within=DAY).reason
    assert "attested: the authorisation was asked for in time and is not decided yet" == pending
    assert "attested: authorisation provided, content and validity not checked" == (
        order(scene, dated=date(2026, 11, 20)).judge(CONTROL, by=BY).reason
    )


def test_a_moment_without_an_offset_is_none(scene, grant):
    order(scene, "requested", requested_at=STARTS.replace(tzinfo=None))
    assert Verdict.UNKNOWN is scene.judge(CONTROL, exception=grant, by=BY, within=DAY).verdict


def test_what_a_court_once_allowed_does_not_carry_a_use_that_names_another_paper(scene, grant):
    order(scene, dated=date(2026, 10, 1))
    own = order(scene, kind="administrative").documents[-1]
    named = replace(grant, authorisation=own.id)
    assert Why.NO_DOCUMENT is scene.judge(CONTROL, exception=named, by=BY).why
    named = replace(grant, authorisation=scene.documents[0].id)
    assert Verdict.PASS is scene.judge(CONTROL, exception=named, by=BY).verdict
