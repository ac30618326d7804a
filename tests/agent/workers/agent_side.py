"""An agent's side of the line in a thread of its own, so that a test may wait for it as a worker does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sites import ORIGIN, OwnClock, OwnDisk, Sites

from vmsguard.agent.execution.last_looks import LastLooks
from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.workers.agent_line import AgentLine, connect_to_agent
from vmsguard.agent.workers.server import WorkerServer
from vmsguard.evidence.log import EvidenceLog
from vmsguard.model.work import Lease, WorkEntry
from vmsguard.state.store import State

START = datetime(2026, 10, 25, 12, tzinfo=UTC)
TTL = timedelta(minutes=15)


@dataclass
class AgentSide:
    """State, log and server of one agent; ``restarted`` is the agent after it."""

    folder: Path
    sites: Sites
    state: State
    log: EvidenceLog = field(init=False)
    server: WorkerServer = field(init=False)
    looks: LastLooks = field(default_factory=LastLooks)
    alerts: list[Alert] = field(default_factory=list)
    ended: list[tuple[str, str, float]] = field(default_factory=list)
    """Tasks of workers, as the agent counts them."""
    uid: int | None = None

    @property
    def path(self) -> Path:
        return self.folder / "workers.sock"

    @property
    def clock(self) -> OwnClock:
        return self.sites.clock

    @contextmanager
    def running(self) -> Iterator[AgentSide]:
        """One life of the agent's process."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        self.loop = loop
        with ExitStack() as stack:
            stack.callback(loop.close)
            stack.callback(thread.join)
            stack.callback(loop.call_soon_threadsafe, loop.stop)
            self.log = stack.enter_context(
                EvidenceLog.open(
                    self.folder / "evidence",
                    origin=ORIGIN,
                    key=self.sites.key,
                    clock=self.clock,
                    disk=OwnDisk(self.clock),
                )
            )
            equipment = self.sites._equipment(self.state, self.log, None)  # type: ignore[arg-type]
            self.tick = asyncio.Event()
            self.server = WorkerServer(
                self.path,
                equipment,
                tell=self.alerts.extend,
                task_ended=lambda *told: self.ended.append(told),
                looks=self.looks,
                log=structlog.wrap_logger(structlog.ReturnLogger()),
                uid=self.uid,
                sleep=self._next_tick,
            )
            self.on_loop(self.server.start)
            try:
                yield self
            finally:
                self.on_loop(self.server.stop)

    async def _next_tick(self, seconds: float) -> None:
        """Dead workers are looked for when the test says so."""
        await self.tick.wait()
        self.tick.clear()

    def look_for_what_was_given_up(self) -> None:
        async def look() -> None:
            self.tick.set()
            for _ in range(5):
                await asyncio.sleep(0)

        self.on_loop(look)

    def on_loop(self, what: Callable[..., Any], *args: Any) -> Any:
        """In the agent's loop, as everything of the agent's."""

        async def carry_out() -> Any:
            told = what(*args)
            return await told if asyncio.iscoroutine(told) else told

        return asyncio.run_coroutine_threadsafe(carry_out(), self.loop).result(10)

    def line(self, name: str = "w1", **options: Any) -> AgentLine:
        return connect_to_agent(self.path, name, **options)

    def work(self, *targets: str) -> None:
        """Have work at these targets."""
        self.state.schedule_work([WorkEntry(target=one, site="s", next_due=self.clock.now()) for one in targets])

    def leased(self, line: AgentLine, target: str = "t-1", ttl: timedelta = TTL) -> Lease:
        self.work(target)
        lease = line.state.lease(target, line.owner, self.clock.now(), ttl)
        assert lease is not None
        return lease

    def pass_by(self, time: timedelta) -> None:
        self.clock.passed += time

    def events(self, *names: str) -> list[dict[str, Any]]:
        return self.sites.events(*names)


def intent(line: AgentLine, target: str = "t-1", change: str = "c-1") -> int:
    return line.evidence.append(
        "apply.intent", run="run-1", durable=True, change=change, verb="recording.stop", target=target, channel="1"
    )


def result(line: AgentLine, seq: int, target: str = "t-1", change: str = "c-1") -> int:
    return line.evidence.append(
        "apply.result",
        run="run-1",
        durable=True,
        cause=[seq],
        change=change,
        target=target,
        channel="1",
        outcome="accepted",
    )
