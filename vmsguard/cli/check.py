"""``vmsguard check``: observe and judge; changes no device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vmsguard.cli.output import format_option

if TYPE_CHECKING:
    from vmsguard.run.outcome import RunOutcome

__all__ = ["check", "fail_on_option", "limit_option", "show"]

limit_option = click.option("--limit", multiple=True, metavar="CAMERA", help="Only this camera; may be repeated.")
fail_on_option = click.option(
    "--fail-on", metavar="WORDS", help="What makes the exit code non-zero: fail, unknown, incomplete (all by default)."
)


@click.command()
@limit_option
@fail_on_option
@click.option("--controls", is_flag=True, help="Show every control below its rule.")
@format_option
@click.pass_context
def check(ctx: click.Context, limit: tuple[str, ...], fail_on: str | None, controls: bool, output: str) -> None:
    """Observe every target, judge every camera, write evidence and state.

    Sends no write to any device. Where the agent runs, it does this beside its own work. Exit codes: 0 all
    pass, 2 usage or configuration, 3 violations or conflicts, 4 something unknown.
    """
    from vmsguard.cli.installation import carry_out, parse_fail_on
    from vmsguard.run.asked import AskedRun

    outcome = carry_out(ctx, AskedRun(command="check", limit=limit, fail_on=parse_fail_on(fail_on)))
    show(outcome, output, controls=controls)
    ctx.exit(outcome.exit_code)


def show(outcome: RunOutcome, output: str, *, controls: bool) -> None:
    """A run's outcome in the asked-for format."""
    from vmsguard.cli.output import make_console, print_json_members

    if output == "json":
        print_json_members(outcome.json_members())
        return
    from vmsguard.cli.tables import show_outcome

    show_outcome(make_console(), outcome, controls=controls)
