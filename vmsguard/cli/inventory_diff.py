"""``vmsguard inventory diff``: what was discovered beside what is enrolled; writes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vmsguard.cli.inventory_sources import CANDIDATES
from vmsguard.cli.output import format_option
from vmsguard.model.counted import counted

if TYPE_CHECKING:
    from vmsguard.fleet.compare_inventory import Compared

__all__ = ["diff"]


@click.command("diff")
@CANDIDATES
@format_option
@click.pass_context
def diff(ctx: click.Context, file: Path, output: str) -> None:
    """Which entries of FILE are not enrolled, and which enrolled targets it does not name.

    FILE is as for `vmsguard inventory import`. That a target is not in it proves nothing: it may be in another
    network, or not answer probes. Exit codes: 0 told, 2 usage or a mistake in a file.
    """
    from vmsguard.cli.inventory_sources import entries_of, inventory_files
    from vmsguard.cli.output import print_json
    from vmsguard.fleet.compare_inventory import compare
    from vmsguard.fleet.load_inventory import load_inventory

    told = compare(entries_of(file), load_inventory(inventory_files(ctx)))
    if output == "json":
        print_json(_json(told))
        return
    for mark, what, rows in (
        ("+", "not enrolled", told.new),
        ("?", "perhaps enrolled", told.unknown),
        ("=", "enrolled", told.enrolled),
    ):
        for one in rows:
            targets = f" ({', '.join(one.targets)})" if one.targets else ""
            click.echo(f"{mark} {one.address}: {what}{targets}")
    for target in told.missing:
        click.echo(f"- {target}: enrolled, not in {file.name}")
    click.echo(
        f"{len(told.new)} not enrolled, {len(told.unknown)} perhaps, {len(told.enrolled)} enrolled,"
        f" {counted(len(told.missing), 'target')} not in {file.name}"
    )


def _json(told: Compared) -> dict[str, Any]:
    from msgspec import to_builtins

    found: dict[str, Any] = to_builtins(told)
    return found
