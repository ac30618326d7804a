"""Duties to delete, retention and residue while footage is held, and that held footage is kept apart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from vmsguard.model.fact_values import Store, StoredRecording, VerifiedDeletion
from vmsguard.model.pack import Hold
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Verdict

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EXPORTED = {"hold": "hold-1", "encrypted": True}


def hold(now: datetime, **changes) -> Hold:
    told = {
        "id": "hold-1",
        "case_reference": "case-17",
        "cameras": ("cam-1",),
        "window_from": now - 10 * HOUR,
        "window_until": now - 8 * HOUR,
        "author": "role:a",
        "approver": "role:b",
        "starts": now - HOUR,
        "review_on": date(2027, 1, 1),
    }
    return Hold(**(told | changes))


def inside(now: datetime, name: str = "held") -> StoredRecording:
    return StoredRecording(name, "sd", now - 9 * HOUR, now - 8.5 * HOUR)


def outside(now: datetime, name: str = "free") -> StoredRecording:
    return StoredRecording(name, "sd", now - 3 * HOUR, now - 2 * HOUR)


@pytest.fixture
def held(scene, now):
    scene.holds.append(hold(now))
    scene.listed("deletion.verified")
    scene.listed("stores", Store("sd", "footage"))
    return scene


def code(outcome) -> str:
    return outcome.reason.partition(":")[0]


def test_edge_case_29_what_is_held_alone_fails_as_held_and_names_the_hold(held, now) -> None:
    held.listed("footage.recordings", inside(now))
    outcome = held.judge("storage.residue.empty")
    assert (Verdict.FAIL, "held: 1 recording kept by hold-1") == (outcome.verdict, outcome.reason)
    assert ("held",) == outcome.offenders


def test_edge_case_29_what_lies_beside_it_is_still_residue(held, now) -> None:
    held.listed("footage.recordings", inside(now), outside(now))
    outcome = held.judge("storage.residue.empty")
    assert (Verdict.FAIL, "residue") == (outcome.verdict, code(outcome))
    assert ["footage.purge"] == [change.verb for change in held.changes("storage.residue.empty")]


def test_edge_case_29_an_exported_window_is_kept_no_longer_among_live_data(held, now) -> None:
    held.listed("footage.recordings", inside(now))
    held.paper("hold-export", dated=date(2026, 11, 22), details=EXPORTED, cameras=("cam-1",))
    assert "residue" == code(held.judge("storage.residue.empty"))


@pytest.mark.parametrize(
    "change",
    [
        {"details": {"hold": "hold-2", "encrypted": True}},
        {"details": {"hold": "hold-1", "encrypted": False}},
        {"details": {"hold": "hold-1"}},
        {"details": {"hold": "hold-1", "encrypted": True}, "cameras": ("cam-2",)},
        {"details": {"hold": "hold-1", "encrypted": True}, "cameras": ()},
        {"details": {"hold": "hold-1", "encrypted": True}, "sha256": "0f"},
        {"details": {"hold": "hold-1", "encrypted": True}, "dated": date(2026, 12, 1)},
        {"details": {"hold": "hold-1", "encrypted": True}, "dated": date(2026, 11, 1)},
    ],
)
def test_an_export_that_does_not_say_so_releases_nothing(held, now, change) -> None:
    held.listed("footage.recordings", inside(now))
    held.paper("hold-export", **({"dated": date(2026, 11, 22), "cameras": ("cam-1",)} | change))
    assert "held" == code(held.judge("storage.residue.empty"))


def test_edge_case_29_a_duty_to_delete_is_never_passed_by_a_hold(held, now) -> None:
    held.listed("footage.recordings", inside(now))
    late = held.judge("deletion.periodic", max_gap=DAY)
    assert (Verdict.FAIL, "never-deleted") == (late.verdict, code(late))
    held.listed("deletion.verified", VerifiedDeletion("footage", now - HOUR, now, left=1))
    kept = held.judge("deletion.periodic", max_gap=DAY)
    assert (Verdict.FAIL, "held: 1 recording kept by hold-1") == (kept.verdict, kept.reason)
    assert [] == held.changes("deletion.periodic", max_gap=DAY)


def test_a_purge_that_left_held_footage_too_long_ago_is_overdue(held, now) -> None:
    held.listed("footage.recordings", inside(now))
    held.listed("deletion.verified", VerifiedDeletion("footage", now - 25 * HOUR, now - 24 * HOUR, left=1))
    outcome = held.judge("deletion.periodic", max_gap=DAY)
    assert (Verdict.FAIL, "never-deleted") == (outcome.verdict, code(outcome))
    assert ["footage.purge"] == [change.verb for change in held.changes("deletion.periodic", max_gap=DAY)]


def test_a_hold_that_has_ended_excuses_nothing(held, now) -> None:
    held.holds.clear()
    held.listed("footage.recordings", inside(now))
    held.listed("deletion.verified", VerifiedDeletion("footage", now - HOUR, now, left=1))
    assert "never-deleted" == code(held.judge("deletion.periodic", max_gap=DAY))


def test_a_whole_deletion_in_time_passes_although_a_hold_is_in_force(held, now) -> None:
    held.listed("footage.recordings")
    held.listed("deletion.verified", VerifiedDeletion("footage", now - HOUR, now))
    assert Verdict.PASS is held.judge("deletion.periodic", max_gap=DAY).verdict


def test_footage_beyond_the_retention_that_is_held_is_told_as_held(held, now) -> None:
    held.listed("recording.retention").listed("footage.recordings", inside(now), outside(now))
    limit = Span(exact=timedelta(hours=5))
    outcome = held.judge("retention.max", max=limit)
    assert (Verdict.FAIL, "held") == (outcome.verdict, code(outcome))
    older = StoredRecording("older", "sd", now - 20 * HOUR, now - 19 * HOUR)
    held.listed("footage.recordings", inside(now), older)
    assert "kept-too-long" == code(held.judge("retention.max", max=limit))


def test_by_a_clock_that_is_wrong_more_may_be_held(held, now) -> None:
    held.listed("footage.recordings", outside(now))
    assert "residue" == code(held.judge("storage.residue.empty"))
    held.known("clock.skew_seconds", 6 * 3600)
    assert "held" == code(held.judge("storage.residue.empty"))


# hold.segregated


def test_without_a_hold_nothing_is_to_be_kept_apart(scene) -> None:
    outcome = scene.judge("hold.segregated", legal_order=True)
    assert (Verdict.NOT_APPLICABLE, "none-held") == (outcome.verdict, code(outcome))


def test_held_among_live_data_is_not_kept_apart(held) -> None:
    outcome = held.judge("hold.segregated")
    assert (Verdict.FAIL, "held-in-place", ("hold-1",)) == (outcome.verdict, code(outcome), outcome.left)


def test_an_export_on_record_keeps_it_apart(held) -> None:
    held.paper("hold-export", dated=date(2026, 11, 22), details=EXPORTED, cameras=("cam-1",))
    outcome = held.judge("hold.segregated")
    assert (Verdict.PASS, "attested") == (outcome.verdict, code(outcome))
    assert "hold-1 sha256:0f0f0f0f0f0f" == outcome.found


@pytest.mark.parametrize(
    ("paper", "expected"),
    [
        (None, "hold-without-order"),
        ({"details": {"state": "requested"}}, "document-missing"),
        ({"details": {"state": "refused"}}, "hold-without-order"),
        ({"expires": date(2026, 11, 22)}, "hold-without-order"),
        ({"cameras": ("cam-2",)}, "hold-without-order"),
        ({"details": {"state": "granted"}}, "attested"),
        ({}, "attested"),
    ],
)
def test_edge_case_29_on_a_fever_camera_a_hold_needs_a_legal_order(scene, now, paper, expected) -> None:
    scene.holds.append(hold(now, legal_order="order-1"))
    scene.paper("hold-export", dated=date(2026, 11, 22), details=EXPORTED, cameras=("cam-1",))
    if paper is not None:
        scene.paper("authorisation", id="order-1", **paper)
    outcome = scene.judge("hold.segregated", legal_order=True)
    assert expected == code(outcome)
    verdicts = {"attested": Verdict.PASS, "document-missing": Verdict.UNKNOWN}
    assert verdicts.get(expected, Verdict.FAIL) is outcome.verdict


def test_edge_case_29_without_the_order_the_footage_is_kept_all_the_same(held, now) -> None:
    held.listed("footage.recordings", inside(now))
    assert "hold-without-order" == code(held.judge("hold.segregated", legal_order=True))
    assert "held" == code(held.judge("storage.residue.empty"))


def test_a_window_in_another_zone_is_the_same_window(held, now) -> None:
    assert now.tzinfo is UTC
    held.holds[0] = hold(now, window_from=(now - 10 * HOUR).astimezone(), window_until=(now - 8 * HOUR).astimezone())
    held.listed("footage.recordings", inside(now))
    assert "held" == code(held.judge("storage.residue.empty"))
