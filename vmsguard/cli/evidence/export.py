"""``vmsguard evidence export``: the log, or records of it, for others."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vmsguard.cli.evidence.instants import instant_option, no_later_than
from vmsguard.errors import UsageError

if TYPE_CHECKING:
    from vmsguard.evidence.exporting.export import Export

__all__ = ["export"]


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), default=Path("evidence"))
@click.option(
    "--format",
    "form",
    type=click.Choice(["bundle", "tiles", "jsonl"]),
    required=True,
    help="bundle: the whole log as one .tar.gz with its recipe; tiles: a C2SP tlog-tiles directory; "
    "jsonl: some records, for other programs.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The new file or directory.")
@click.option("--from", "since", default="", help="jsonl: records from this time on (RFC 3339, or a date in UTC).")
@click.option("--to", "until", default="", help="jsonl: records before this time (RFC 3339, or a date in UTC).")
@click.option("--camera", default="", help="jsonl: records about this camera.")
@click.option("--control", default="", help="jsonl: verdicts of this control.")
@click.option("--run", default="", help="jsonl: records of this run.")
def export(directory: Path, form: str, output: Path, since: str, until: str, **only: str) -> None:
    """Hand on the log. Nothing is overwritten, and what is not whole does not appear.

    A bundle or a tree of tiles is the whole log, for only the whole can be verified; single records travel with
    `evidence prove`. A running writer is not disturbed: what it has not signed yet stays behind and is counted.
    """
    _require_elsewhere(directory, output)
    if form != "jsonl":
        _require_no_filter(form, since, until, *only.values())
    told = _exported(directory, form, output, since, until, only)
    click.echo(f"{output}: {told.records} records of {told.origin}, head of {told.size}, root {told.root}")
    for name, says in (
        ("left_out", "records after the head are still being written and stay behind"),
        ("after_head", "records are after the signed head: only the chain covers them"),
        ("erased", "of them were erased: their leaf hash stands in their place"),
    ):
        if count := told.details.get(name):
            click.echo(f"  {count} {says}")
    if left_out := told.details.get("bundles_left_out"):
        click.echo(f"  entry bundles {', '.join(map(str, left_out))} hold erased records and are left out")


def _exported(directory: Path, form: str, output: Path, since: str, until: str, only: dict[str, str]) -> Export:
    now = datetime.now(UTC)
    if form == "bundle":
        from vmsguard.evidence.exporting.bundle import export_bundle

        return export_bundle(directory, output, now)
    if form == "tiles":
        from vmsguard.evidence.exporting.tiles import export_tiles

        return export_tiles(directory, output, now)
    from vmsguard.evidence.exporting.lines import export_lines
    from vmsguard.evidence.show import Filter

    begins, ends = instant_option("--from", since), instant_option("--to", until)
    no_later_than("--from", begins, "--to", ends)
    accept = Filter(
        camera=only["camera"], control=only["control"], run=only["run"], since=begins, until=ends, erased=True
    )
    return export_lines(directory, output, accept, now)


def _require_elsewhere(directory: Path, output: Path) -> None:
    if output.absolute().resolve().is_relative_to(directory.absolute().resolve()):
        raise UsageError(f"{output} is inside the evidence directory", hint="name a place outside of it with -o")


def _require_no_filter(form: str, *filters: str) -> None:
    if any(filters):
        raise UsageError(
            f"a {form} export is the whole log: a part of it cannot be verified",
            hint="use --format jsonl for a part, or `evidence prove` for single records with their proof",
        )
