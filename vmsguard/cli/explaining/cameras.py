"""Have cameras looked at and explained: by the agent where one runs, in this process where none does."""

from __future__ import annotations

import click

from vmsguard.cli.installation import (
    config_path,
    look_with_instruments,
    new_run_id,
    open_installation,
    registry_of,
)
from vmsguard.run.explained import AskedExplanation, Explained, explain_fleet

__all__ = ["Explained", "explain_cameras"]


def explain_cameras(
    ctx: click.Context, cameras: tuple[str, ...], *, only: str = "", readings: tuple[str, ...] = ()
) -> Explained:
    """The cameras as they are now; ``only`` and ``readings`` as of ``explain_camera``. No camera: all."""
    from vmsguard.cli.beside_agent import agent_runs, explain_at_agent, say_what_differs
    from vmsguard.fleet.assemble_fleet import fleet_of
    from vmsguard.fleet.load_config import load_config

    path = config_path(ctx)
    asked = AskedExplanation(cameras=cameras, only=only, readings=readings)
    config = load_config(path)
    if agent_runs(config):
        say_what_differs(config, fleet_of(config, registry_of(config), limit=cameras))
        return explain_at_agent(config, asked)
    installation = open_installation(path, limit=cameras)
    return look_with_instruments(
        installation,
        lambda instruments: explain_fleet(asked, installation.fleet, instruments, new_run_id(instruments.clock)),
        debug=ctx.find_root().obj["debug"],
    )
