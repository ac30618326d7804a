"""``vmsguard agent worker``: a process that carries tasks out for the agent of its machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vmsguard.agent.worker_process import WorkerProcess
    from vmsguard.cli.installation import Installation
    from vmsguard.net.blocking import BlockingPool
    from vmsguard.net.pool import ConnectionPool

__all__ = ["worker"]


@click.command()
@click.option("--name", metavar="NAME", help="What the agent's journal calls it; host and process unless given.")
@click.option(
    "--in-flight",
    type=click.IntRange(1, 1000),
    help="Targets this worker works on at once; agent: in_flight: unless given.",
)
@click.pass_context
def worker(ctx: click.Context, name: str | None, in_flight: int | None) -> None:
    """Carry out tasks that the running agent hands over, until SIGTERM or SIGINT.

    Runs as the agent's user and reads the same configuration, inventory and policies; logins it resolves itself.
    State and evidence are the agent's: this process asks for both over the agent's worker socket, and while the agent
    is away it sends nothing to any device, waits and comes again. On a signal it begins nothing more and finishes or
    hands back what it has in hand.

    Exit codes: 0 stopped in order; 2 configuration, or an agent of another version or user.
    """
    import asyncio

    from vmsguard.cli.diagnostics import configure_logging
    from vmsguard.cli.installation import config_path, open_installation
    from vmsguard.errors import UsageError
    from vmsguard.net.blocking import BlockingPool

    installation = open_installation(config_path(ctx))
    agent = installation.config.agent
    if not installation.registry.executor_entry(agent.executor).workers:
        raise UsageError(
            f"agent: executor: {agent.executor} has no workers: the agent's own process does the work",
            hint="set agent: executor: nats (docs/operations.md)",
        )
    configure_logging(ctx.find_root().obj["debug"], warnings=True)
    with BlockingPool() as blocking:
        asyncio.run(_live(installation, blocking, name, in_flight or agent.in_flight))
    click.echo("stopped in order")


async def _live(installation: Installation, blocking: BlockingPool, name: str | None, in_flight: int) -> None:
    import asyncio
    import os
    import signal

    from vmsguard.agent.health.part import HealthPart
    from vmsguard.agent.health.service_manager import ServiceManager
    from vmsguard.agent.health.vitals import Vitals
    from vmsguard.model.clock import SystemClock
    from vmsguard.net.pool import ConnectionPool

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop.set)
    async with ConnectionPool() as pool:
        process = _process(installation, pool, blocking, name, in_flight)
        click.echo(f"worker {process.name} of {installation.config.evidence.origin}; SIGTERM and Ctrl-C stop it")
        vitals = Vitals(clock=SystemClock())
        manager = ServiceManager.from_environment(os.environ)
        # The line to the agent is asked in this very loop: one that hangs is one that does not answer the watchdog.
        health = HealthPart(vitals, manager, status=lambda: process.standing, look=vitals.tick)
        await health.start()
        try:
            await process.run(stop)
        finally:
            await health.stop()


def _process(
    installation: Installation, pool: ConnectionPool, blocking: BlockingPool, name: str | None, in_flight: int
) -> WorkerProcess:
    import structlog

    from vmsguard.agent.assemble import process_name, settings_of
    from vmsguard.agent.files import FleetFiles
    from vmsguard.agent.worker_process import WorkerProcess
    from vmsguard.agent.workers.agent_line import AgentLine
    from vmsguard.cli.installation import instruments_of
    from vmsguard.model.clock import SystemClock
    from vmsguard.run.equipment import Equipment, no_progress
    from vmsguard.run.run_id import new_run_id

    config, clock = installation.config, SystemClock()

    def equip(line: AgentLine) -> Equipment:
        instruments = instruments_of(installation, clock, pool, line.state, blocking, no_progress)
        return Equipment(**instruments, evidence=line.evidence)

    return WorkerProcess(
        name=name or process_name(),
        socket=config.agent.workers,
        factory=installation.registry.executor_factory(config.agent.executor),
        equip=equip,
        source=FleetFiles(config, installation.registry, installation.fleet),
        settings=settings_of(config.agent, config.evidence.origin),
        config=config.agent,
        secrets=installation.secrets,
        clock=clock,
        in_flight=in_flight,
        new_run=lambda: new_run_id(clock),
        log=structlog.get_logger("vmsguard.agent"),
    )
