"""``vmsguard inventory list``: targets and cameras as the inventory states them; asks no device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vmsguard.cli.output import format_option
from vmsguard.model.counted import counted

if TYPE_CHECKING:
    from rich.console import Console

    from vmsguard.model.inventory import Inventory

__all__ = ["list_inventory", "show_inventory"]

_WIDE = 110


@click.command("list")
@format_option
@click.pass_context
def list_inventory(ctx: click.Context, output: str) -> None:
    """Every target and camera of the inventory. Logins are told by their references, never resolved.

    Exit codes: 0 told, 2 a mistake in a file.
    """
    from vmsguard.cli.inventory_sources import inventory_files
    from vmsguard.cli.output import make_console, print_json
    from vmsguard.fleet.load_inventory import load_inventory

    found = load_inventory(inventory_files(ctx))
    if output == "json":
        print_json(_told(found))
        return
    show_inventory(make_console(), found)


def show_inventory(console: Console, found: Inventory) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    rows = [
        (
            camera.id,
            camera.site,
            ", ".join(f"{ref.target}: {', '.join(ref.channels)}" for ref in camera.endpoints) or "none",
            ", ".join(camera.groups) or "none",
            ", ".join(sorted(camera.attributes)) or "none: judged and never written to",
        )
        for camera in found.cameras.values()
    ]
    heads = ("camera", "site", "endpoints", "groups", "attributes stated")
    if console.width >= _WIDE and rows:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for head in heads:
            table.add_column(head, overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)
    else:
        for row in rows:
            console.print(Text(row[0], style="bold"))
            for head, cell in zip(heads[1:], row[1:], strict=True):
                console.print(Padding(Text(f"{head}: {cell}", overflow="fold"), (0, 0, 0, 2)))
    claimed = {ref.target for camera in found.cameras.values() for ref in camera.endpoints}
    for target in found.targets.values():
        if target.id not in claimed:
            console.print(Text(f"! no camera names the target {target.id}", style="yellow"))
    console.print(Text(f"{counted(len(found.targets), 'target')}, {counted(len(found.cameras), 'camera')}"))


def _told(found: Inventory) -> dict[str, Any]:
    from msgspec import to_builtins

    told: dict[str, Any] = {
        "targets": to_builtins(tuple(found.targets.values())),
        "cameras": to_builtins(tuple(found.cameras.values())),
    }
    return told
