"""The executor of one process: each task once, one per target, under a lease that is renewed or given up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from vmsguard.agent.execution.executor import Lease
from vmsguard.agent.execution.local_executor import LocalExecutor
from vmsguard.agent.execution.tasks import Done, Outcome, Retry, TaskRef
from vmsguard.errors import StateError


@dataclass
class HeldLease:
    target: str
    token: int
    office: Office

    async def renew(self) -> bool:
        self.office.renewed.append(self.target)
        return self.target not in self.office.overtaken


@dataclass
class Office:
    """Leases that a test looks at."""

    term: float = 0.03
    token: int = 0
    held: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    """Targets that another process works on."""
    overtaken: set[str] = field(default_factory=set)
    renewed: list[str] = field(default_factory=list)
    ended: list[tuple[str, Outcome | None]] = field(default_factory=list)

    async def acquire(self, ref: TaskRef) -> Lease | None:
        if ref.target in self.taken:
            return None
        assert ref.target not in self.held, "two leases of one target"
        self.held.add(ref.target)
        self.token += 1
        return HeldLease(ref.target, self.token, self)

    async def release(self, lease: Lease, ref: TaskRef, outcome: Outcome | None) -> None:
        self.held.discard(lease.target)
        self.ended.append((ref.target, outcome))


@pytest.fixture
def office() -> Office:
    return Office()


def refs(*targets: str) -> Iterable[TaskRef]:
    return [TaskRef("s", target) for target in targets]


async def served(executor: LocalExecutor, handler: object, todo: Iterable[TaskRef]) -> None:
    """Dispatch and serve until nothing is left."""
    stop = asyncio.Event()
    serving = asyncio.ensure_future(executor.serve(handler, stop))  # type: ignore[arg-type]
    await executor.dispatch(todo)
    await asyncio.wait_for(executor.idle(), 60)
    stop.set()
    await asyncio.wait_for(serving, 60)


async def test_300_tasks_are_each_carried_out_once_and_no_more_at_a_time_than_may_be(office: Office) -> None:
    now: list[int] = [0]
    most: list[int] = [0]
    done: list[str] = []

    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        now[0] += 1
        most[0] = max(most[0], now[0])
        await asyncio.sleep(0)
        now[0] -= 1
        done.append(ref.target)
        return Done()

    names = [f"t-{number}" for number in range(300)]
    await served(LocalExecutor(office, in_flight=7), handler, refs(*names, *names))

    assert sorted(names) == sorted(done)
    assert 7 == most[0]
    assert [Done()] * 300 == [outcome for _, outcome in office.ended]


async def test_what_runs_is_not_dispatched_a_second_time_and_another_kind_waits_for_it(office: Office) -> None:
    executor = LocalExecutor(office)
    told: list[str] = []

    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        told.append(f"begin {ref.kind}")
        if ref.kind == "due":
            await executor.dispatch([TaskRef("s", "t"), TaskRef("s", "t", "watch")])
        await asyncio.sleep(0.01)
        told.append(f"end {ref.kind}")
        return Done()

    await served(executor, handler, refs("t"))

    assert ["begin due", "end due", "begin watch", "end watch"] == told


async def test_a_target_that_another_process_holds_is_left_alone(office: Office) -> None:
    office.taken.add("t")

    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        raise AssertionError("worked on without a lease")

    await served(LocalExecutor(office), handler, refs("t"))

    assert [] == office.ended


async def test_a_lease_is_renewed_while_its_task_runs(office: Office) -> None:
    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        while len(office.renewed) < 3:
            await asyncio.sleep(0)
        return Done()

    await served(LocalExecutor(office), handler, refs("t"))

    assert [("t", Done())] == office.ended


async def test_who_loses_its_lease_stops_at_once_and_says_nothing_was_done(office: Office) -> None:
    office.overtaken.add("t")
    told: list[str] = []

    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            told.append("stopped")
            raise
        return Done()

    await served(LocalExecutor(office), handler, refs("t"))

    assert ["stopped"] == told
    assert [("t", None)] == office.ended


async def test_a_handler_that_raises_is_tried_again_later_and_stops_no_other(office: Office) -> None:
    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        if ref.target == "broken":
            raise RuntimeError("a bug")
        return Done()

    await served(LocalExecutor(office), handler, refs("broken", "whole"))

    assert {"broken": Retry(300.0), "whole": Done()} == dict(office.ended)


async def test_stopping_lets_what_runs_end_and_begins_nothing_more(office: Office) -> None:
    executor = LocalExecutor(office, in_flight=1)
    stop = asyncio.Event()
    begun: list[str] = []

    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        begun.append(ref.target)
        stop.set()
        await asyncio.sleep(0.01)
        return Done()

    await executor.dispatch(refs("first", "second"))
    await asyncio.wait_for(executor.serve(handler, stop), 60)

    assert ["first"] == begun
    assert [("first", Done())] == office.ended
    assert not executor.health().ready


async def test_what_does_not_end_within_the_grace_is_handed_back_unfinished(office: Office) -> None:
    executor = LocalExecutor(office, grace=0.01)
    stop = asyncio.Event()

    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        stop.set()
        await asyncio.sleep(30)
        return Done()

    await executor.dispatch(refs("t"))
    await asyncio.wait_for(executor.serve(handler, stop), 60)

    assert [("t", None)] == office.ended
    assert 0 == executor.health().running


async def test_a_state_that_gives_no_lease_is_told_to_who_dispatches_once(office: Office) -> None:
    async def refused(_ref: TaskRef) -> Lease | None:
        raise StateError("the state cannot be written")

    async def never(_ref: TaskRef, _lease: Lease) -> Outcome:
        raise AssertionError("without a lease nothing is done")

    office.acquire = refused  # type: ignore[method-assign]
    executor, stop = LocalExecutor(office), asyncio.Event()
    serving = asyncio.ensure_future(executor.serve(never, stop))
    await executor.dispatch(refs("a", "b"))
    await executor.idle()
    with pytest.raises(StateError, match="cannot be written"):
        await executor.dispatch([])
    await executor.dispatch([])
    stop.set()
    await serving
