"""One agent from an installation: executor, leases, handler and loop put together."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence

from vmsguard.agent.agent import Agent, AgentPart
from vmsguard.agent.duty_clock import Tell
from vmsguard.agent.fleet_in_force import FleetInForce, FleetSource
from vmsguard.agent.leases import StateLeases
from vmsguard.agent.local_executor import LocalExecutor
from vmsguard.agent.settings import AgentSettings
from vmsguard.agent.worker import Worker
from vmsguard.fleet.read_agent import AgentConfig
from vmsguard.run.equipment import Equipment

__all__ = ["LocalAgent", "assemble", "settings_of"]


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


def assemble(
    equipment: Equipment,
    source: FleetSource,
    settings: AgentSettings,
    tell: Tell,
    new_run: Callable[[], str],
    parts: Sequence[AgentPart] = (),
) -> LocalAgent:
    """An agent that has not begun yet."""
    owner = f"{socket.gethostname()}:{os.getpid()}"
    leases = StateLeases(equipment.state, equipment.clock, owner=owner, term=settings.lease_seconds, seed=settings.seed)
    in_force = FleetInForce(source, equipment.state, tell)
    worker = Worker(equipment, in_force, settings, tell, new_run)
    executor = LocalExecutor(leases, in_flight=settings.in_flight)
    return LocalAgent(equipment, in_force, executor, worker, settings, tell, parts, looks=worker.looks)
