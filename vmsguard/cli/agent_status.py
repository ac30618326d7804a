"""``vmsguard agent status``: how the running agent is, asked over its socket."""

from __future__ import annotations

from collections.abc import Iterable

import click

from vmsguard.cli.output import format_option

__all__ = ["say_first_deletions", "status"]

_SECONDS = 10.0


@click.command()
@format_option
@click.pass_context
def status(ctx: click.Context, output: str) -> None:
    """Say how the running agent is: how much is due, what is late or paused, and what keeps it from working.

    Exit codes: 0 it is ready; 2 no agent answers; 4 it answers and something keeps it from working.
    """
    from vmsguard.agent.control.client import ask_agent
    from vmsguard.cli.installation import config_path
    from vmsguard.cli.output import print_json
    from vmsguard.cli.state_lines import pause_line
    from vmsguard.fleet.load_config import load_config

    told = ask_agent(load_config(config_path(ctx)).agent.socket, "status", {}, seconds=_SECONDS)
    if output == "json":
        print_json(told)
    else:
        click.echo(told["status"])
        if told.get("workers") is not None:
            click.echo("1 worker is connected" if told["workers"] == 1 else f"{told['workers']} workers are connected")
        click.echo(
            f"{told['running']} tasks running, {told['waiting']} waiting; last round {told['last_round'] or 'none yet'}"
        )
        for pause in told["pauses"]:
            click.echo(f"paused: {pause_line(pause)}")
        say_first_deletions((one["target"], one["recordings"]) for one in told["first_deletions"])
        for name, why in told["not_ready"].items():
            click.echo(f"not ready: {name}: {why}")
    ctx.exit(4 if told["not_ready"] else 0)


def say_first_deletions(waiting: Iterable[tuple[str, int]]) -> None:
    """Where a first deletion waits for a person, and how it is approved."""
    for target, count in waiting:
        click.echo(f"a first deletion waits at {target}: {count} recording{'' if count == 1 else 's'}")
        click.echo(f"  next: vmsguard agent approve {target} --purge {count} --by ROLE")
