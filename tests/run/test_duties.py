"""A duty is due one gap after the cutoff of the last verified deletion; each time it is met or missed, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from vmsguard.controls.base import NoParams
from vmsguard.controls.deletion import PeriodicParams, gap_of
from vmsguard.model.inventory import Camera, EndpointRef
from vmsguard.model.ledger import Deletion, Duty
from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Qualifier, Verdict
from vmsguard.run.duties import Happened, enrolled, latest_deletion, no_longer_owed, owed, regauged, settle

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CAMERA = Camera(id="cam-1", site="s", endpoints=(EndpointRef("t-1", ("1",)),))


def result(verdict: Verdict = Verdict.PASS, **told: object) -> Result:
    named = {"camera": "cam-1", "pack": "p", "rule": "r", "control": "deletion.periodic", "endpoint": "t-1/1"}
    return Result(**{**named, **told}, verdict=verdict)  # type: ignore[arg-type]


def rule(verdict: Verdict, qualifier: Qualifier | None = None, *controls: Verdict) -> list[Result]:
    """The results of a rule: of its controls at the duty's endpoint and at another one, and its own."""
    elsewhere = result(Verdict.UNKNOWN, control="storage.vms.off", endpoint="rec-1/1")
    here = [result(control, control=f"c{number}") for number, control in enumerate(controls)]
    own = Result(camera="cam-1", pack="p", rule="r", verdict=verdict, qualifier=qualifier)
    return [elsewhere, *here, own]


def deletion(cutoff: datetime, ended: datetime | None = None, *, channel: str = "1") -> Deletion:
    return Deletion(
        target="t-1",
        channel=channel,
        store="footage",
        cutoff=cutoff,
        started=cutoff,
        ended=ended or cutoff,
        count=1,
        observed=True,
        run="run",
    )


def duty(next_due: datetime = NOON + DAY) -> Duty:
    return Duty(
        camera="cam-1",
        pack="p",
        rule="r",
        target="t-1",
        channel="1",
        max_gap_seconds=86_400,
        next_due=next_due,
        enrolled_at=NOON,
    )


def told(happened: list[Happened]) -> list[tuple[str, float, float]]:
    """What happened, when it was due, and the gap: both in hours, the due time from noon."""
    return [(one.event, (one.duty.next_due - NOON) / HOUR, one.gap_seconds / 3600) for one in happened]


def test_a_duty_begins_with_the_deletion_that_came_before_it() -> None:
    begun, happened = enrolled(result(), DAY, deletion(NOON - HOUR), NOON)
    assert NOON - HOUR + DAY == begun.next_due
    assert [("duty.due", 23, 0)] == told(happened)


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.UNKNOWN])
def test_a_deletion_that_leaves_a_store_begins_no_duty(verdict: Verdict) -> None:
    begun, _ = enrolled(result(verdict), DAY, deletion(NOON - HOUR), NOON)
    assert NOON + DAY == begun.next_due


def test_nothing_happens_before_it_is_due() -> None:
    assert (duty(), []) == settle(duty(), None, None, NOON + 23 * HOUR, holds=False)
    assert (duty(), []) == settle(duty(), deletion(NOON), deletion(NOON), NOON + DAY, holds=True)


def test_a_verified_deletion_in_time_meets_it_and_the_next_one_is_due_a_gap_after_its_cutoff() -> None:
    done = deletion(NOON + 20 * HOUR, NOON + 21 * HOUR)
    kept, happened = settle(duty(), done, deletion(NOON), NOON + 21 * HOUR, holds=True)
    assert [("duty.met", 24, 21), ("duty.due", 44, 0)] == told(happened)
    assert NOON + 44 * HOUR == kept.next_due
    assert NOON + 21 * HOUR == happened[0].at


def test_a_deletion_that_leaves_a_store_meets_nothing() -> None:
    done = deletion(NOON + 20 * HOUR)
    assert (duty(), []) == settle(duty(), done, deletion(NOON), NOON + 21 * HOUR, holds=False)


def test_it_counts_when_a_deletion_was_verified_not_what_it_reached() -> None:
    done = deletion(NOON + 20 * HOUR, NOON + 25 * HOUR)
    _, happened = settle(duty(), done, deletion(NOON), NOON + 25 * HOUR, holds=True)
    assert [("duty.missed", 24, 25), ("duty.due", 44, 0)] == told(happened)


def test_a_miss_is_told_once_and_the_duty_stays_open() -> None:
    kept, happened = settle(duty(), None, None, NOON + 25 * HOUR, holds=False)
    assert [("duty.missed", 24, 25), ("duty.due", 48, 0)] == told(happened)
    assert (kept, []) == settle(kept, None, None, NOON + 26 * HOUR, holds=False)


def test_days_without_a_run_are_one_miss_with_a_long_gap() -> None:
    kept, happened = settle(duty(), deletion(NOON), deletion(NOON), NOON + 100 * HOUR, holds=False)
    assert [("duty.missed", 24, 100), ("duty.due", 120, 0)] == told(happened)
    assert NOON + 120 * HOUR == kept.next_due


def test_the_gap_after_a_miss_counts_from_the_last_deletion_not_from_the_miss() -> None:
    kept, _ = settle(duty(), None, deletion(NOON), NOON + 25 * HOUR, holds=False)
    _, happened = settle(kept, deletion(NOON + 26 * HOUR), deletion(NOON), NOON + 26 * HOUR, holds=True)
    assert [("duty.met", 48, 26), ("duty.due", 50, 0)] == told(happened)


def test_a_deletion_found_long_after_met_its_duty_and_the_one_after_was_missed() -> None:
    done = deletion(NOON + 20 * HOUR)
    _, happened = settle(duty(), done, done, NOON + 50 * HOUR, holds=True)
    assert [("duty.met", 24, 20), ("duty.missed", 44, 30), ("duty.due", 68, 0)] == told(happened)


def test_another_gap_ends_the_old_duty() -> None:
    moved, happened = regauged(duty(), 12 * HOUR)
    assert [("duty.ended", 24, 0), ("duty.due", 12, 0)] == told(happened)
    assert (43_200, "gap-changed") == (moved.max_gap_seconds, happened[0].code)
    assert (duty(), []) == regauged(duty(), DAY)


@pytest.mark.parametrize(
    ("results", "asked", "expected"),
    [
        (rule(Verdict.PASS, Qualifier.DIRECT, Verdict.PASS), False, "switched-off"),
        (rule(Verdict.PASS, Qualifier.DIRECT, Verdict.PASS), True, ""),
        (rule(Verdict.UNKNOWN, None, Verdict.PASS, Verdict.NOT_APPLICABLE), False, "switched-off"),
        (rule(Verdict.UNKNOWN, None, Verdict.PASS, Verdict.UNKNOWN), False, ""),
        (rule(Verdict.UNKNOWN), False, ""),
        (rule(Verdict.FAIL, None, Verdict.FAIL), False, ""),
        (rule(Verdict.FAIL, None, Verdict.FAIL), True, ""),
        (rule(Verdict.PASS, Qualifier.FALLBACK, Verdict.FAIL), True, ""),
        (rule(Verdict.PASS, Qualifier.EXCEPTION, Verdict.FAIL), True, "excepted"),
        (rule(Verdict.NOT_APPLICABLE), False, "rule-not-applicable"),
        ([], False, "rule-not-applied"),
    ],
)
def test_only_what_was_seen_ends_a_duty(results: list[Result], asked: bool, expected: str) -> None:
    assert expected == no_longer_owed(duty(), results, {"cam-1": CAMERA}, asked=asked)


def test_a_camera_that_the_inventory_lost_owes_what_it_owed_until_its_disposal_is_on_record() -> None:
    assert "" == no_longer_owed(duty(), (), {}, asked=False)
    assert "" == no_longer_owed(duty(), (), {}, asked=False, retired={"another"})


def test_a_camera_or_an_endpoint_that_is_no_longer_enrolled_owes_nothing() -> None:
    results = rule(Verdict.FAIL)
    elsewhere = replace(CAMERA, endpoints=(EndpointRef("t-2", ("all",)),))
    assert "camera-retired" == no_longer_owed(duty(), results, {}, asked=True, retired={CAMERA.id})
    assert "endpoint-retired" == no_longer_owed(duty(), results, {"cam-1": elsewhere}, asked=True)


def test_what_is_asked_of_an_endpoint_is_owed_there() -> None:
    results = [
        result(Verdict.FAIL),
        result(Verdict.NOT_APPLICABLE, endpoint="t-1/2"),
        result(Verdict.UNKNOWN, endpoint=""),
        result(Verdict.FAIL, rule="other"),
        result(Verdict.FAIL, control="retention.max"),
    ]
    assert {("cam-1", "p", "r", "t-1", "1"): (results[0], DAY)} == owed(results, {("p", "r"): DAY})


def test_a_daily_deletion_is_owed_like_one_with_a_gap_of_24_hours() -> None:
    daily = result(Verdict.FAIL, control="deletion.daily")
    assert {("cam-1", "p", "r", "t-1", "1"): (daily, DAY)} == owed([daily], {("p", "r"): DAY})
    assert DAY == gap_of("deletion.daily", NoParams())
    assert HOUR == gap_of("deletion.periodic", PeriodicParams(max_gap=HOUR))
    assert None is gap_of("retention.max", NoParams())


def test_the_deletion_that_reached_furthest_counts_that_of_the_whole_target_too() -> None:
    near, far, other = deletion(NOON), deletion(NOON + HOUR, channel="*"), deletion(NOON + DAY, channel="2")
    assert far == latest_deletion([near, far, other], "t-1", "1")
    assert None is latest_deletion([near], "t-2", "1")


@given(st.lists(st.tuples(st.integers(1, 60), st.booleans(), st.booleans()), max_size=30))
def test_every_due_is_answered_once_and_truly(runs: list[tuple[int, bool, bool]]) -> None:
    """Runs some hours apart, each with or without a deletion that did or did not empty every store."""
    begun, story = enrolled(result(Verdict.FAIL), DAY, None, NOON)
    kept, now, done = begun, NOON, None
    verified = []
    for hours, deletes, holds in runs:
        now += hours * HOUR
        before = done
        if deletes:
            done = deletion(now)
            if holds:
                verified.append(now)
        kept, happened = settle(kept, done, before, now, holds=holds and deletes)
        story += happened
    assert kept.next_due >= now
    assert "duty.due" == story[-1].event
    for asked, answer in pairwise(story):
        if asked.event != "duty.due":
            continue
        assert answer.event in {"duty.met", "duty.missed"}
        assert asked.duty == answer.duty
        begins = asked.duty.next_due - DAY
        in_time = any(begins < at <= asked.duty.next_due for at in verified)
        assert ("duty.met" if in_time else "duty.missed") == answer.event
