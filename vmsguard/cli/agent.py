"""``vmsguard agent``: the long-running side, and what people tell it until further notice."""

from __future__ import annotations

from typing import ClassVar

import click

from vmsguard.cli.lazy_group import LazyGroup

__all__ = ["AgentGroup", "agent"]


class AgentGroup(LazyGroup):
    lazy: ClassVar[dict[str, tuple[str, str]]] = {
        "run": ("vmsguard.cli.agent_run:run", "Keep duties and policies until it is stopped."),
        "worker": ("vmsguard.cli.agent_worker:worker", "Carry out tasks that the running agent hands over."),
        "status": ("vmsguard.cli.agent_status:status", "Say how the running agent is."),
        "pause": ("vmsguard.cli.agent_orders:pause", "Stop configuration writes until further notice; duties go on."),
        "resume": ("vmsguard.cli.agent_orders:resume", "Let configuration writes go on."),
        "approve": ("vmsguard.cli.agent_approve:approve", "Approve first deletions, each up to a count."),
    }


@click.group(cls=AgentGroup)
def agent() -> None:
    """Deletions on time, drift found and repaired, day after day, through crashes and dead links."""
