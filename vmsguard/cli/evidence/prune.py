"""``vmsguard evidence prune``: take what is past its retention from the log's start."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vmsguard.cli.evidence.erasing import agreed, key_option, reason_option, yes_option
from vmsguard.cli.evidence.instants import instant_option
from vmsguard.errors import UsageError

if TYPE_CHECKING:
    from vmsguard.evidence.erasing.prune import PrunePlan

__all__ = ["prune"]


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@click.option("--before", default="", help="Prune what is older than this time: RFC 3339, or a date in UTC.")
@click.option("--older-than", default="", help="Prune what is older than this, as ISO 8601: P365D.")
@reason_option
@click.option("--policy", default="", help="The rule of retention, in words; it goes on record. Name no person.")
@click.option("--dry-run", is_flag=True, help="Only tell what would go; needs no key and touches nothing.")
@yes_option
@key_option
@click.pass_context
def prune(
    ctx: click.Context,
    directory: Path | None,
    before: str,
    older_than: str,
    reason: str,
    policy: str,
    dry_run: bool,
    yes: bool,
    key_file: Path | None,
) -> None:
    """Remove whole sealed segments that hold nothing younger, from the log's start on. For good.

    Their hashes and the anchors stay, so later records and heads are proven as before. Refused while a change
    without a result, a duty without an end or a hold in force still needs a record that would go; and, where a hub
    takes this log, beyond what the hub has confirmed.
    """
    from vmsguard.cli.evidence.confirmed import confirmed_here, require_confirmed
    from vmsguard.cli.evidence.erasing import directory_of, tell_unfinished
    from vmsguard.cli.installation import config_path
    from vmsguard.cli.output import progress_bar
    from vmsguard.cli.own_log import log_of
    from vmsguard.evidence.disk import Disk
    from vmsguard.evidence.erasing.prune import plan_pruning
    from vmsguard.evidence.erasing.prune import prune as prune_log
    from vmsguard.model.clock import SystemClock

    border = _border(before, older_than)
    with progress_bar() as bar:
        plan = plan_pruning(
            directory_of(ctx, directory), border, reason, policy, lambda done, total: bar("segments", done, total)
        )
    _tell(plan, border)
    confirmed = confirmed_here(ctx, directory)
    require_confirmed(plan, confirmed)
    unfinished = tell_unfinished(directory_of(ctx, directory))
    if dry_run or (plan.erasure is None and not unfinished):
        return
    own = log_of(config_path(ctx), directory, key_file)
    agreed(yes, "pruning removes records for good", "Remove these records now?")
    with own.opened(SystemClock()) as log:
        if confirmed is not None:
            # The log may have grown since: what goes is looked at again under its lock.
            require_confirmed(plan_pruning(own.directory, border, reason, policy), confirmed)
        done = prune_log(log, own.directory, border, reason, policy, Disk())
    if done.erasure is None:
        click.echo("what was unfinished is done; there was nothing else to prune")
    else:
        click.echo(f"pruned: records {done.gone} to {done.erasure.last} are gone; the log says so, and its proofs hold")


def _border(before: str, older_than: str) -> datetime:
    """The time from which on everything stays."""
    if bool(before) == bool(older_than):
        raise UsageError("say what is old", hint="give one of --before TIME and --older-than P365D")
    at = instant_option("--before", before)
    if at is not None:
        return at
    from vmsguard.policy.syntax.durations import parse_duration

    try:
        return datetime.now(UTC) - parse_duration(older_than)
    except ValueError as error:
        wrong, instead = error.args
        raise UsageError(f"--older-than: {wrong}", hint=instead) from error


def _tell(plan: PrunePlan, border: datetime) -> None:
    erasure = plan.erasure
    if erasure is None:
        click.echo(f"no sealed segment holds only records from before {border:%Y-%m-%dT%H:%M:%SZ}: nothing to prune")
        return
    click.echo(f"records     {plan.gone} to {erasure.last}, all from before {border:%Y-%m-%dT%H:%M:%SZ}")
    if plan.gone:
        click.echo(f"gone        records 0 to {plan.gone - 1}, pruned before; the counts cover them too")
    for event, count in sorted(erasure.events.items(), key=lambda item: (-item[1], item[0])):
        click.echo(f"  {count:>9} {event}")
    if erasure.cut_runs:
        click.echo(f"cut runs    {', '.join(erasure.cut_runs)}: a part of their records stays")
    if erasure.open_intents:
        click.echo(f"intents     {', '.join(map(str, erasure.open_intents))} go, their results stay")
    if erasure.open_duties:
        click.echo(f"duties      {erasure.open_duties} that were open then; their ends stay")
