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

    Exit codes as for check.
    """
    from pathlib import Path

    from vmsguard.cli.installation import (
        config_path,
        new_run_id,
        open_installation,
        parse_fail_on,
        run_with_equipment,
    )
    from vmsguard.model.clock import SystemClock
    from vmsguard.run.check import run_check
    from vmsguard.run.plan_file import save_plan

    narrowed = parse_fail_on(fail_on)
    installation = open_installation(config_path(ctx), limit=limit)
    run = new_run_id(SystemClock())
    outcome = run_with_equipment(
        installation,
        lambda equipment: run_check(
            installation.fleet, equipment, run, command="plan", show_plan=True, fail_on=narrowed
        ),
        debug=ctx.find_root().obj["debug"],
    )
    if out is not None and outcome.plan is not None:
        save_plan(outcome.plan, Path(out))
    show(outcome, output, controls=controls)
    ctx.exit(outcome.exit_code)
