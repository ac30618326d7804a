"""``vmsguard agent approve``: a person's word for first deletions, at one target or at all that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vmsguard.cli.agent_orders import by_option, configured, role_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vmsguard.fleet.load_config import Config
    from vmsguard.model.inventory import Target

__all__ = ["approve"]


@click.command()
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@click.option("--site", metavar="SITE", help="Every target of this site where a first deletion waits.")
@click.option("--all", "everywhere", is_flag=True, help="Every target where a first deletion waits.")
@click.option(
    "--purge",
    "count",
    type=click.IntRange(min=1),
    help="At most so many recordings at each.  [default: what waits there]",
)
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 90), help="How long the approval holds.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@by_option
@click.pass_context
def approve(
    ctx: click.Context,
    targets: tuple[str, ...],
    site: str | None,
    everywhere: bool,
    count: int | None,
    days: int,
    yes: bool,
    by: str,
) -> None:
    """Approve the first deletion at each TARGET: what was stored before anybody was asked.

    The running agent knows what waits; it is shown with its counts and asked about first, unless one TARGET is
    approved with --purge. Where none runs, name the targets and --purge; vmsguard plan counts. Of several, a target
    where more waits than --purge allows is left out. Each approval is on record by itself. Every later deletion there
    is the duty's and needs no approval.
    """
    from vmsguard.cli.beside_agent import agent_runs
    from vmsguard.errors import UsageError
    from vmsguard.fleet.load_inventory import load_inventory
    from vmsguard.model.counted import counted

    config = configured(ctx)
    role = role_of(by)
    known = load_inventory(config.inventory).targets
    _require_one_way(targets, site, everywhere)
    _require_known(targets, site, known)
    if count is not None and len(set(targets)) == 1:
        counts = {targets[0]: count}
    elif agent_runs(config):
        waiting = _waiting(config)
        wanted = {name for name in waiting if everywhere or (site and name in known and known[name].site == site)}
        counts = _counts([*dict.fromkeys(targets), *sorted(wanted)], waiting, count)
        _tell(counts, known)
        _agreed(yes, counts, days)
    elif targets and count is not None:
        counts = dict.fromkeys(targets, count)
        _tell(counts, known)
        _agreed(yes, counts, days)
    else:
        raise UsageError(
            "no agent runs that could say what waits", hint="start it, or name the targets and --purge COUNT"
        )
    _keep(config, counts, days, role)
    for target in sorted(counts) if len(counts) == 1 else ():
        told = counted(counts[target], "recording")
        click.echo(f"approved: the first deletion at {target}, at most {told}, for {counted(days, 'day')}")
    if len(counts) > 1:
        total = counted(sum(counts.values()), "recording")
        click.echo(
            f"approved: the first deletions at {counted(len(counts), 'target')}, at most {total} in all, "
            f"for {counted(days, 'day')}"
        )


def _require_one_way(targets: tuple[str, ...], site: str | None, everywhere: bool) -> None:
    from vmsguard.errors import UsageError

    ways = [bool(targets), site is not None, everywhere]
    if sum(ways) != 1:
        told = "nothing is named to approve" if not any(ways) else "TARGET, --site and --all do not go together"
        raise UsageError(told, hint="give one of: targets, --site SITE, --all")


def _require_known(targets: tuple[str, ...], site: str | None, known: Mapping[str, Target]) -> None:
    from vmsguard.errors import UsageError
    from vmsguard.policy.syntax.suggest import did_you_mean

    for target in targets:
        if target not in known:
            raise UsageError(f"there is no target {target!r}", hint=did_you_mean(target, known))
    sites = {one.site for one in known.values()}
    if site is not None and site not in sites:
        raise UsageError(f"no target is at the site {site!r}", hint=did_you_mean(site, sites))


def _waiting(config: Config) -> dict[str, int]:
    from vmsguard.cli.beside_agent import ask

    return {one["target"]: one["recordings"] for one in ask(config, "status", {})["first_deletions"]}


def _counts(wanted: Iterable[str], waiting: Mapping[str, int], most: int | None) -> dict[str, int]:
    """What is approved at each; what waits nowhere, or is more than may go, is told and left out."""
    from vmsguard.errors import UsageError
    from vmsguard.model.counted import counted

    counts: dict[str, int] = {}
    for target in wanted:
        if target not in waiting:
            click.echo(f"left out    {target}: no first deletion waits there", err=True)
        elif most is not None and waiting[target] > most:
            told = f"{counted(waiting[target], 'recording')} wait, more than {most}"
            click.echo(f"left out    {target}: {told}", err=True)
        else:
            counts[target] = waiting[target]
    if not counts:
        raise UsageError("no first deletion waits that this would approve", hint="vmsguard agent status --all says")
    return counts


def _tell(counts: Mapping[str, int], known: Mapping[str, Target]) -> None:
    from vmsguard.model.counted import counted

    for target, count in sorted(counts.items()):
        click.echo(f"{target}  {known[target].site if target in known else '-'}  at most {counted(count, 'recording')}")


def _agreed(yes: bool, counts: Mapping[str, int], days: int) -> None:
    """A person's word, once the counts were shown."""
    import sys

    from vmsguard.errors import UsageError
    from vmsguard.model.counted import counted

    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("nobody is there to ask", hint="look at what is told above, then add --yes")
    total = counted(sum(counts.values()), "recording")
    where = counted(len(counts), "target")
    click.confirm(f"Approve deleting at most {total} at {where}, for {counted(days, 'day')}?", abort=True, err=True)


def _keep(config: Config, counts: Mapping[str, int], days: int, role: str) -> None:
    import os
    from datetime import timedelta

    from vmsguard.agent.control.asked_orders import ApprovalAsked, ApprovalsAsked
    from vmsguard.agent.control.orders import keep_approval
    from vmsguard.cli.beside_agent import agent_runs, ask
    from vmsguard.cli.order_kept import state_and_log

    each = tuple(ApprovalAsked(target=name, count=count, days=days, by=role) for name, count in sorted(counts.items()))
    if agent_runs(config):
        ask(config, "approve", ApprovalsAsked(each))
        return
    with state_and_log(config) as (state, log, now):
        for one in each:
            ends = now + timedelta(days=one.days)
            keep_approval(state, log, one.target, one.count, one.by, now, ends, os.getuid())
