"""Work comes up when it is due, one at a time has a target, and who lost a lease writes nothing more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from vmsguard.errors import LeaseLost
from vmsguard.model.work import Lease, WorkEntry
from vmsguard.state import State

MINUTE = timedelta(minutes=1)


def entry(target: str, due: datetime, site: str = "seoul") -> WorkEntry:
    return WorkEntry(target=target, site=site, next_due=due)


def due(state: State, now: datetime, limit: int = 10, site: str | None = None) -> list[str]:
    return [work.target for work in state.due_work(now, limit, site)]


def leased(state: State, target: str, now: datetime, owner: str = "w-1") -> Lease:
    lease = state.lease(target, owner, now, MINUTE)
    assert lease is not None
    return lease


def test_the_most_overdue_comes_first_and_what_is_not_due_does_not_come(state: State, noon: datetime) -> None:
    state.schedule_work([entry("b", noon - MINUTE), entry("a", noon), entry("c", noon - 2 * MINUTE)])
    state.schedule_work([entry("later", noon + MINUTE / 60_000_000), entry("there", noon, "busan")])
    assert ["c", "b"] == due(state, noon, limit=2)
    assert ["c", "b", "a"] == due(state, noon, site="seoul")
    assert ["there"] == due(state, noon, site="busan")


def test_scheduling_moves_work_earlier_and_never_later(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon)])
    state.schedule_work([entry("a", noon + MINUTE)])
    assert ["a"] == due(state, noon)
    state.schedule_work([entry("a", noon - MINUTE)])
    assert ["a"] == due(state, noon - MINUTE)


def test_a_leased_target_is_nobody_elses_until_the_lease_is_over(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon)])
    first = leased(state, "a", noon)
    assert ([], None) == (due(state, noon), state.lease("a", "w-2", noon + MINUTE * 0.99, MINUTE))
    assert ["a"] == due(state, noon + MINUTE)
    second = leased(state, "a", noon + MINUTE, "w-2")
    assert first.token < second.token


def test_a_renewed_lease_lasts_longer(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon)])
    lease = leased(state, "a", noon)
    assert state.renew(lease, noon + MINUTE / 2, MINUTE)
    assert state.lease("a", "w-2", noon + MINUTE, MINUTE) is None


def test_a_stale_token_neither_renews_nor_finishes(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon)])
    stale = leased(state, "a", noon)
    fresh = leased(state, "a", noon + MINUTE, "w-2")
    kept = state.work("a")
    assert (False, False) == (state.renew(stale, noon + MINUTE, MINUTE), state.finish(stale, noon + 9 * MINUTE))
    assert kept == state.work("a")
    assert state.finish(fresh, noon + 9 * MINUTE)


def test_a_finished_lease_is_over_even_for_its_own_holder(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon)])
    lease = leased(state, "a", noon)
    assert state.finish(lease, noon + MINUTE)
    assert (False, False) == (state.renew(lease, noon, MINUTE), state.finish(lease, noon + 2 * MINUTE))
    assert noon == state.work("a").last_done  # type: ignore[union-attr]


def test_a_failed_attempt_waits_and_is_counted(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon)])
    assert state.finish(leased(state, "a", noon), noon, attempt=1, not_before=noon + MINUTE)
    assert ([], ["a"]) == (due(state, noon + MINUTE / 2), due(state, noon + MINUTE))
    work = state.work("a")
    assert work is not None
    assert (1, None) == (work.attempt, work.last_done)
    assert 1 == leased(state, "a", noon + MINUTE).attempt


def test_a_failed_attempt_puts_nothing_off(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon), entry("b", noon + MINUTE)])
    assert state.finish(leased(state, "a", noon), noon + 9 * MINUTE, attempt=1)
    assert ["a", "b"] == due(state, noon + MINUTE)


def test_what_falls_due_during_a_lease_stands_after_it(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon)])
    lease = leased(state, "a", noon)
    state.schedule_work([entry("a", noon + MINUTE / 2)])
    assert state.finish(lease, noon + 99 * MINUTE)
    assert ["a"] == due(state, noon + MINUTE / 2)


def test_what_was_due_before_the_lease_is_done_with_it(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon - MINUTE)])
    lease = leased(state, "a", noon)
    state.schedule_work([entry("a", noon - MINUTE)])
    assert state.finish(lease, noon + 99 * MINUTE)
    assert [] == due(state, noon + 98 * MINUTE)


def test_a_later_wish_outlives_the_lease_after_the_one_it_was_made_in(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon)])
    leased(state, "a", noon)
    state.schedule_work([entry("a", noon + 5 * MINUTE)])
    assert state.finish(leased(state, "a", noon + MINUTE, "w-2"), noon + 99 * MINUTE)
    assert ["a"] == due(state, noon + 5 * MINUTE)


def test_a_look_before_its_time_puts_nothing_off(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon + MINUTE)])
    assert state.finish(leased(state, "a", noon), noon + 99 * MINUTE)
    assert ["a"] == due(state, noon + MINUTE)


def test_waking_ends_a_pause_and_asks_for_one_more_look(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon + 9 * MINUTE), entry("b", noon)])
    assert state.finish(leased(state, "b", noon), noon, attempt=1, not_before=noon + 9 * MINUTE)
    state.wake_work(["a", "b", "unknown"], noon)
    assert ["a", "b"] == sorted(due(state, noon))
    lease = leased(state, "a", noon)
    state.wake_work(["a"], noon - MINUTE)  # the clock was set back meanwhile
    assert state.finish(lease, noon + 9 * MINUTE)
    assert ["a"] == due(state, noon - MINUTE)


def test_a_target_that_nobody_scheduled_has_no_lease(state: State, noon: datetime) -> None:
    assert (None, None) == (state.work("a"), state.lease("a", "w-1", noon, MINUTE))


def test_an_agent_that_starts_ends_the_leases_of_the_one_before(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon), entry("b", noon)])
    left = leased(state, "a", noon)
    assert 1 == state.end_leases()
    assert not state.renew(left, noon, MINUTE)
    assert left.token < leased(state, "a", noon).token


def test_a_clock_that_was_set_back_does_not_leave_a_lease_for_hours(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon - 120 * MINUTE)])
    leased(state, "a", noon)
    back = noon - 60 * MINUTE
    assert (1, 0) == (state.shorten_leases(back, MINUTE), state.shorten_leases(back, MINUTE))
    assert ["a"] == due(state, back + MINUTE)


def test_work_that_is_dropped_is_gone_with_its_lease(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon), entry("b", noon + MINUTE)])
    lease = leased(state, "a", noon)
    state.drop_work(["a", "unknown"])
    assert ("b",) == tuple(work.target for work in state.all_work())
    assert not state.finish(lease, noon)


def test_behind_the_fence_the_holder_writes(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon)])
    with state.fenced(leased(state, "a", noon)):
        state.note_first_uses({"cam-1": noon})
    assert {"cam-1": noon} == state.first_uses()


def test_behind_the_fence_who_lost_the_lease_writes_nothing(state: State, noon: datetime) -> None:
    state.schedule_work([entry("a", noon)])
    stale = leased(state, "a", noon)
    leased(state, "a", noon + MINUTE, "w-2")
    with pytest.raises(LeaseLost, match="a: the lease on it is no longer ours"), state.fenced(stale):
        state.note_first_uses({"cam-1": noon})
    assert {} == state.first_uses()
    state.note_first_uses({"cam-1": noon})
    assert {"cam-1": noon} == state.first_uses()


def test_a_fence_stands_in_the_tasks_started_behind_it_and_nowhere_else(state: State, noon: datetime) -> None:
    import asyncio

    state.schedule_work([entry("a", noon), entry("b", noon)])
    stale = leased(state, "a", noon)
    leased(state, "a", noon + MINUTE, "w-2")

    async def write(camera: str) -> None:
        await asyncio.sleep(0)
        state.note_first_uses({camera: noon})

    async def behind() -> BaseException | None:
        with state.fenced(stale):
            return (await asyncio.gather(asyncio.create_task(write("cam-a")), return_exceptions=True))[0]

    async def both() -> BaseException | None:
        raised, _ = await asyncio.gather(behind(), write("cam-b"))
        return raised

    assert isinstance(asyncio.run(both()), LeaseLost)
    assert {"cam-b": noon} == state.first_uses()
