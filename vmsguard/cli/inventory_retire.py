"""``vmsguard inventory retire``: what ends the duties of a camera that is gone, and the only thing that does."""

from __future__ import annotations

import click

__all__ = ["DISPOSAL", "retire"]

DISPOSAL = "disposal"
"""The kind of document that says what became of a device and of what was stored in it."""


@click.command()
@click.argument("camera")
@click.option(
    "--record",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="A kind: Document file of the kind disposal that covers the camera.",
)
@click.option("--by", required=True, metavar="ROLE", help="Who retires it, as role:<id>; never a name.")
@click.pass_context
def retire(ctx: click.Context, camera: str, file: str, by: str) -> None:
    """End the duties of CAMERA, which the inventory no longer has, by the record of its disposal.

    A camera that is merely missing from the inventory keeps its duties: it is worked with its last address and
    login, and what is not deleted in time is missed. Works beside a running agent; the next run records that the
    duties ended.
    """
    import os
    from pathlib import Path

    from vmsguard.agent.control.asked_orders import RetirementAsked
    from vmsguard.agent.control.orders import keep_retirement, require_known
    from vmsguard.cli.agent_orders import configured, role_of
    from vmsguard.cli.beside_agent import agent_runs, ask
    from vmsguard.cli.order_kept import state_and_log
    from vmsguard.errors import UsageError
    from vmsguard.fleet.load_inventory import load_inventory
    from vmsguard.model.clock import SystemClock
    from vmsguard.model.paper_days import begins, in_zone
    from vmsguard.policy.load_site_files import load_documents

    config = configured(ctx)
    inventory = load_inventory(config.inventory)
    if camera in inventory.cameras:
        raise UsageError(f"{camera} is in the inventory", hint="take it out there first; retire what is gone")
    papers = [one for one in load_documents([Path(file)]) if one.kind == DISPOSAL]
    paper = next((one for one in papers if camera in one.cameras), None)
    if paper is None:
        raise UsageError(
            f"{file}: no document of kind {DISPOSAL} covers {camera}",
            hint=f"write kind: {DISPOSAL} under document:, and the camera under covers:",
        )
    stated = next((inventory.zones[site] for site in paper.sites if site in inventory.zones), "")
    if begins(*in_zone((paper,), stated)) > SystemClock().now():
        raise UsageError(f"{file}: dated {paper.dated}, which is still to come", hint="check the date")
    asked = RetirementAsked(camera=camera, kind=paper.kind, sha256=paper.sha256, dated=paper.dated, by=role_of(by))
    if agent_runs(config):
        ask(config, "retire", asked)
    else:
        with state_and_log(config) as (state, log, now):
            require_known(state, camera)
            keep_retirement(state, log, asked.retirement(now), os.getuid())
    click.echo(f"retired: {camera}; the next run ends what it owed")
