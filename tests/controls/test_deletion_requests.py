from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from vmsguard.model.fact_values import StoredRecording
from vmsguard.model.pack import Hold
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Verdict

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WITHIN = Span(exact=10 * DAY)


def window(now: datetime) -> dict[str, datetime]:
    return {"from": now - 10 * HOUR, "until": now - 8 * HOUR}


def inside(now: datetime) -> StoredRecording:
    return StoredRecording("in", "sd", now - 9 * HOUR, now - 8.5 * HOUR)


def outside(now: datetime) -> StoredRecording:
    return StoredRecording("out", "sd", now - 3 * HOUR, now - 2 * HOUR)


def code(outcome) -> str:
    return outcome.reason.partition(":")[0]


@pytest.fixture
def asked(scene, now):
    scene.paper("deletion-request", id="r-1", details={"window": window(now), "requested_at": now - DAY})
    return scene


def test_nobody_asked(scene) -> None:
    outcome = scene.judge("deletion.on_request", within=WITHIN)
    assert (Verdict.NOT_APPLICABLE, "none-asked") == (outcome.verdict, code(outcome))


def test_what_is_asked_for_and_there_fails_at_once_and_is_purged(asked, now) -> None:
    asked.listed("footage.recordings", inside(now), outside(now))
    outcome = asked.judge("deletion.on_request", within=WITHIN)
    assert (Verdict.FAIL, "request-open", ("in",)) == (outcome.verdict, code(outcome), outcome.offenders)
    (change,) = asked.changes("deletion.on_request", within=WITHIN)
    assert ("footage.purge", "in") == (change.verb, change.arguments["recordings"])


def test_after_the_time_allowed_it_is_overdue(asked, now) -> None:
    asked.listed("footage.recordings", inside(now))
    assert "request-overdue" == code(asked.judge("deletion.on_request", within=Span(exact=DAY)))
    assert "request-open" == code(asked.judge("deletion.on_request", within=Span(exact=DAY + HOUR)))


def test_what_is_gone_passes(asked, now) -> None:
    asked.listed("footage.recordings", outside(now))
    outcome = asked.judge("deletion.on_request", within=WITHIN)
    assert (Verdict.PASS, "asked-and-gone") == (outcome.verdict, code(outcome))
    assert [] == asked.changes("deletion.on_request", within=WITHIN)


def test_what_cannot_be_seen_is_unknown(asked, now) -> None:
    asked.listed("footage.recordings", outside(now), complete=False)
    assert Verdict.UNKNOWN is asked.judge("deletion.on_request", within=WITHIN).verdict
    asked.unknown("footage.recordings")
    assert Verdict.UNKNOWN is asked.judge("deletion.on_request", within=WITHIN).verdict


def test_a_request_that_names_no_time_is_unknown(scene, now) -> None:
    scene.paper("deletion-request", id="r-1")
    scene.listed("footage.recordings", outside(now))
    outcome = scene.judge("deletion.on_request", within=WITHIN)
    assert (Verdict.UNKNOWN, ("r-1",)) == (outcome.verdict, outcome.left)


def test_edge_case_30_a_request_during_a_hold_is_kept_and_whoever_asked_is_to_be_told(asked, now) -> None:
    asked.holds.append(
        Hold(
            id="hold-1",
            case_reference="case-17",
            cameras=("cam-1",),
            window_from=now - 10 * HOUR,
            window_until=now - 8 * HOUR,
            author="a",
            approver="b",
            starts=now - HOUR,
            review_on=date(2027, 1, 1),
        )
    )
    asked.listed("footage.recordings", inside(now))
    outcome = asked.judge("deletion.on_request", within=WITHIN)
    assert Verdict.FAIL is outcome.verdict
    assert "held: 1 recording that r-1 asks for, kept by hold-1; tell whoever asked" == outcome.reason


def test_edge_case_33_withdrawn_consent_asks_for_deletion_although_retention_still_runs(scene, now) -> None:
    scene.paper("consent-withdrawal", id="w-1", details={"window": window(now)})
    scene.listed("footage.recordings", inside(now)).listed("recording.retention")
    assert Verdict.PASS is scene.judge("retention.max", max=Span(exact=30 * DAY)).verdict
    outcome = scene.judge("deletion.on_request", within=WITHIN)
    assert (Verdict.FAIL, "request-overdue") == (outcome.verdict, code(outcome))


def test_a_request_for_another_camera_or_of_another_day_asks_nothing_here(scene, now) -> None:
    scene.paper("deletion-request", id="r-1", cameras=("cam-2",), details={"window": window(now)})
    scene.paper("deletion-request", id="r-2", dated=date(2026, 12, 1), details={"window": window(now)})
    assert Verdict.NOT_APPLICABLE is scene.judge("deletion.on_request", within=WITHIN).verdict


def test_two_requests_are_answered_apart(asked, now) -> None:
    other = {"from": now - 4 * HOUR, "until": now - HOUR}
    asked.paper("deletion-request", id="r-2", details={"window": other})
    asked.listed("footage.recordings", inside(now), outside(now))
    changes = asked.changes("deletion.on_request", within=WITHIN)
    assert ["in", "out"] == [change.arguments["recordings"] for change in changes]
