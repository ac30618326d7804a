"""When a target is looked at again: pauses between tries, spread, pace, what changed, and a clock that was set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from vmsguard.agent.schedule.backoff import FIRST, MOST, retry_after
from vmsguard.agent.schedule.chance import fraction
from vmsguard.agent.schedule.clock_was_set import Step, counted_anew, in_doubt_since
from vmsguard.agent.schedule.pace import Pace
from vmsguard.agent.schedule.sweeps import first_sweep, next_look, next_sweep
from vmsguard.agent.schedule.triggers import changed
from vmsguard.agent.schedule.wall_clock import step_between
from vmsguard.model.last_seen import LastSeen
from vmsguard.model.ledger import Deletion, Duty
from vmsguard.model.work import Work

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@given(attempt=st.integers(1, 10_000), target=st.text(max_size=20))
def test_a_pause_grows_and_ends_within_the_hour(attempt: int, target: str) -> None:
    pause = retry_after(attempt, "seed", target)
    assert FIRST / 2 <= pause <= MOST
    assert pause == retry_after(attempt, "seed", target)
    assert pause <= 2 * retry_after(attempt + 1, "seed", target)


def test_chance_is_even_and_the_same_for_the_same_names() -> None:
    drawn = [fraction("seed", str(number)) for number in range(10_000)]
    assert 0.48 < sum(drawn) / len(drawn) < 0.52
    assert 0 <= min(drawn) < max(drawn) < 1
    assert fraction("a", "bc") != fraction("ab", "c")


@given(st.datetimes(timezones=st.just(UTC)), st.integers(60, 86_400), st.text(max_size=8))
def test_a_sweep_is_a_tenth_early_or_late_at_most(last: datetime, seconds: int, target: str) -> None:
    interval = timedelta(seconds=seconds)
    last = min(last, datetime(9000, 1, 1, tzinfo=UTC))
    assert 0.9 * interval <= next_sweep(last, interval, "seed", target) - last <= 1.1 * interval
    assert timedelta() <= first_sweep(last, interval, "seed", target) - last <= interval / 10


def test_the_next_look_is_the_earliest_of_sweep_duties_and_edges() -> None:
    assert NOON == next_look(NOON + HOUR, [NOON + DAY, NOON], [NOON + 2 * HOUR])
    assert NOON + HOUR == next_look(NOON + HOUR, [], [])


SEEN = LastSeen(
    target="t", at=NOON, firmware="1", identity="a", certificate="k", run_state="running", booted_at=NOON - DAY
)


@pytest.mark.parametrize(
    ("now", "codes"),
    [
        ({}, ()),
        ({"firmware": "2"}, ("firmware",)),
        ({"identity": "b", "certificate": "l"}, ("identity", "certificate")),
        ({"run_state": "stopped"}, ("run-state",)),
        ({"booted_at": NOON - HOUR}, ("restarted",)),
        ({"booted_at": NOON - DAY + timedelta(seconds=90)}, ()),  # uptime is told in minutes by some
        ({"booted_at": None, "firmware": "", "identity": ""}, ()),  # what is not told tells nothing
    ],
)
def test_what_changed_makes_a_look_due(now: dict[str, object], codes: tuple[str, ...]) -> None:
    assert codes == changed(SEEN, replace(SEEN, **now))
    assert () == changed(None, replace(SEEN, **now))


@given(wall=st.floats(-1e7, 1e7), passed=st.floats(0, 1e7))
def test_a_step_of_the_wall_clock_is_what_the_seconds_do_not_explain(wall: float, passed: float) -> None:
    step = step_between((NOON, 0.0), (NOON + timedelta(seconds=wall), passed)).total_seconds()
    assert step == 0 if abs(wall - passed) <= 29.9 else abs(step - (wall - passed)) < 0.001 or step == 0


def test_what_was_dated_after_a_step_forward_is_in_doubt_once_it_is_taken_back() -> None:
    forward = [Step(NOON - 40 * DAY, HOUR), Step(NOON - 5 * HOUR, 2 * HOUR)]
    assert NOON - 5 * HOUR == in_doubt_since(forward, 2 * HOUR, NOON)
    assert NOON - 5 * HOUR == in_doubt_since(forward, 3 * HOUR, NOON), "the first one stands for longer than two days"
    assert NOON == in_doubt_since([], 2 * HOUR, NOON)


def test_a_duty_is_never_due_later_than_a_gap_from_now() -> None:
    duty = Duty(
        camera="c",
        pack="p",
        rule="r",
        target="t",
        channel="1",
        max_gap_seconds=86_400,
        next_due=NOON + 3 * DAY,
        enrolled_at=NOON + 2 * DAY,
    )
    done = Deletion(
        target="t",
        channel="1",
        store="footage",
        cutoff=NOON - HOUR,
        started=NOON,
        ended=NOON,
        count=1,
        observed=False,
        run="r",
    )
    assert NOON + DAY == counted_anew(duty, (), NOON).next_due
    assert NOON + 23 * HOUR == counted_anew(duty, (done,), NOON).next_due
    assert NOON + DAY == counted_anew(duty, (replace(done, cutoff=NOON + HOUR),), NOON).next_due


def work(number: int, site: str = "s") -> Work:
    return Work(target=f"t-{number}", site=site, next_due=NOON)


def test_a_site_is_begun_at_its_pace_in_the_order_given_and_holds_up_no_other() -> None:
    pace = Pace(2.0, "seed")
    waiting = [*(work(number) for number in range(100)), work(1, "other")]
    begun: list[Work] = []
    for second in range(10):
        admitted = pace.admit([one for one in waiting if one not in begun], float(second))
        begun += admitted
        assert len(admitted) <= 3 if second else len(admitted) <= 4
    at_site = [one for one in begun if one.site == "s"]
    assert waiting[: len(at_site)] == at_site
    assert 18 <= len(at_site) <= 21
    assert work(1, "other") in begun
