"""Leases on many targets in one hand: all of them or none, and never one that somebody else has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from vmsguard.errors import LeaseLost
from vmsguard.model.standing_orders import Pause, PauseScope
from vmsguard.model.work import WorkEntry
from vmsguard.state import State

TTL = timedelta(minutes=15)
HOUR = timedelta(hours=1)
TARGETS = frozenset(f"t-{n}" for n in range(1200))


class Clock:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def state(any_url: str, noon: datetime) -> Iterator[State]:
    with State.open(any_url, clock=Clock(noon)) as opened:
        opened.schedule_work(WorkEntry(target=name, site="s", next_due=noon + HOUR) for name in sorted(TARGETS))
        yield opened


def pause(now: datetime) -> Pause:
    return Pause(scope=PauseScope.ALL, by="role:it", since=now)


def test_all_that_is_free_is_taken_and_what_a_task_has_is_not(state: State, noon: datetime) -> None:
    task = state.lease("t-7", "task", noon, TTL)
    assert task is not None
    taken = state.lease_free(TARGETS | {"nobody-works-there"}, "asked:1", noon, TTL)
    assert TARGETS - {"t-7"} == taken
    assert frozenset({"t-7"}) == state.leased_elsewhere(TARGETS, "asked:1", noon)
    assert state.lease("t-8", "task", noon, TTL) is None
    assert state.finish(task, noon + HOUR)
    assert frozenset() == state.leased_elsewhere(TARGETS, "asked:1", noon)
    assert frozenset({"t-7"}) == state.lease_free(TARGETS, "asked:1", noon, TTL)
    assert len(TARGETS) == state.leases_of("asked:1")


def test_what_is_given_back_is_as_due_as_it_was(state: State, noon: datetime) -> None:
    before = {one.target: one for one in state.all_work()}
    state.lease_free(TARGETS, "asked:1", noon, TTL)
    state.wake_work(["t-1"], noon)
    assert len(TARGETS) == state.give_back_all("asked:1")
    after = {one.target: one for one in state.all_work()}
    assert noon == after["t-1"].next_due, "it was asked for meanwhile"
    assert before["t-2"].next_due == after["t-2"].next_due
    assert ("", None, 0) == (after["t-2"].owner, after["t-2"].last_done, after["t-2"].attempt)
    assert after["t-2"].token > before["t-2"].token
    assert state.lease("t-2", "task", noon, TTL) is not None


def test_leases_that_are_renewed_outlive_their_first_term(state: State, noon: datetime) -> None:
    state.lease_free(TARGETS, "asked:1", noon, TTL)
    assert len(TARGETS) == state.renew_all("asked:1", noon + TTL / 2, TTL)
    assert state.lease("t-1", "task", noon + TTL, TTL) is None
    assert state.lease("t-1", "task", noon + 2 * TTL, TTL) is not None
    assert len(TARGETS) - 1 == state.renew_all("asked:1", noon + 2 * TTL, TTL)


def test_nothing_is_written_once_one_of_them_is_somebody_elses(state: State, noon: datetime) -> None:
    taken = state.lease_free(TARGETS, "asked:1", noon, TTL)
    with state.fenced_all("asked:1", len(taken)):
        state.put_pause(pause(noon))
    assert 1 == len(state.pauses(noon))
    assert state.lease("t-1", "task", noon + TTL, TTL) is not None
    state.end_pause(PauseScope.ALL)
    with state.fenced_all("asked:1", len(taken)), pytest.raises(LeaseLost):
        state.put_pause(pause(noon))
    assert () == state.pauses(noon)
    assert "task" == state.work("t-1").owner  # type: ignore[union-attr]
    state.give_back_all("asked:1")
    assert "task" == state.work("t-1").owner  # type: ignore[union-attr]


def test_a_lease_of_nobody_is_none(state: State, noon: datetime) -> None:
    with pytest.raises(ValueError, match="owner"):
        state.lease_free(TARGETS, "", noon, TTL)
