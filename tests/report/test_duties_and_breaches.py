"""Deletions, exceptions and times of exposure, as records tell them one after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from vmsguard.report.model import Deletion, ExceptionInForce, Exposure
from vmsguard.report.story import Story

START = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
DAY = 86_400
PLACE = {"target": "t-1", "channel": "1"}
DUTY = {**PLACE, "camera": "cam-1", "pack": "p", "rule": "r-1", "max_gap_seconds": DAY}
VERDICT = {"event": "verify", "camera": "cam-1", "pack": "p", "rule": "r-1", "final": True}

Follow = Callable[..., Story]


def hours(count: float) -> datetime:
    return START + timedelta(hours=count)


@pytest.fixture
def follow() -> Follow:
    """The story of records given as ``(hours since the start, fields)``."""

    def tell(*records: tuple[float, dict[str, Any]], since: datetime | None = None) -> Story:
        story = Story(since)
        for seq, (at, fields) in enumerate(records):
            story.follow({"seq": seq, "ts": hours(at).isoformat(), "run": "run-1", **fields})
        return story

    return tell


def purge(cutoff: float, **fields: Any) -> dict[str, Any]:
    return {"event": "purge", **PLACE, "store": "footage", "cutoff": hours(cutoff).isoformat(), "after": 0, **fields}


def duty(event: str, due: float, **fields: Any) -> dict[str, Any]:
    return {"event": f"duty.{event}", **DUTY, "due": hours(due).isoformat(), **fields}


def deletions(story: Story, at: float) -> list[Deletion]:
    return list(story.deletions.told(hours(at), cameras={}, sites={"t-1": "s"}, origin="o"))


def test_age_runs_from_the_cutoff_not_from_the_time_it_was_verified(follow: Follow) -> None:
    (told,) = deletions(follow((3, purge(1, observed=True)), (3, duty("due", 25))), 10)

    assert (9 * 3600, hours(1), hours(3), True, False) == (
        told.age_seconds,
        told.cutoff,
        told.at,
        told.observed,
        told.overdue,
    )
    assert (DAY, hours(25), ("cam-1",), "s") == (told.max_gap_seconds, told.due, told.cameras, told.site)


def test_a_purge_that_left_something_is_no_deletion(follow: Follow) -> None:
    (told,) = deletions(follow((1, purge(1)), (9, purge(9, after=3))), 10)

    assert hours(1) == told.cutoff


def test_a_deletion_that_reached_less_far_does_not_stand_for_one_that_reached_further(follow: Follow) -> None:
    (told,) = deletions(follow((5, purge(5)), (6, purge(2))), 10)

    assert hours(5) == told.cutoff


def test_each_store_has_its_own_age(follow: Follow) -> None:
    told = deletions(follow((1, purge(1)), (9, purge(9, store="snapshots"))), 10)

    assert [("footage", 9 * 3600), ("snapshots", 3600)] == [(one.store, one.age_seconds) for one in told]


def test_a_deletion_on_the_target_as_a_whole_counts_at_every_channel(follow: Follow) -> None:
    told = deletions(follow((0, duty("due", 24)), (5, purge(5, channel="*"))), 10)

    assert {"*": hours(5), "1": hours(5)} == {one.channel: one.cutoff for one in told}


def test_a_deletion_nobody_owes_has_an_age_and_no_limit(follow: Follow) -> None:
    (told,) = deletions(follow((1, purge(1))), 1_000)

    assert (None, None, False) == (told.max_gap_seconds, told.due, told.overdue)


@pytest.mark.parametrize(
    ("records", "at", "overdue", "missed"),
    [
        ([(0, duty("due", 24))], 10, False, 0),
        ([(0, duty("due", 24))], 25, True, 0),
        ([(0, duty("due", 24)), (26, duty("missed", 24)), (26, duty("due", 48))], 27, True, 1),
        ([(0, duty("due", 24)), (5, purge(5)), (5, duty("met", 24)), (5, duty("due", 29))], 10, False, 0),
        ([(0, duty("due", 24)), (5, purge(5)), (5, duty("met", 24)), (5, duty("due", 29))], 30, True, 0),
        ([(0, duty("due", 24)), (26, purge(25.9)), (26, duty("missed", 24)), (26, duty("due", 49.9))], 27, False, 1),
        (
            [
                (0, duty("due", 24)),
                (26, duty("missed", 24)),
                (26, duty("due", 48)),
                (30, purge(30)),
                (30, duty("met", 48)),
                (30, duty("due", 54)),
            ],
            31,
            False,
            1,
        ),
    ],
    ids=["in-time", "past-due", "missed", "met", "met-then-late", "late-but-made-up", "missed-then-met"],
)
def test_overdue_is_what_is_late_now_and_missed_what_ever_was(
    follow: Follow, records: list[tuple[float, dict[str, Any]]], at: float, overdue: bool, missed: int
) -> None:
    (told,) = deletions(follow(*records), at)

    assert (overdue, missed) == (told.overdue, told.missed)


def test_nothing_is_owed_after_a_duty_has_ended(follow: Follow) -> None:
    never = follow((0, duty("due", 24)), (5, duty("ended", 24)))
    once = follow((0, duty("due", 24)), (3, purge(3)), (5, duty("ended", 24)))
    (told,) = deletions(once, 100)

    assert [] == deletions(never, 100)
    assert (False, None) == (told.overdue, told.max_gap_seconds)


def test_misses_before_the_period_are_not_counted_in_it(follow: Follow) -> None:
    records = ((26, duty("missed", 24)), (26, duty("due", 48)), (50, duty("missed", 48)), (50, duty("due", 72)))
    (told,) = deletions(follow(*records, since=hours(30)), 51)

    assert 1 == told.missed


# --- exposure -------------------------------------------------------------------------------------------------


def said(verdict: str, start: float | None = None, end: float | None = None, **more: Any) -> dict[str, Any]:
    window = {"exposure_from": start, "exposure_to": end}
    times = {name: hours(at).isoformat() for name, at in window.items() if at is not None}
    return {**VERDICT, "verdict": verdict, **({"qualifier": "direct"} if verdict == "pass" else {}), **times, **more}


def windows(story: Story) -> list[tuple[datetime, datetime | None]]:
    told: list[Exposure] = list(story.exposures.told({"cam-1": "s"}, "o"))
    assert all((one.camera, one.site, one.rule, one.origin) == ("cam-1", "s", "r-1", "o") for one in told)
    return sorted((one.start, one.end) for one in told)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([(1, said("fail", 1)), (2, said("fail", 1))], [(1, None)]),
        ([(1, said("fail", 1)), (5, said("pass", 1, 5))], [(1, 5)]),
        ([(1, said("fail", 1)), (5, said("not_applicable", 1, 5))], [(1, 5)]),
        ([(1, said("fail", 1)), (5, said("unknown", 1))], [(1, None)]),
        ([(1, said("fail", 1)), (5, said("unknown")), (9, said("pass"))], [(1, 9)]),
        ([(5, said("pass", 1, 5))], [(1, 5)]),
        ([(1, said("fail", 1)), (5, said("pass", 1, 5)), (8, said("conflict", 8))], [(1, 5), (8, None)]),
        ([(1, said("fail", 1)), (9, said("fail", 9))], [(1, None)]),
        ([(3, said("fail"))], [(3, None)]),
        ([(1, said("pass")), (2, said("unknown"))], []),
        ([(9, said("unknown", 1))], [(1, None)]),
    ],
    ids=[
        "lasts",
        "mended",
        "function-gone",
        "unseen-closes-nothing",
        "closed-by-the-verdict",
        "mended-in-the-run-that-found-it",
        "broken-again",
        "state-was-lost",
        "no-window-in-the-record",
        "never-broken",
        "began-before-what-is-left-of-the-log",
    ],
)
def test_a_breach_lasts_from_where_it_was_seen_to_where_it_was_seen_gone(
    follow: Follow, records: list[tuple[float, dict[str, Any]]], expected: list[tuple[float, float | None]]
) -> None:
    assert [(hours(start), None if end is None else hours(end)) for start, end in expected] == windows(follow(*records))


def test_a_breach_names_the_controls_that_broke_the_rule(follow: Follow) -> None:
    control = {**VERDICT, "final": False}
    story = follow(
        (1, {**control, "control": "storage.vms.off", "endpoint": "rec/3", "verdict": "fail"}),
        (1, {**control, "control": "storage.edge.off", "endpoint": "t-1/1", "verdict": "fail"}),
        (1, {**control, "control": "storage.external.off", "endpoint": "t-1/1", "verdict": "unknown"}),
        (1, said("fail", 1)),
        (5, said("unknown", 1)),
    )
    (told,) = story.exposures.told({}, "o")

    assert ("storage.edge.off, storage.vms.off", "rec/3, t-1/1") == (told.control, told.endpoint)


def test_a_control_that_fails_under_a_rule_that_holds_is_no_breach(follow: Follow) -> None:
    control = {**VERDICT, "final": False, "control": "storage.edge.off", "verdict": "fail"}

    assert [] == windows(follow((1, control), (1, {**said("pass"), "qualifier": "fallback"})))


def test_a_breach_that_ended_before_the_period_is_not_told(follow: Follow) -> None:
    records = ((1, said("fail", 1)), (5, said("pass", 1, 5)))

    assert [] == windows(follow(*records, since=hours(6)))
    assert [(hours(1), hours(5))] == windows(follow(*records, since=hours(4)))


# --- exceptions -----------------------------------------------------------------------------------------------

GRANT = {
    "exception": "exc-1",
    "camera": "cam-1",
    "pack": "p",
    "rule": "r-1",
    "type": "storage-inevitable",
    "legal_basis": "PIPA Art. 25-2(1)3",
    "starts": hours(-100).isoformat(),
    "expires": hours(24 * 20).isoformat(),
}


def granted(**more: Any) -> dict[str, Any]:
    return {"event": "exception.granted", **GRANT, **more}


def exceptions(story: Story, at: float) -> list[ExceptionInForce]:
    return list(story.exceptions.told(hours(at), story.runs.newest_whole, "o"))


def test_an_exception_is_told_with_its_cameras_and_the_days_left(follow: Follow) -> None:
    (told,) = exceptions(follow((1, granted()), (1, granted(camera="cam-2"))), 24)

    assert (True, "", ("cam-1", "cam-2"), 19) == (told.granted, told.reason, told.cameras, told.days_left)


def test_an_exception_that_has_ended_does_not_count_even_if_no_run_has_said_so(follow: Follow) -> None:
    (told,) = exceptions(follow((1, granted())), 24 * 20)

    assert (False, "exception-expired", 0) == (told.granted, told.reason, told.days_left)
    assert told.reason_told
    assert told.next_step


def test_cameras_for_which_it_was_refused_stand_apart(follow: Follow) -> None:
    refused = {**granted(camera="cam-2", reason_code="assessment-late"), "event": "exception.refused"}
    told = exceptions(follow((1, granted()), (1, refused)), 2)

    assert [(True, "", ("cam-1",)), (False, "assessment-late", ("cam-2",))] == [
        (one.granted, one.reason, one.cameras) for one in told
    ]


@pytest.mark.parametrize("order", [("expired", "refused"), ("refused", "expired")])
def test_the_run_that_finds_the_end_tells_it_as_the_reason(follow: Follow, order: tuple[str, str]) -> None:
    events = {
        "expired": {**granted(), "event": "exception.expired"},
        "refused": {**granted(reason_code="exception-too-long"), "event": "exception.refused"},
    }
    (told,) = exceptions(follow((1, granted()), *((2, {**events[name], "run": "run-2"}) for name in order)), 3)

    assert (False, "exception-expired") == (told.granted, told.reason)


def test_a_withdrawn_exception_lifts_nothing_at_the_camera_it_was_withdrawn_for(follow: Follow) -> None:
    withdrawn = {
        "event": "exception.refused",
        "exception": "exc-1",
        "camera": "cam-1",
        "reason_code": "exception-withdrawn",
    }
    told = exceptions(follow((1, granted()), (1, granted(camera="cam-2")), (2, withdrawn)), 3)

    assert [(True, ("cam-2",)), (False, ("cam-1",))] == [(one.granted, one.cameras) for one in told]


def test_an_exception_that_the_newest_whole_run_states_no_more_does_not_count(follow: Follow) -> None:
    (told,) = exceptions(follow((1, granted()), (2, {"event": "run.ended", "run": "run-2", "exit": 0})), 3)

    assert (False, "exception-withdrawn") == (told.granted, told.reason)


def test_an_exception_that_the_newest_whole_run_granted_counts(follow: Follow) -> None:
    (told,) = exceptions(follow((1, granted()), (2, {"event": "run.ended", "exit": 0})), 3)

    assert told.granted
