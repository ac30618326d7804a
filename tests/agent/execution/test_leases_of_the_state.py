"""Leases from the state: what it was away for when a task ended is ended as soon as it is there again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sites import OwnClock

from vmsguard.agent.execution.leases import StateLeases
from vmsguard.agent.execution.tasks import WATCH, Done, Outcome, Retry, TaskRef
from vmsguard.errors import StateError
from vmsguard.model.work import WorkEntry
from vmsguard.state.store import State

TERM = timedelta(minutes=15)
DUE, LOOK = TaskRef("s", "t"), TaskRef("s", "t", WATCH)


@pytest.fixture
def state(clock: OwnClock) -> Iterator[State]:
    with State.open("sqlite://", clock=clock) as state:
        state.schedule_work([WorkEntry(target="t", site="s", next_due=clock.now())])
        yield state


@pytest.fixture
def leases(state: State, clock: OwnClock) -> StateLeases:
    return StateLeases(state, clock, owner="agent", term=TERM.total_seconds(), seed="test")


def away(*_: object, **__: object) -> None:
    raise StateError("the database does not answer")


async def ended_while_away(
    leases: StateLeases, state: State, ref: TaskRef, outcome: Outcome | None, patch: pytest.MonkeyPatch
) -> None:
    lease = await leases.acquire(ref)
    assert lease is not None
    with patch.context() as patched:
        for name in ("give_back", "finish", "work"):
            patched.setattr(State, name, away)
        with pytest.raises(StateError):
            await leases.release(lease, ref, outcome)
        with pytest.raises(StateError):
            leases.give_back_left()
    assert () == state.due_work(leases._clock.now(), 10), "the state has it in our name"


@pytest.mark.parametrize(("ref", "outcome"), [(DUE, None), (LOOK, Done())])
async def test_what_was_given_up_or_only_looked_at_is_due_again_as_it_was(
    leases: StateLeases,
    state: State,
    clock: OwnClock,
    monkeypatch: pytest.MonkeyPatch,
    ref: TaskRef,
    outcome: Outcome | None,
) -> None:
    before = state.work("t")
    await ended_while_away(leases, state, ref, outcome, monkeypatch)
    leases.give_back_left()
    assert ["t"] == [one.target for one in state.due_work(clock.now(), 10)]
    after = state.work("t")
    assert before is not None
    assert after is not None
    assert (before.next_due, before.attempt, before.not_before) == (after.next_due, after.attempt, after.not_before)


async def test_what_failed_waits_for_its_pause_and_not_for_its_lease(
    leases: StateLeases, state: State, clock: OwnClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ended_while_away(leases, state, DUE, Retry(0.0), monkeypatch)
    clock.passed += timedelta(minutes=1)
    leases.give_back_left()
    work = state.work("t")
    assert work is not None
    assert ("", 1) == (work.owner, work.attempt)
    assert work.not_before is not None
    assert clock.now() < work.not_before < clock.now() + TERM / 3


async def test_what_somebody_else_has_taken_meanwhile_stays_his(
    leases: StateLeases, state: State, clock: OwnClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ended_while_away(leases, state, DUE, None, monkeypatch)
    clock.passed += TERM
    theirs = state.lease("t", "another", clock.now(), TERM)
    assert theirs is not None
    leases.give_back_left()
    assert state.renew(theirs, clock.now(), TERM)


async def test_a_lease_that_was_given_and_whose_answer_was_lost_is_given_back(
    leases: StateLeases, state: State, clock: OwnClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = State.lease

    def given_and_lost(*given: object) -> None:
        whole(*given)
        raise StateError("the connection was lost")

    with monkeypatch.context() as patched:
        patched.setattr(State, "lease", given_and_lost)
        with pytest.raises(StateError):
            await leases.acquire(DUE)
    assert () == state.due_work(clock.now(), 10)
    leases.give_back_left()
    assert ["t"] == [one.target for one in state.due_work(clock.now(), 10)]


@pytest.mark.parametrize("in_hand", [(), ("t",)])
async def test_a_watch_that_the_state_could_not_answer_takes_no_lease_from_the_task_at_work(
    state: State, clock: OwnClock, monkeypatch: pytest.MonkeyPatch, in_hand: tuple[str, ...]
) -> None:
    leases = StateLeases(state, clock, owner="agent", term=900, seed="test", in_hand=lambda: in_hand)
    at_work = await leases.acquire(DUE)
    assert at_work is not None
    with monkeypatch.context() as patched:
        patched.setattr(State, "lease", away)
        with pytest.raises(StateError):
            await leases.acquire(LOOK)
    leases.give_back_left()
    assert await at_work.renew()
    assert None is state.lease("t", "another", clock.now(), TERM)


async def test_one_that_is_at_work_is_left_alone(leases: StateLeases, state: State, clock: OwnClock) -> None:
    lease = await leases.acquire(DUE)
    assert lease is not None
    leases.give_back_left()
    assert await lease.renew()
