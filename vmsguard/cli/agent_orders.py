"""``vmsguard agent pause│resume│approve``: what a person tells the agent; it reads them from the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from vmsguard.fleet.load_config import Config
    from vmsguard.model.standing_orders import PauseScope
    from vmsguard.state.store import State

__all__ = ["approve", "configured", "open_state", "pause", "resume", "role_of"]

by_option = click.option("--by", required=True, metavar="ROLE", help="Who says so, as role:<id>; never a name.")
site_option = click.option("--site", metavar="SITE", help="Only at this site.")
target_option = click.option("--target", metavar="TARGET", help="Only at this target.")


@click.command()
@site_option
@target_option
@click.option("--until", metavar="TIME", help="When it ends by itself, with an offset: 2026-11-23T06:00:00+09:00.")
@click.option("--reason", default="", help="Why, for whoever asks; it stays in the state.")
@click.option("--include-duties", is_flag=True, help="Deletions stand still too; each that is missed is recorded.")
@by_option
@click.pass_context
def pause(
    ctx: click.Context,
    site: str | None,
    target: str | None,
    until: str | None,
    reason: str,
    include_duties: bool,
    by: str,
) -> None:
    """Stop configuration writes, everywhere or at one site or target; deletions that are due go on.

    Works beside a running agent, which records it in the evidence.
    """
    from vmsguard.model.clock import SystemClock
    from vmsguard.model.standing_orders import Pause

    config = configured(ctx)
    scope, name = _reach(config, site, target)
    order = Pause(
        scope=scope,
        name=name,
        by=role_of(by),
        since=SystemClock().now(),
        until=None if until is None else _instant(until),
        reason=reason,
        duties=include_duties,
    )
    with open_state(config) as state:
        state.put_pause(order)
    stopped = "configuration writes and deletions" if include_duties else "configuration writes"
    click.echo(f"{stopped} are paused: {_where(scope, name)}")


@click.command()
@site_option
@target_option
@click.pass_context
def resume(ctx: click.Context, site: str | None, target: str | None) -> None:
    """End every pause of that reach, whoever made it; one of another reach stays."""
    from vmsguard.errors import UsageError
    from vmsguard.model.clock import SystemClock

    config = configured(ctx)
    scope, name = _reach(config, site, target)
    with open_state(config) as state:
        ended = state.end_pause(scope, name)
        left = state.pauses(SystemClock().now())
    standing = ", ".join(_where(one.scope, one.name) for one in left)
    if not ended:
        hint = f"what stands is a pause of: {standing}" if left else "no pause stands"
        raise UsageError(f"there is no pause of: {_where(scope, name)}", hint=hint)
    click.echo(f"the pause has ended: {_where(scope, name)}")
    if left:
        click.echo(f"still paused: {standing}")


@click.command()
@click.argument("target")
@click.option("--purge", "count", required=True, type=click.IntRange(min=1), help="At most so many recordings.")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 90), help="How long the approval holds.")
@by_option
@click.pass_context
def approve(ctx: click.Context, target: str, count: int, days: int, by: str) -> None:
    """Approve the first deletion at TARGET: what was stored before anybody was asked.

    vmsguard plan counts it. Every later deletion there is the duty's and needs no approval.
    """
    from datetime import timedelta

    from vmsguard.agent.approvals import approval_of_purge
    from vmsguard.model.clock import SystemClock

    config = configured(ctx)
    _reach(config, None, target)
    now = SystemClock().now()
    with open_state(config) as state:
        state.add_approval(approval_of_purge(target, count, role_of(by), now, now + timedelta(days=days)))
        state.wake_work([target], now)
    click.echo(f"approved: the first deletion at {target}, at most {count} recordings, for {days} days")


def configured(ctx: click.Context) -> Config:
    """The configuration alone: whoever gives an order needs no login of any camera, and none of the fleet's papers."""
    from vmsguard.cli.installation import config_path
    from vmsguard.fleet.load_config import load_config

    return load_config(config_path(ctx))


def open_state(config: Config) -> State:
    from vmsguard.model.clock import SystemClock
    from vmsguard.state import State

    return State.open(config.state, clock=SystemClock())


def _reach(config: Config, site: str | None, target: str | None) -> tuple[PauseScope, str]:
    from vmsguard.errors import UsageError
    from vmsguard.fleet.load_inventory import load_inventory
    from vmsguard.model.standing_orders import PauseScope
    from vmsguard.policy.syntax.suggest import did_you_mean

    if site is not None and target is not None:
        raise UsageError("--site and --target do not go together", hint="name one of them")
    if site is None and target is None:
        return PauseScope.ALL, ""
    targets = load_inventory(config.inventory).targets
    if target is not None:
        if target not in targets:
            raise UsageError(f"there is no target {target!r}", hint=did_you_mean(target, targets))
        return PauseScope.TARGET, target
    sites = {one.site for one in targets.values()}
    if site not in sites:
        raise UsageError(f"no target is at the site {site!r}", hint=did_you_mean(str(site), sites))
    return PauseScope.SITE, str(site)


def _where(scope: PauseScope, name: str) -> str:
    return f"{scope.value} {name}" if name else "everywhere"


def role_of(told: str) -> str:
    """A role as given to ``--by``; raises ``UsageError`` for anything else."""
    import re

    from vmsguard.errors import UsageError
    from vmsguard.model.lock import ROLE_PATTERN

    if not re.match(ROLE_PATTERN, told, re.ASCII):
        raise UsageError("--by: not a role", hint="write an id such as role:privacy-officer; no name, no address")
    return told


def _instant(told: str) -> datetime:
    from vmsguard.errors import UsageError
    from vmsguard.policy.syntax.instants import parse_instant

    try:
        return parse_instant(told)
    except ValueError as error:
        raise UsageError(f"--until: {error.args[0]}", hint=str(error.args[-1])) from error
