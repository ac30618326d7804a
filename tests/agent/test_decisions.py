"""What the agent decides by itself: pauses between tries, spread, triggers, reversals, shrinking, clock steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from vmsguard.agent.backoff import FIRST, MOST, retry_after
from vmsguard.agent.chance import fraction
from vmsguard.agent.clock_was_set import Step, counted_anew, in_doubt_since
from vmsguard.agent.flapping import flapping_systems
from vmsguard.agent.pace import Pace
from vmsguard.agent.reversals import reversals_in
from vmsguard.agent.shrinking import shrank_too_far
from vmsguard.agent.sweeps import first_sweep, next_look, next_sweep
from vmsguard.agent.triggers import changed
from vmsguard.agent.wall_clock import step_between
from vmsguard.agent.what_may_be_sent import Leave, is_duty, pauses_on
from vmsguard.model.changes import Change
from vmsguard.model.inventory import Target
from vmsguard.model.last_seen import LastSeen
from vmsguard.model.ledger import Deletion, Duty, Standing
from vmsguard.model.lock import LockState, Pinned
from vmsguard.model.plan import Cause, Plan, PlannedChange
from vmsguard.model.standing_orders import Pause, PauseScope, Reversal
from vmsguard.model.vocabulary import Mode, Role, Stage
from vmsguard.model.work import Work
from vmsguard.policy.lock.compare import LockStanding

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TARGET = Target(id="t-1", site="s", role=Role.DEVICE, driver="d", url="http://192.0.2.1/")
ACCEPTED = LockStanding(present=True, pinned=(Pinned(kind="pack", name="p", state=LockState.ACCEPTED),))


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


def reversal(hours_ago: float, system: str = "zm-main", target: str = "t-1") -> Reversal:
    return Reversal(target=target, system=system, change="c", at=NOON - hours_ago * HOUR, value="")


def test_edge_case_18_three_reversals_within_a_day_by_one_system_are_too_many() -> None:
    assert () == flapping_systems([reversal(1), reversal(2)], NOON)
    assert ("zm-main",) == flapping_systems([reversal(1), reversal(2, target="t-2"), reversal(23.9)], NOON)
    assert () == flapping_systems([reversal(1), reversal(2), reversal(24)], NOON)
    assert () == flapping_systems([reversal(1), reversal(2), reversal(3, "other")], NOON)
    assert ("t-1",) == flapping_systems([reversal(hours, "") for hours in (1, 2, 3)], NOON)


@pytest.mark.parametrize(
    ("before", "lost", "expected"), [(100, 5, False), (100, 6, True), (10, 1, True), (1, 0, False), (0, 0, False)]
)
def test_more_than_one_camera_in_twenty_is_too_many_to_lose(before: int, lost: int, expected: bool) -> None:
    names = {f"c-{number}" for number in range(before)}
    left = {f"c-{number}" for number in range(lost, before)}
    assert expected is shrank_too_far(names, left, ())
    assert not shrank_too_far(names, left, names - left)


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


def planned(target: str = "t-1", stage: Stage = Stage.STORING, control: str = "storage.edge.off") -> PlannedChange:
    verb = "footage.purge" if stage is Stage.PURGING else "recording.stop"
    return PlannedChange(
        change=Change(verb, target, "1", {"job": "j"}),
        causes=(Cause("c", "p", "r", control),),
        mode=Mode.ENFORCE,
        stage=stage,
        owner_rank=1,
        scope="channel",
    )


DUTY_PURGE = planned(stage=Stage.PURGING, control="deletion.daily")
PLAN = Plan(id="p", made_at=NOON, changes=())


def pause(scope: PauseScope, name: str = "", **more: object) -> Pause:
    return replace(Pause(scope=scope, name=name, by="role:x", since=NOON - HOUR), **more)


def test_a_task_sends_to_its_own_target_and_only_what_a_lock_holds() -> None:
    leave = Leave(TARGET, (), ACCEPTED)
    assert "" == leave(planned(), PLAN)
    assert leave(planned("t-2"), PLAN).startswith("another target")
    assert Leave(TARGET, (), LockStanding())(planned(), PLAN).startswith("not-accepted")
    assert "" == Leave(TARGET, (), LockStanding())(DUTY_PURGE, PLAN), "a duty needs no lock"
    assert not is_duty(planned(stage=Stage.PURGING, control="storage.residue.empty"))


@pytest.mark.parametrize(
    ("one", "reaches"),
    [
        (pause(PauseScope.ALL), True),
        (pause(PauseScope.SITE, "s"), True),
        (pause(PauseScope.SITE, "other"), False),
        (pause(PauseScope.TARGET, "t-1"), True),
        (pause(PauseScope.TARGET, "t-2"), False),
        (pause(PauseScope.ALL, until=NOON), False),
        (pause(PauseScope.ALL, since=NOON + HOUR), False),
    ],
)
def test_a_pause_stops_configuration_where_it_reaches_and_never_a_duty(one: Pause, reaches: bool) -> None:
    leave = Leave(TARGET, pauses_on(TARGET, [one], NOON), ACCEPTED)
    assert reaches is leave(planned(), PLAN).startswith("paused")
    assert "" == leave(DUTY_PURGE, PLAN)


def test_only_a_pause_that_says_so_stops_deletions() -> None:
    leave = Leave(TARGET, pauses_on(TARGET, [pause(PauseScope.ALL, duties=True)], NOON), ACCEPTED)
    assert leave(DUTY_PURGE, PLAN).startswith("paused")


def test_the_system_that_owns_a_configuration_is_changed_first_and_no_deletion_waits_for_it() -> None:
    owner = replace(planned("zm-main"), owner_rank=0)
    plan = Plan(id="p", made_at=NOON, changes=(owner, planned()))
    leave = Leave(TARGET, (), ACCEPTED, {"c"})
    assert leave(planned(), plan).startswith("owner-first")
    assert "" == leave(DUTY_PURGE, plan)
    assert "" == leave(planned(), PLAN)


def test_only_what_held_and_was_changed_by_us_before_was_undone() -> None:
    change = planned()
    standing = Standing(
        camera="c",
        pack="p",
        rule="r",
        control="storage.edge.off",
        endpoint="t-1/1",
        verdict="pass",
        qualifier="direct",
        basis="read-back",
        remediation="none",
        reason="",
        since=NOON,
        checked_at=NOON,
    )
    sent = {change.change.id}
    found = list(reversals_in([change, DUTY_PURGE], "t-1", [standing], sent, {}, NOON))
    assert [change.change.id] == [one.change for one in found]
    assert [] == list(reversals_in([change], "t-1", [replace(standing, verdict="fail")], sent, {}, NOON))
    assert [] == list(reversals_in([change], "t-1", [standing], (), {}, NOON))
