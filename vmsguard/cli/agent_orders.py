"""``vmsguard agent pause│resume``: what a person tells the agent, running or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from vmsguard.agent.control.asked_orders import Reach
    from vmsguard.fleet.load_config import Config

__all__ = ["by_option", "configured", "pause", "resume", "role_of"]

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

    A running agent is told over its socket; where none runs it finds the pause when it starts.
    """
    import os

    from vmsguard.agent.control.asked_orders import PauseAsked
    from vmsguard.agent.orders.standing_orders import Orders
    from vmsguard.cli.beside_agent import agent_runs, ask
    from vmsguard.cli.order_kept import state_and_log

    config = configured(ctx)
    reach = _reach(config, site, target)
    ends = None if until is None else _instant(until)
    asked = PauseAsked(reach=reach, by=role_of(by), until=ends, reason=reason, duties=include_duties)
    if agent_runs(config):
        ask(config, "pause", asked)
    else:
        with state_and_log(config) as (state, log, now):
            pause = asked.pause(now)
            if log is None:
                state.put_pause(pause)
            else:
                Orders.keep(state, log, pause, os.getuid())
    stopped = "configuration writes and deletions" if include_duties else "configuration writes"
    click.echo(f"{stopped} are paused: {_where(reach)}")


@click.command()
@site_option
@target_option
@click.pass_context
def resume(ctx: click.Context, site: str | None, target: str | None) -> None:
    """End every pause of that reach, whoever made it; one of another reach stays."""
    import os

    import msgspec

    from vmsguard.agent.control.asked_orders import Reach, Resumed
    from vmsguard.agent.orders.standing_orders import Orders
    from vmsguard.cli.beside_agent import agent_runs, ask
    from vmsguard.cli.order_kept import state_and_log
    from vmsguard.errors import UsageError

    config = configured(ctx)
    reach = _reach(config, site, target)
    if agent_runs(config):
        resumed = msgspec.convert(ask(config, "resume", reach), Resumed)
    else:
        with state_and_log(config) as (state, log, now):
            if log is None:
                ended = state.end_pause(reach.scope, reach.name)
            else:
                ended = Orders.end(state, log, reach.scope, reach.name, os.getuid(), now)
            resumed = Resumed(ended, tuple(Reach(one.scope, one.name) for one in state.pauses(now)))
    standing = ", ".join(dict.fromkeys(_where(one) for one in resumed.left))  # two people may have paused one place
    if not resumed.ended:
        hint = f"what stands is a pause of: {standing}" if resumed.left else "no pause stands"
        raise UsageError(f"there is no pause of: {_where(reach)}", hint=hint)
    click.echo(f"the pause has ended: {_where(reach)}")
    if resumed.left:
        click.echo(f"still paused: {standing}")


def configured(ctx: click.Context) -> Config:
    """The configuration alone: whoever gives an order needs no login of any camera, and none of the fleet's papers."""
    from vmsguard.cli.installation import config_path
    from vmsguard.fleet.load_config import load_config

    return load_config(config_path(ctx))


def _reach(config: Config, site: str | None, target: str | None) -> Reach:
    from vmsguard.agent.control.asked_orders import Reach
    from vmsguard.errors import UsageError
    from vmsguard.fleet.load_inventory import load_inventory
    from vmsguard.model.standing_orders import PauseScope
    from vmsguard.policy.syntax.suggest import did_you_mean

    if site is not None and target is not None:
        raise UsageError("--site and --target do not go together", hint="name one of them")
    if site is None and target is None:
        return Reach(PauseScope.ALL)
    targets = load_inventory(config.inventory).targets
    if target is not None:
        if target not in targets:
            raise UsageError(f"there is no target {target!r}", hint=did_you_mean(target, targets))
        return Reach(PauseScope.TARGET, target)
    sites = {one.site for one in targets.values()}
    if site not in sites:
        raise UsageError(f"no target is at the site {site!r}", hint=did_you_mean(str(site), sites))
    return Reach(PauseScope.SITE, str(site))


def _where(reach: Reach) -> str:
    return f"{reach.scope.value} {reach.name}" if reach.name else "everywhere"


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
    from vmsguard.model.clock import SystemClock
    from vmsguard.policy.syntax.instants import parse_instant

    try:
        instant = parse_instant(told)
    except ValueError as error:
        raise UsageError(f"--until: {error.args[0]}", hint=str(error.args[-1])) from error
    if instant <= SystemClock().now():
        raise UsageError(f"--until: {told} is over: nothing would be paused", hint="name a time that is to come")
    return instant
