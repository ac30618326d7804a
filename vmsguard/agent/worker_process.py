"""A worker's life: it comes to its agent, takes tasks while the line to it stands, and comes again when it broke."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog

from vmsguard.agent.assemble import sites_of
from vmsguard.agent.execution.executor import ExecutorFactory, ExecutorNeeds, Handler, Lease
from vmsguard.agent.execution.leases import StateLeases
from vmsguard.agent.execution.tasks import Outcome, Retry, TaskRef
from vmsguard.agent.execution.worker import Worker
from vmsguard.agent.fleet_in_force import FleetInForce, FleetSource
from vmsguard.agent.settings import AgentSettings
from vmsguard.agent.workers.agent_line import AgentLine, connect_to_agent
from vmsguard.agent.workers.fleet_at_worker import FleetAtWorker
from vmsguard.errors import AgentGone, StateError, VmsguardError
from vmsguard.fleet.read_agent import AgentConfig
from vmsguard.fleet.secrets import SecretStore
from vmsguard.model.clock import Clock
from vmsguard.model.work import Lease as WorkLease
from vmsguard.run.equipment import Equipment

__all__ = ["WorkerProcess"]

_AGAIN = 1.0
"""Seconds between two tries to come to the agent."""
_NOT_KNOWN_YET = 60.0
"""Seconds until a task is offered again whose target is not in the files as this worker has them."""


@dataclass(kw_only=True)
class WorkerProcess:
    """Serves one agent. ``run`` returns after ``stop``, when what ran has ended or was handed back."""

    name: str
    socket: Path
    factory: ExecutorFactory
    equip: Callable[[AgentLine], Equipment]
    source: FleetSource
    settings: AgentSettings
    config: AgentConfig
    secrets: SecretStore
    clock: Clock
    in_flight: int
    new_run: Callable[[], str]
    log: structlog.typing.FilteringBoundLogger
    standing: str = field(default="comes to the agent", init=False)
    """One line on what it does, for the service manager."""

    async def run(self, stop: asyncio.Event) -> None:
        """Raises what only a person can put right: another version than the agent's, a socket of somebody else."""
        left: tuple[WorkLease, ...] = ()
        while not stop.is_set():
            try:
                line = await asyncio.to_thread(connect_to_agent, self.socket, self.name, left=left)
            except StateError as error:  # gone; or there, and its state is not
                self._now(f"waits for the agent: {error.message}")
                await _until(stop, _AGAIN)
                continue
            with line:
                try:
                    await self._serve(line, stop)
                except StateError as error:
                    self._now(f"lost the agent: {error.message}")
                left = line.held  # no task is left that could work under them
            await _until(stop, _AGAIN)

    async def _serve(self, line: AgentLine, stop: asyncio.Event) -> None:
        equipment, settings = self.equip(line), self.settings
        in_force = FleetAtWorker(self.source, line.state, self.clock, behind=2 * settings.reload)
        in_force.refresh(self.clock.now())
        term, seed = settings.lease_seconds, settings.seed
        needs = ExecutorNeeds(
            leases=StateLeases(
                line.state,
                self.clock,
                owner=line.owner,
                term=term,
                seed=seed,
                in_hand=lambda: line.evidence.in_hand,
            ),
            config=self.config,
            secrets=self.secrets,
            name=f"vmsguard worker {self.name}",
            sites=lambda: sites_of(in_force),
            in_flight=self.in_flight,
        )
        worker = Worker(equipment, in_force, settings, line.tell, self.new_run, looks=line.looks)
        handler = self._counted(_of_what_is_known(worker, in_force), line)
        async with self.factory(needs) as executor:
            self._now("takes tasks")
            reading = asyncio.ensure_future(self._read_files(in_force, settings.reload))
            serving = asyncio.ensure_future(executor.serve(handler, stop))
            hung_up = asyncio.ensure_future(line.until_gone())
            try:
                await asyncio.wait({serving, hung_up, reading}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                # Without the agent nothing may be sent any more, so that what runs then has no time left to end.
                for one in (serving, hung_up, reading):
                    one.cancel()
                ended = await asyncio.gather(serving, hung_up, reading, return_exceptions=True)
        for what in ended:
            if isinstance(what, BaseException) and not isinstance(what, asyncio.CancelledError):
                raise what
        if not stop.is_set():
            raise AgentGone("it hung up", hint="see the agent's log")

    def _counted(self, handler: Handler, line: AgentLine) -> Handler:
        """The same handler; the agent hears of every task that ended, for its metrics."""

        async def carry_out(ref: TaskRef, lease: Lease) -> Outcome:
            begun, ended = self.clock.monotonic(), "failed"
            try:
                outcome = await handler(ref, lease)
                ended = type(outcome).__name__.lower()
                return outcome
            finally:
                with contextlib.suppress(StateError):  # whoever waits for the end of the task finds that out
                    line.task_ended(ref.kind, ended, self.clock.monotonic() - begun)

        return carry_out

    async def _read_files(self, in_force: FleetInForce, every: timedelta) -> None:
        while True:
            await asyncio.sleep(every.total_seconds())
            try:
                in_force.refresh(self.clock.now())
            except AgentGone:
                return
            except VmsguardError as error:  # of the state, which the agent says it cannot read just now
                self.log.warning("files not read", why=error.message)

    def _now(self, standing: str) -> None:
        if standing != self.standing:
            self.log.warning(standing, worker=self.name)
        self.standing = standing


def _of_what_is_known(handler: Handler, in_force: FleetInForce) -> Handler:
    """A worker takes files over later than its agent does: what it does not know yet is put off, not handed round."""

    async def carry_out(ref: TaskRef, lease: Lease) -> Outcome:
        if in_force.target(ref.target) is None:
            return Retry(_NOT_KNOWN_YET)
        return await handler(ref, lease)

    return carry_out


async def _until(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
