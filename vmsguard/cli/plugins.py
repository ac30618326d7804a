"""``vmsguard plugins``: which drivers are installed and what their claims rest on."""

from __future__ import annotations

import click

from vmsguard.cli.output import format_option

__all__ = ["list_plugins", "plugins"]


@click.group()
def plugins() -> None:
    """Drivers and the plugins that bring them."""


@plugins.command("list")
@format_option
def list_plugins(output: str) -> None:
    """Every driver with its distribution, and how many of its claims were run against the real program.

    ``supported`` was run against the real program, ``documented`` rests on its documents,
    ``experimental`` on third-party code. A plugin that does not load is listed with its error, exit 2.
    """
    from vmsguard.cli.output import make_console, print_json
    from vmsguard.model.vocabulary import Support
    from vmsguard.plugin.loader import load_plugins

    registry = load_plugins()
    rows = [
        {
            "driver": entry.name,
            "product": entry.manifest.product,
            "distribution": registered.plugin.distribution,
            "version": registered.plugin.version,
            "api": entry.api,
            "catalogue": entry.catalogue,
            "unguarded": entry.manifest.unguarded,
            "facts": _counts(support.support for support in entry.manifest.facts),
            "verbs": _counts(support.support for support in entry.manifest.verbs),
            "absent_verbs": list(entry.manifest.absent_verbs),
        }
        for _, registered in sorted(registry.drivers.items())
        for entry in (registered.entry,)
    ]
    failures = [{"plugin": failure.plugin, "error": failure.error} for failure in registry.failures]
    if output == "json":
        print_json({"drivers": rows, "failures": failures})
    else:
        from rich.table import Table

        from vmsguard.cli.fitting_table import show_table

        console = make_console()
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("driver", "product", "plugin", *(f"{level.value} facts/verbs" for level in Support)):
            table.add_column(column, overflow="fold")
        for row in rows:
            facts, verbs = row["facts"], row["verbs"]
            assert isinstance(facts, dict)
            assert isinstance(verbs, dict)
            table.add_row(
                str(row["driver"]),
                str(row["product"]),
                f"{row['distribution']} {row['version']}",
                *(f"{facts[level.value]}/{verbs[level.value]}" for level in Support),
            )
        show_table(console, table)
        for failure in failures:
            console.print(f"[red]not loaded[/] {failure['plugin']}: {failure['error']}", markup=True)
    if failures:
        raise click.exceptions.Exit(2)


def _counts(levels: object) -> dict[str, int]:
    from collections import Counter
    from collections.abc import Iterable
    from typing import cast

    from vmsguard.model.vocabulary import Support

    counted = Counter(cast("Iterable[Support]", levels))
    return {level.value: counted[level] for level in Support}
