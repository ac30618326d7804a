"""What every executor promises, shown on the one of one process and on a real NATS server with two workers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nats_server import NatsServer, nats_binary, required_nats

from vmsguard.agent.execution.executor import Executor, Handler, Lease
from vmsguard.agent.execution.leases import StateLease, StateLeases
from vmsguard.agent.execution.local_executor import LocalExecutor
from vmsguard.agent.execution.tasks import Done, Drop, Outcome, Retry, TaskRef
from vmsguard.agent.jetstream.connection import NatsLine, NatsSettings
from vmsguard.agent.jetstream.executor import JetStreamExecutor
from vmsguard.model.clock import SystemClock
from vmsguard.model.work import WorkEntry
from vmsguard.state.store import State

SOON = 120.0
"""Seconds within which everything here is done, on a busy machine too."""
LATER = timedelta(days=1)
PROCESS = Path(__file__).parents[1] / "serving_process.py"


@dataclass
class Site:
    """Executors of one site over one state, and what their handlers were seen to do."""

    state: State
    dispatcher: Executor
    workers: list[Executor]
    most_at_once: int
    names: list[str] = field(default_factory=lambda: ["s"])
    """The sites that the executors know of."""
    called: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    running: Counter[str] = field(default_factory=Counter)
    most: int = 0
    overlaps: int = 0

    def schedule(self, names: list[str], site: str = "s") -> list[TaskRef]:
        now = datetime.now(UTC)
        self.state.schedule_work([WorkEntry(target=name, site=site, next_due=now) for name in names])
        return [TaskRef(site, name) for name in names]

    async def handler(self, ref: TaskRef, lease: Lease) -> Outcome:
        assert isinstance(lease, StateLease)
        self.called[ref.target] += 1
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
    async def serving(self, handler: Handler | None = None) -> AsyncIterator[asyncio.Event]:
        """Gives what tells the workers to stop."""
        stop = asyncio.Event()
        tasks = [asyncio.ensure_future(worker.serve(handler or self.handler, stop)) for worker in self.workers]
        try:
            yield stop
        finally:
            stop.set()
            await asyncio.wait_for(asyncio.gather(*tasks), SOON)

    async def round(self) -> None:
        due = self.state.due_work(datetime.now(UTC), 1000)
        await self.dispatcher.dispatch([TaskRef(work.site, work.target) for work in due])

    async def until(self, so: Callable[[], bool]) -> None:
        """Dispatch what is due again and again, as the loop does, until it is so."""
        async with asyncio.timeout(SOON):
            while not so():
                await self.round()
                await asyncio.sleep(0.02)

    async def until_served_behind(self, name: str) -> None:
        """Until a task is carried out that was handed over after all the others: what was to come before it has."""
        refs = self.schedule([name])
        await self.dispatcher.dispatch(refs)
        await self.until(lambda: self.done[name] == 1)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with State.open(f"sqlite:///{tmp_path}/state.db", clock=SystemClock()) as opened:
        yield opened


def leases(state: State, owner: str, term: float = 30.0) -> StateLeases:
    return StateLeases(state, SystemClock(), owner=owner, term=term, seed="test")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    binary = required_nats(nats_binary())
    running = NatsServer(tmp_path / "nats", binary)
    running.start()
    yield running
    running.kill()


@asynccontextmanager
async def over_nats(state: State, server: NatsServer, *workers: str) -> AsyncIterator[Site]:
    names = ["s"]
    settings = NatsSettings(servers=(server.url,), monitoring=server.monitoring)
    async with AsyncExitStack() as opened:
        made = []
        for name in ("scheduler", *workers):
            line = await opened.enter_async_context(NatsLine(settings, name))
            await line.first_look()
            made.append(
                JetStreamExecutor(
                    line,
                    lambda: names,
                    leases(state, name),
                    in_flight=8,
                    per_site=8,
                    ack_wait=2.0,
                    grace=5,
                )
            )
        yield Site(state, made[0], [*made[1:]], 8, names)


@pytest.fixture(params=["local", "jetstream"])
async def site(request: pytest.FixtureRequest, state: State) -> AsyncIterator[Site]:
    if request.param == "local":
        executor = LocalExecutor(leases(state, "a"), in_flight=8, grace=5)
        yield Site(state, executor, [executor], 8)
        return
    async with over_nats(state, request.getfixturevalue("server"), "a", "b") as made:
        yield made


async def test_300_tasks_are_each_carried_out_once_and_none_overlaps(site: Site) -> None:
    names = [f"cam/{number}.front" for number in range(300)]
    refs = site.schedule(names)
    async with site.serving():
        await site.dispatcher.dispatch([*refs, *refs])
        await site.until(lambda: len(site.done) == 300)
    assert Counter(dict.fromkeys(names, 1)) == site.done
    assert 0 == site.overlaps
    assert site.most <= site.most_at_once


async def test_what_waits_already_is_not_handed_out_twice(site: Site) -> None:
    (ref,) = site.schedule(["t"])
    for _ in range(5):
        await site.dispatcher.dispatch([ref])
    async with site.serving():
        await site.until_served_behind("behind")
    assert (1, 1) == (site.called["t"], site.done["t"])


async def test_a_task_that_failed_is_not_storming(site: Site) -> None:
    site.schedule(["t"])
    tried = []

    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        if ref.target != "t":
            return await site.handler(ref, lease)
        tried.append(ref)
        return Retry(3600)

    def attempts() -> int:
        work = site.state.work("t")
        assert work is not None
        return work.attempt

    async with site.serving(handler):
        await site.until(lambda: attempts() == 1)
        for number in range(5):
            await site.until_served_behind(f"behind-{number}")
    assert (1, 1) == (len(tried), attempts())


async def test_a_target_that_another_process_holds_is_left_alone(site: Site) -> None:
    (ref,) = site.schedule(["t"])
    now = datetime.now(UTC)
    held = site.state.lease("t", "somebody else", now, timedelta(seconds=60))
    assert held is not None
    async with site.serving():
        await site.dispatcher.dispatch([ref])
        await site.until_served_behind("behind")
        assert 0 == site.called["t"]
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
    refs = site.schedule(["t"])
    began, told_to_stop = asyncio.Event(), asyncio.Event()

    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        began.set()
        await told_to_stop.wait()
        return await site.handler(ref, lease)

    async with site.serving(handler) as stop:
        await site.dispatcher.dispatch(refs)
        await site.until(began.is_set)
        stop.set()
        await site.dispatcher.dispatch(site.schedule(["late"]))
        told_to_stop.set()
    assert (1, 0) == (site.done["t"], site.called["late"])


async def test_what_does_not_end_in_time_is_handed_back_at_once(site: Site) -> None:
    for executor in site.workers:
        executor._grace = 0.1  # type: ignore[attr-defined]
    refs = site.schedule(["t"])
    began = asyncio.Event()

    async def endless(ref: TaskRef, lease: Lease) -> Outcome:
        began.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with site.serving(endless):
        await site.dispatcher.dispatch(refs)
        await site.until(began.is_set)
    assert ["t"] == [work.target for work in site.state.due_work(datetime.now(UTC), 10)]
    async with site.serving():
        await site.until(lambda: site.done["t"] == 1)


async def test_a_site_that_comes_while_everything_runs_is_served(site: Site) -> None:
    async with site.serving():
        await site.until_served_behind("first")
        site.names.append("new.site")
        site.schedule(["t"], "new.site")
        await site.until(lambda: site.done["t"] == 1)


async def test_every_worker_is_ready_and_says_so(site: Site) -> None:
    async with site.serving():
        await site.until_served_behind("t")
        assert (True, "") == (site.dispatcher.health().ready, site.dispatcher.health().why)


class TestProcessThatIsKilled:
    """Worker processes of their own, over one state: what the one began that was killed, the other carries out."""

    @pytest.mark.parametrize("kind", ["local", "jetstream"])
    async def test_another_takes_over_when_the_lease_ran_out(
        self, kind: str, state: State, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        journal, names = tmp_path / "journal", [f"t-{number}" for number in range(12)]
        journal.touch()
        async with AsyncExitStack() as opened:
            url, executor = "", LocalExecutor(leases(state, "nobody"))
            site = Site(state, executor, [], 0)
            if kind == "jetstream":
                server = request.getfixturevalue("server")
                url, site = server.url, await opened.enter_async_context(over_nats(state, server))
            site.schedule(names)

            def start(name: str, hang: str) -> subprocess.Popen[bytes]:
                database = f"sqlite:///{tmp_path}/state.db"
                process = subprocess.Popen([sys.executable, PROCESS, kind, database, url, name, journal, hang])
                opened.callback(process.wait)
                opened.callback(process.kill)
                return process

            def told(word: str) -> list[list[str]]:
                lines = [line.split() for line in journal.read_text().splitlines()]
                return [line for line in lines if line[0] == word]

            first = start("first", "hang")
            await site.until(lambda: len(told("begin")) >= 4)
            first.kill()
            first.wait()
            start("second", "end")
            await site.until(lambda: all(_done(state, name) for name in names))
        begun = {(who, target): (float(at), float(until)) for _, who, target, at, until in told("begin")}
        ended = Counter(target for _, _, target, _ in told("end"))
        taken_over = [target for who, target in begun if who == "first"]
        assert (4, Counter(dict.fromkeys(names, 1))) == (len(taken_over), ended)
        # What the dead one held is nobody's before its lease has run out.
        assert all(begun["second", target][0] >= begun["first", target][1] for target in taken_over)


class TestServerThatIsKilled:
    """Only where there is a server."""

    @pytest.fixture
    async def site(self, state: State, server: NatsServer) -> AsyncIterator[Site]:
        async with over_nats(state, server, "a") as made:
            yield made

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

    async def test_a_server_that_lost_its_disk_is_set_up_anew(self, site: Site, server: NatsServer) -> None:
        async with site.serving():
            await site.until_served_behind("before")
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.lose_store)
            await asyncio.to_thread(server.start)
            await site.until_served_behind("after")

    async def test_without_a_server_the_executor_says_so_and_the_agent_goes_on(
        self, site: Site, server: NatsServer
    ) -> None:
        refs = site.schedule(["t"])
        await asyncio.to_thread(server.kill)
        await site.until(lambda: not site.dispatcher.health().ready)
        await site.dispatcher.dispatch(refs)
        assert "no connection to the NATS server" == site.dispatcher.health().why
        await asyncio.to_thread(server.start)
        await site.until(lambda: site.dispatcher.health().ready)


def _done(state: State, name: str) -> bool:
    work = state.work(name)
    return work is not None and work.next_due > datetime.now(UTC)
