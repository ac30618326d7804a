"""``make bench``: the promises that are measured, each as a ratio within this run, as a table and as latest.json."""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib import import_module
from pathlib import Path

from measure import Measured
from rich.console import Console
from rich.table import Table

BENCHMARKS = (
    "read_cpu",
    "stock_cpu",
    "fleet_10k",
    "evaluate",
    "evaluate_c7n",
    "append",
    "verify",
    "startup",
    "validate",
    "due_work",
    "agent_round",
    "growth",
)
LATEST = Path(__file__).with_name("latest.json")


def table_of(results: dict[str, Measured]) -> Table:
    table = Table(title="vmsguard: measured promises (ratios within this run)", title_justify="left")
    table.add_column("name", no_wrap=True)
    table.add_column("ratio", justify="right", no_wrap=True)
    table.add_column("goal", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("measured", justify="right")
    table.add_column("floor", justify="right")
    table.add_column("unit")
    table.add_column("against", overflow="fold")
    for name, result in results.items():
        table.add_row(
            name,
            f"{result.value:.2f}",
            f"{'≥' if result.higher_is_better else '≤'} {result.goal:g}",
            "[green]reached[/]" if result.reached else "[yellow]not reached[/]",
            f"{result.measured:.4g}",
            f"{result.floor:.4g}",
            result.unit,
            result.against,
        )
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=BENCHMARKS, help="measure this one; may be repeated")
    parser.add_argument(
        "--quick", action="store_true", help="smaller inputs and fewer rounds: does it run, not how fast"
    )
    asked = parser.parse_args()
    console = Console(stderr=True)
    results: dict[str, Measured] = {}
    for name in asked.only or BENCHMARKS:
        began = time.monotonic()
        console.print(f"{name} …", end=" ")
        results[name] = import_module(f"bench_{name}").measure(quick=asked.quick)
        console.print(f"{time.monotonic() - began:.0f} s")
    width = None if sys.stdout.isatty() else 160
    out = Console(width=width)
    out.print(table_of(results))
    for name, result in results.items():
        if result.note:
            out.print(f"{name}: {result.note}")
    LATEST.write_text(json.dumps({name: result.as_json() for name, result in results.items()}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
