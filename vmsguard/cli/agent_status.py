"""``vmsguard agent status``: how the running agent is, asked over its socket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from vmsguard.cli.output import format_option

__all__ = ["say_first_deletions", "status"]

_SECONDS = 10.0


@click.command()
@click.option("--all", "each", is_flag=True, help="Each target where a first deletion waits, not their count by site.")
@format_option
@click.pass_context
def status(ctx: click.Context, each: bool, output: str) -> None:
    """Say how the running agent is: how much is due, what is late or paused, and what keeps it from working.

    Exit codes: 0 it is ready; 2 no agent answers; 4 it answers and something keeps it from working.
    """
    from vmsguard.agent.control.client import ask_agent
    from vmsguard.cli.installation import config_path
    from vmsguard.cli.output import print_json
    from vmsguard.cli.state_lines import pause_line
    from vmsguard.fleet.load_config import load_config
    from vmsguard.model.counted import counted

    told = ask_agent(load_config(config_path(ctx)).agent.socket, "status", {}, seconds=_SECONDS)
    if output == "json":
        print_json(told)
    else:
        click.echo(told["status"])
        if told.get("workers") is not None:
            click.echo(f"{counted(told['workers'], 'worker is', 'workers are')} connected")
        tasks = f"{counted(told['running'], 'task')} running, {told['waiting']} waiting"
        click.echo(f"{tasks}; last round {told['last_round'] or 'none yet'}")
        for pause in told["pauses"]:
            click.echo(f"paused: {pause_line(pause)}")
        waiting = told["first_deletions"]
        say_first_deletions(
            ((one["target"], one["recordings"]) for one in waiting),
            {one["target"]: one.get("site", "") for one in waiting},
            each=each,
        )
        if hub := told.get("hub"):
            _say_hub(hub)
        for name, why in told["not_ready"].items():
            click.echo(f"not ready: {name}: {why}")
    ctx.exit(4 if told["not_ready"] else 0)


def _say_hub(hub: Mapping[str, Any]) -> None:
    """Whether evidence goes up, and which policies came down."""
    if hub["trouble"]:
        click.echo(f"evidence for the hub waits here: {hub['trouble']}")
    if hub["policies"]:
        how = "are in force" if hub["policies_in_force"] else "were taken over and are not in force yet"
        click.echo(f"policies of the hub: number {hub['policies']} {how}")


def say_first_deletions(waiting: Iterable[tuple[str, int]], sites: Mapping[str, str], *, each: bool = False) -> None:
    """Where first deletions wait for a person, and how they are approved: by site, or ``each`` by itself.

    ``sites`` has the site of each target; alone at its site, a target is named in any case.
    """
    from vmsguard.model.counted import counted

    by_site: dict[str, list[tuple[str, int]]] = {}
    for target, count in waiting:
        by_site.setdefault(sites.get(target, ""), []).append((target, count))
    for site, there in sorted(by_site.items()):
        if site and len(there) > 1 and not each:
            total = counted(sum(count for _, count in there), "recording")
            click.echo(f"first deletions wait at {site}: {counted(len(there), 'target')}, {total} in all")
            click.echo(f"  next: vmsguard agent approve --site {site} --by ROLE, which shows them and asks")
            continue
        for target, count in there:
            click.echo(f"a first deletion waits at {target}: {counted(count, 'recording')}")
            click.echo(f"  next: vmsguard agent approve {target} --purge {count} --by ROLE")
