"""``vmsguard inventory``: what is enrolled, and adding to it; never over a file that is there."""

from __future__ import annotations

from typing import ClassVar

import click

from vmsguard.cli.lazy_group import LazyGroup

__all__ = ["InventoryGroup", "inventory"]


class InventoryGroup(LazyGroup):
    lazy: ClassVar[dict[str, tuple[str, str]]] = {
        "list": ("vmsguard.cli.inventory_list:list_inventory", "List targets and cameras as the inventory has them."),
        "import": ("vmsguard.cli.inventory_import:import_entries", "Show or write what a file would add."),
        "diff": ("vmsguard.cli.inventory_diff:diff", "Compare what was discovered with what is enrolled."),
        "retire": ("vmsguard.cli.inventory_retire:retire", "End the duties of a camera that is gone, by its record."),
    }


@click.group(cls=InventoryGroup)
def inventory() -> None:
    """What is enrolled: targets that are logged in to, and the cameras they show."""
