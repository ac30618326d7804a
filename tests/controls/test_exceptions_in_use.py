from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from vmsguard.model.fact_values import FaceLibrary, StoredRecording
from vmsguard.model.pack import ExceptionGrant, ExceptionType
from vmsguard.model.snapshot import ExceptionStanding
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Verdict

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EXPIRED = "exception-expired: ex-1 expired"


def standing(now: datetime, *reasons: str, lifts=("storage.edge.off",), on_expiry="revert-and-purge", **changes):
    told = {
        "id": "ex-1",
        "pack": "thermal",
        "rule": "saving-off",
        "type": "inevitable",
        "cameras": ("cam-1",),
        "author": "role:a",
        "approver": "role:b",
        "starts": now - 5 * DAY,
        "expires": now - DAY,
    }
    on_rejected = changes.pop("on_rejected", "")
    kind = ExceptionType(
        id="inevitable",
        lifts=lifts,
        requires=("approver",),
        max_duration=Span(exact=30 * DAY),
        on_expiry=on_expiry,
        on_rejected=on_rejected,
    )
    return ExceptionStanding(grant=ExceptionGrant(**(told | changes)), type=kind, reasons=reasons)


def running(now: datetime, *reasons: str, **changes):
    return standing(now, *reasons, expires=now + DAY, **changes)


def during(now: datetime) -> StoredRecording:
    return StoredRecording("gained", "sd", now - 2 * DAY, now - 2 * DAY + HOUR)


def later(now: datetime) -> StoredRecording:
    return StoredRecording("later", "sd", now - HOUR, now)


def code(outcome) -> str:
    return outcome.reason.partition(":")[0]


# exception.valid


def test_no_exception_in_use(scene, now) -> None:
    assert Verdict.NOT_APPLICABLE is scene.judge("exception.valid").verdict
    scene.exceptions = [standing(now, EXPIRED), running(now, "exception-not-started: ex-2", id="ex-2")]
    outcome = scene.judge("exception.valid")
    assert (Verdict.NOT_APPLICABLE, "none-in-use") == (outcome.verdict, code(outcome))


def test_every_exception_in_use_is_valid(scene, now) -> None:
    scene.exceptions = [running(now)]
    outcome = scene.judge("exception.valid")
    assert (Verdict.PASS, "exceptions-valid", "1 in use") == (outcome.verdict, code(outcome), outcome.found)


def test_edge_case_31_one_in_use_that_is_not_valid_fails_and_says_why(scene, now) -> None:
    scene.exceptions = [running(now), running(now, "exception-self-approved: ex-2", id="ex-2")]
    outcome = scene.judge("exception.valid")
    assert Verdict.FAIL is outcome.verdict
    assert "exception-not-valid: ex-2 (exception-self-approved)" == outcome.reason


# exception.expiry


def test_none_has_ended(scene, now) -> None:
    scene.exceptions = [running(now)]
    outcome = scene.judge("exception.expiry")
    assert (Verdict.NOT_APPLICABLE, "none-ended") == (outcome.verdict, code(outcome))


def test_edge_case_31_what_was_recorded_meanwhile_goes_and_what_came_later_is_not_its_matter(scene, now) -> None:
    scene.exceptions = [standing(now, EXPIRED)]
    scene.listed("footage.recordings", during(now), later(now))
    outcome = scene.judge("exception.expiry")
    assert (Verdict.FAIL, "gained-left", ("gained",)) == (outcome.verdict, code(outcome), outcome.offenders)
    (change,) = scene.changes("exception.expiry")
    assert ("footage.purge", "gained") == (change.verb, change.arguments["recordings"])
    assert (now - DAY).isoformat().replace("+00:00", "Z") == change.arguments["cutoff"]


def test_galleries_filled_under_an_exception_go(scene, now) -> None:
    scene.exceptions = [standing(now, EXPIRED, lifts=("analytics.face.identify.off",))]
    scene.listed("face_library.sizes", FaceLibrary("g1", 3), FaceLibrary("g2", 0))
    outcome = scene.judge("exception.expiry")
    assert (Verdict.FAIL, ("g1",)) == (outcome.verdict, outcome.offenders)
    assert [("face_library.purge", "g1")] == [
        (change.verb, change.arguments["library"]) for change in scene.changes("exception.expiry")
    ]


def test_nothing_left_passes_and_what_cannot_be_read_is_unknown(scene, now) -> None:
    scene.exceptions = [standing(now, EXPIRED)]
    scene.listed("footage.recordings", later(now))
    assert Verdict.PASS is scene.judge("exception.expiry").verdict
    scene.listed("footage.recordings", later(now), complete=False)
    assert Verdict.UNKNOWN is scene.judge("exception.expiry").verdict
    scene.unknown("footage.recordings")
    assert Verdict.UNKNOWN is scene.judge("exception.expiry").verdict


def test_a_type_that_only_reverts_asks_for_no_purge(scene, now) -> None:
    scene.exceptions = [standing(now, EXPIRED, on_expiry="revert")]
    scene.listed("footage.recordings", during(now))
    assert Verdict.NOT_APPLICABLE is scene.judge("exception.expiry").verdict
    assert [] == scene.changes("exception.expiry")


def test_another_exception_that_stands_for_the_rule_keeps_what_it_covers(scene, now) -> None:
    scene.exceptions = [standing(now, EXPIRED), running(now, id="ex-2")]
    scene.listed("footage.recordings", during(now))
    assert Verdict.NOT_APPLICABLE is scene.judge("exception.expiry").verdict
    scene.exceptions[1] = running(now, id="ex-2", rule="sending-off")
    assert Verdict.FAIL is scene.judge("exception.expiry").verdict


def test_edge_case_5_a_clock_set_back_does_not_unend_it(scene, now) -> None:
    scene.exceptions = [standing(now, EXPIRED, expires=now + HOUR)]
    scene.listed("footage.recordings", during(now))
    assert Verdict.NOT_APPLICABLE is scene.judge("exception.expiry").verdict
    scene.not_before = now + 2 * HOUR
    assert Verdict.FAIL is scene.judge("exception.expiry").verdict


# purge.on_reject


@pytest.fixture
def rejected(scene, now):
    refused = running(now, "authorisation-refused: order-1 was refused", lifts=("analytics.face.identify.off",))
    scene.exceptions = [refused]
    return scene


def test_none_was_rejected(scene, now) -> None:
    scene.exceptions = [running(now), standing(now, EXPIRED)]
    outcome = scene.judge("purge.on_reject")
    assert (Verdict.NOT_APPLICABLE, "none-rejected") == (outcome.verdict, code(outcome))
    assert Verdict.NOT_APPLICABLE is scene.judge_camera("purge.on_reject").verdict


def test_galleries_of_a_refused_use_are_emptied(rejected) -> None:
    rejected.listed("face_library.sizes", FaceLibrary("g1", 3))
    outcome = rejected.judge("purge.on_reject")
    assert (Verdict.FAIL, "rejected-left") == (outcome.verdict, code(outcome))
    assert ["face_library.purge"] == [change.verb for change in rejected.changes("purge.on_reject")]


def test_what_the_target_holds_is_read_and_what_lies_elsewhere_takes_a_paper(rejected) -> None:
    rejected.listed("face_library.sizes", FaceLibrary("g1", 0))
    assert Verdict.PASS is rejected.judge("purge.on_reject").verdict
    assert Verdict.UNKNOWN is rejected.judge_camera("purge.on_reject").verdict
    rejected.paper("deletion-record", details={"exception": "ex-2"})
    assert Verdict.UNKNOWN is rejected.judge_camera("purge.on_reject").verdict
    rejected.paper("deletion-record", details={"exception": "ex-1"})
    assert Verdict.PASS is rejected.judge_camera("purge.on_reject").verdict


def test_a_gallery_that_cannot_be_read_is_unknown(rejected) -> None:
    rejected.unknown("face_library.sizes")
    assert Verdict.UNKNOWN is rejected.judge("purge.on_reject").verdict


def test_what_follows_a_rejection_is_what_its_type_says(scene, now) -> None:
    refused = running(
        now,
        "authorisation-late: order-1",
        lifts=("analytics.face.identify.off",),
        on_expiry="revert",
        on_rejected="stop-and-purge",
    )
    scene.exceptions = [refused]
    scene.listed("face_library.sizes", FaceLibrary("g1", 3))
    assert Verdict.FAIL is scene.judge("exception.expiry").verdict
