"""``vmsguard evidence show``: the records, filtered."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click

from vmsguard.cli.evidence.plain_text import plain, print_line
from vmsguard.cli.output import format_option, make_console
from vmsguard.errors import UsageError

__all__ = ["show"]


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), default=Path("evidence"))
@click.option("--camera", default="", help="Only records about this camera.")
@click.option("--control", default="", help="Only verdicts of this control.")
@click.option("--run", default="", help="Only records of this run.")
@click.option("--event", default="", help="Only this event, or this family of events (apply, log).")
@click.option("--since", default="", help="Only records from this time on (RFC 3339, or a date in UTC).")
@format_option
def show(directory: Path, camera: str, control: str, run: str, event: str, since: str, output: str) -> None:
    """Show records, oldest first. Shows what is written; `evidence verify` says whether it is true to its head."""
    from vmsguard.evidence.show import Filter, read_records, told

    if not (directory / "log").is_dir():
        raise UsageError(f"{directory} holds no evidence log", hint="name the evidence directory: evidence show DIR")
    accept = Filter(camera=camera, control=control, run=run, event=event, since=_instant(since))
    if output == "json":
        for record in read_records(directory, accept):
            print_line(record)
        return
    from rich.table import Table

    table = Table("seq", "time", "event", "run", "what", box=None, pad_edge=False, header_style="bold")
    table.columns[4].overflow = "fold"
    for record in read_records(directory, accept):
        time = str(record.get("ts", ""))[:19].replace("T", " ")
        table.add_row(
            str(record.get("seq")), time, str(record.get("event")), str(record.get("run", "")), plain(told(record))
        )
    console = make_console()
    console.print(table)
    if not table.row_count:
        console.print("no record passes these filters")


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        _refuse_time(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _refuse_time(text: str) -> NoReturn:
    raise UsageError(f"--since {text} is not a time", hint="write 2026-11-22 or 2026-11-22T09:00:00+09:00")
