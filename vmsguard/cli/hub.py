"""``vmsguard hub``: keep copies of every site's evidence, and hand on signed policies."""

from __future__ import annotations

from typing import ClassVar

import click

from vmsguard.cli.lazy_group import LazyGroup

__all__ = ["HubGroup", "hub"]


class HubGroup(LazyGroup):
    """One module per command, imported on call."""

    lazy: ClassVar[dict[str, tuple[str, str]]] = {
        "run": ("vmsguard.cli.hub_run:run", "Take the evidence of the sites until it is stopped."),
        "status": ("vmsguard.cli.hub_status:status", "Say how the evidence of each site stands here."),
        "publish": ("vmsguard.cli.hub_publish:publish", "Sign a folder of policies and hand it to the sites."),
    }


@click.group(cls=HubGroup)
def hub() -> None:
    """Keep copies of every site's evidence, and hand signed policies to the sites."""
