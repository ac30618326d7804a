"""``vmsguard agent run``: the loop, until a signal or, with ``--once``, until nothing is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections import Counter
    from datetime import datetime

    from vmsguard.agent.agent import Agent
    from vmsguard.agent.assemble import LocalAgent
    from vmsguard.agent.beside import Beside
    from vmsguard.agent.files import FleetFiles
    from vmsguard.agent.health.vitals import Vitals
    from vmsguard.cli.installation import Installation
    from vmsguard.run.equipment import Equipment

__all__ = ["run"]


@click.command()
@click.option("--once", is_flag=True, help="Work off what is due now, then stop; for cron and for trying it.")
@click.pass_context
def run(ctx: click.Context, once: bool) -> None:
    """Carry out every deletion in time, and find and repair drift, until SIGTERM or SIGINT.

    Duties of packs in enforce are carried out without being asked, holds left out; the first deletion of a place
    waits for vmsguard agent approve. Configuration is changed only for packs in enforce that vmsguard policy lock
    holds as they are here. A changed inventory, policy, hold or exception is in force within a minute; files with
    mistakes leave what was in force in force. On a signal it begins nothing more, finishes or hands back what it
    has in hand, and signs the evidence.

    With agent: executor: nats the tasks are carried out by vmsguard agent worker processes. --once does its one round
    in this process even then, so that what is due can be deleted without server and workers.

    Exit codes: 0 stopped in order; 2 configuration, evidence or state; with --once those of check.
    """
    from vmsguard.cli.installation import config_path, open_installation, run_with_equipment

    installation = open_installation(config_path(ctx))
    debug = ctx.find_root().obj["debug"]
    live = run_with_equipment(
        installation, lambda equipment: _live(installation, equipment, once), debug=debug, warnings=not once
    )
    ctx.exit(live)


async def _live(installation: Installation, equipment: Equipment, once: bool) -> int:
    from vmsguard.agent.assemble import assembled_with, settings_of
    from vmsguard.agent.uplink.of_config import uplink_of
    from vmsguard.run.run_id import new_run_id

    if once:
        return await _once(installation, equipment)
    beside, quiet, source = _around(installation, equipment)
    registry, config = installation.registry, installation.config
    uplink = uplink_of(config, installation.secrets, registry, quiet, beside.tell)
    beside.hub = None if uplink is None else uplink.hearing
    entry = registry.executor_entry(config.agent.executor)
    assembled = assembled_with(
        registry.executor_factory(entry.name),
        quiet,
        source,
        settings_of(config.agent, config.evidence.origin),
        beside.tell,
        lambda: new_run_id(equipment.clock),
        config=config.agent,
        secrets=installation.secrets,
        by_workers=entry.workers,
        task_ended=beside.metrics.task_ended,
    )
    async with assembled as agent:
        agent.handler = beside.counted(agent.handler)
        agent.parts = (*agent.parts, *beside.parts(agent), *(() if uplink is None else (uplink,)))
        await _until_a_signal(agent, installation, beside.vitals)
    click.echo("stopped in order")
    return 0


async def _until_a_signal(agent: Agent, installation: Installation, vitals: Vitals) -> None:
    import asyncio
    import signal

    from vmsguard.model.counted import counted

    inventory = installation.fleet.inventory
    click.echo(
        f"agent of {installation.config.evidence.origin}: {counted(len(inventory.targets), 'target')}, "
        f"{counted(len(inventory.cameras), 'camera')}; vmsguard agent status asks it, SIGTERM and Ctrl-C stop it"
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told_to_stop() -> None:
        vitals.stopping = True  # from here on, not when the last task has ended: that may take minutes
        stop.set()

    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, told_to_stop)
    await agent.run(stop)


async def _once(installation: Installation, equipment: Equipment) -> int:
    """One round in this very process, whatever the executor: it needs no worker and no server."""
    from vmsguard.agent.assemble import assemble, settings_of
    from vmsguard.run.run_id import new_run_id

    config = installation.config
    beside, quiet, source = _around(installation, equipment)
    settings = settings_of(config.agent, config.evidence.origin)
    agent = assemble(quiet, source, settings, beside.tell, lambda: new_run_id(equipment.clock))
    await agent.once()
    await beside.tell_waiting(agent)
    _say_what_came_of_it(agent, equipment.clock.now())
    return _exit_code(agent)


def _around(installation: Installation, equipment: Equipment) -> tuple[Beside, Equipment, FleetFiles]:
    """What an agent is put into: what may live beside its loop, what it works with, and where its fleet comes from."""
    import os
    from dataclasses import replace

    from vmsguard.agent.beside import Beside
    from vmsguard.agent.files import FleetFiles
    from vmsguard.cli.failures import exit_code_of
    from vmsguard.run.equipment import no_progress

    config = installation.config
    quiet = replace(equipment, progress=no_progress)
    beside = Beside(config, installation.secrets, quiet, os.environ, exit_code_of)
    return beside, quiet, FleetFiles(config, installation.registry, installation.fleet)


def _say_what_came_of_it(agent: LocalAgent, now: datetime) -> None:
    from vmsguard.agent.standing_now import status_line
    from vmsguard.cli.agent_status import say_first_deletions

    verdicts = _verdicts(agent)
    told = ", ".join(f"{verdicts[name]} {name.replace('_', ' ')}" for name in sorted(verdicts)) or "none yet"
    click.echo(f"{status_line(agent.equipment.state, agent.in_force, now)}; rules by their last verdict: {told}")
    targets = agent.in_force.fleet.inventory.targets
    say_first_deletions(agent.looks.waiting(), {name: target.site for name, target in targets.items()})


def _verdicts(agent: LocalAgent) -> Counter[str]:
    """The last verdicts of every rule, counted."""
    from collections import Counter

    cameras = agent.in_force.fleet.inventory.cameras
    return Counter(
        one.verdict
        for one in agent.equipment.state.standings()
        if one.rule and not one.control and one.camera in cameras
    )


def _exit_code(agent: LocalAgent) -> int:
    """As check tells it, from the last verdicts of every rule."""
    from vmsguard.model.vocabulary import Verdict
    from vmsguard.run.exit_code import ExitCode

    verdicts = _verdicts(agent).keys()
    if verdicts & {Verdict.FAIL.value, Verdict.CONFLICT.value}:
        return ExitCode.VIOLATIONS
    # What nobody could see keeps its last verdict, so who is not reached is asked for by its work.
    unreached = any(agent.looks.silent(work.target, work.attempt) for work in agent.equipment.state.all_work())
    return ExitCode.UNKNOWN if unreached or Verdict.UNKNOWN.value in verdicts else ExitCode.PASS
