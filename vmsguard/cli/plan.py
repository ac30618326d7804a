"""``vmsguard plan``: what apply would change, why, in which order, and what stands in the way."""

from __future__ import annotations

import click

from vmsguard.cli.check import fail_on_option, limit_option, show
from vmsguard.cli.output import format_option

__all__ = ["plan"]


@click.command()
@limit_option
@fail_on_option
@click.option("--controls", is_flag=True, help="Show every control below its rule.")
@click.option("-o", "--out", type=click.Path(dir_okay=False), help="Save the plan for apply FILE.")
@format_option
@click.pass_context
def plan(
    ctx: click.Context, limit: tuple[str, ...], fail_on: str | None, controls: bool, out: str | None, output: str
) -> None:
    """Observe, judge and plan. Uses read logins only and sends no write to any device.

    Where the agent runs, it does this beside its own work. Exit codes as for check.
    """
    from pathlib import Path

    from vmsguard.cli.installation import carry_out, parse_fail_on
    from vmsguard.run.asked import AskedRun
    from vmsguard.run.plan_file import save_plan

    outcome = carry_out(ctx, AskedRun(command="plan", limit=limit, fail_on=parse_fail_on(fail_on)))
    if out is not None and outcome.plan is not None:
        save_plan(outcome.plan, Path(out))
    show(outcome, output, controls=controls)
    ctx.exit(outcome.exit_code)
