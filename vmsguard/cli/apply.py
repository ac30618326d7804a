"""``vmsguard apply``: make the enforceable changes and prove them by a fresh read-back."""

from __future__ import annotations

import sys

import click

from vmsguard.cli.check import fail_on_option, limit_option, show
from vmsguard.cli.output import format_option

__all__ = ["apply"]


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False))
@limit_option
@fail_on_option
@click.option("--yes", is_flag=True, help="Do not ask. Does not cover a first purge.")
@click.option(
    "--confirm-purge",
    type=click.IntRange(min=1),
    metavar="COUNT",
    help="The most recordings this run may delete for the first time, as the plan counts them; one person's act.",
)
@click.option("--controls", is_flag=True, help="Show every control below its rule.")
@format_option
@click.pass_context
def apply(
    ctx: click.Context,
    file: str | None,
    limit: tuple[str, ...],
    fail_on: str | None,
    yes: bool,
    confirm_purge: int | None,
    controls: bool,
    output: str,
) -> None:
    """Send the enforceable changes of FILE, or of a plan made now, and verify them from fresh sessions.

    What a device answers is not believed: verdicts rest on a read-back after settling and on a second
    witness where there is one. Where the agent runs, it does this beside its own work; stopped here, it
    begins no further change. Exit codes: 0 all pass, 2 usage or configuration, 3 violations or
    conflicts, 4 something unknown, 5 remediation incomplete.
    """
    from pathlib import Path

    from vmsguard.cli.installation import carry_out, parse_fail_on
    from vmsguard.run.asked import AskedRun
    from vmsguard.run.plan_file import load_plan

    asked = AskedRun(
        command="apply",
        limit=limit,
        fail_on=parse_fail_on(fail_on),
        saved=None if file is None else load_plan(Path(file)),
        confirm_purge=confirm_purge,
    )
    outcome = carry_out(ctx, asked, agree=lambda: None if yes else _ask())
    show(outcome, output, controls=controls)
    ctx.exit(outcome.exit_code)


def _ask() -> None:
    """A person's word before anything is written; raises where nobody is there to give it."""
    from vmsguard.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError(
            "apply changes devices and nobody is there to ask", hint="look at vmsguard plan, then add --yes"
        )
    click.confirm("Apply the enforceable changes to the devices now?", abort=True, err=True)
