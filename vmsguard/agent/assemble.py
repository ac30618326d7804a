"""One agent from an installation: executor, leases, handler and loop put together."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from vmsguard.agent.agent import Agent, AgentPart
from vmsguard.agent.execution.dispatching import Dispatching
from vmsguard.agent.execution.executor import ExecutorFactory, ExecutorNeeds
from vmsguard.agent.execution.leases import StateLeases
from vmsguard.agent.execution.local_executor import LocalExecutor
from vmsguard.agent.execution.worker import Worker
from vmsguard.agent.fleet_in_force import FleetInForce, FleetSource
from vmsguard.agent.schedule.duty_clock import Tell
from vmsguard.agent.settings import AgentSettings
from vmsguard.agent.workers.answering import TaskEnded
from vmsguard.agent.workers.server import WorkerServer
from vmsguard.fleet.read_agent import AgentConfig
from vmsguard.fleet.secrets import SecretStore
from vmsguard.run.equipment import Equipment

__all__ = ["LocalAgent", "assemble", "assembled_with", "process_name", "settings_of", "sites_of"]


class LocalAgent(Agent):
    """An agent whose executor is this process."""

    executor: LocalExecutor

    async def once(self) -> None:
        """Work off what is due now, and return."""
        await self.run_once(self.executor.idle)


def settings_of(config: AgentConfig, origin: str) -> AgentSettings:
    """The settings of a configuration; sweeps are spread by the installation's own name."""
    return AgentSettings(
        sweep=config.sweep,
        watch=config.watch,
        in_flight=config.in_flight,
        starts_per_second=config.starts_per_second,
        lease_seconds=config.lease.total_seconds(),
        seed=origin,
    )


def process_name() -> str:
    """What this process calls itself where several work for one site."""
    return f"{socket.gethostname()}:{os.getpid()}"


def sites_of(in_force: FleetInForce) -> frozenset[str]:
    """The sites at which there is something to be looked at."""
    return frozenset(target.site for target in in_force.targets_with_cameras())


def assemble(
    equipment: Equipment,
    source: FleetSource,
    settings: AgentSettings,
    tell: Tell,
    new_run: Callable[[], str],
    parts: Sequence[AgentPart] = (),
) -> LocalAgent:
    """An agent of one process that has not begun yet."""
    leases = _leases(equipment, settings)
    in_force = FleetInForce(source, equipment.state, tell)
    worker = Worker(equipment, in_force, settings, tell, new_run)
    executor = LocalExecutor(leases, in_flight=settings.in_flight)
    return LocalAgent(
        equipment,
        in_force,
        executor,
        worker,
        settings,
        tell,
        parts,
        looks=worker.looks,
        give_back_left=leases.give_back_left,
    )


@asynccontextmanager
async def assembled_with(
    factory: ExecutorFactory,
    equipment: Equipment,
    source: FleetSource,
    settings: AgentSettings,
    tell: Tell,
    new_run: Callable[[], str],
    *,
    config: AgentConfig,
    secrets: SecretStore,
    by_workers: bool,
    task_ended: TaskEnded,
) -> AsyncIterator[Agent]:
    """An agent with any executor; where workers carry the tasks out, it serves their socket and nothing else.

    ``task_ended`` is told of the tasks of workers.
    """
    in_force = FleetInForce(source, equipment.state, tell)
    worker = Worker(equipment, in_force, settings, tell, new_run)
    leases = _leases(equipment, settings)
    needs = ExecutorNeeds(
        leases=leases,
        config=config,
        secrets=secrets,
        name=f"vmsguard agent {process_name()}",
        sites=lambda: sites_of(in_force),
        in_flight=settings.in_flight,
    )
    async with factory(needs) as executor:
        if not by_workers:
            yield Agent(
                equipment,
                in_force,
                executor,
                worker,
                settings,
                tell,
                looks=worker.looks,
                give_back_left=leases.give_back_left,
            )
            return
        server = WorkerServer(
            config.workers, equipment, tell=tell, looks=worker.looks, log=equipment.log, task_ended=task_ended
        )
        dispatching = Dispatching(executor, lambda: server.connected)
        yield Agent(equipment, in_force, dispatching, worker, settings, tell, (server,), looks=worker.looks)


def _leases(equipment: Equipment, settings: AgentSettings) -> StateLeases:
    return StateLeases(
        equipment.state,
        equipment.clock,
        owner=process_name(),
        term=settings.lease_seconds,
        seed=settings.seed,
    )
