"""``vmsguard evidence show``: the records, filtered."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vmsguard.cli.evidence.instants import instant_option, no_later_than
from vmsguard.cli.evidence.plain_text import plain, print_line
from vmsguard.cli.output import format_option, make_console
from vmsguard.cli.standard_output import is_read
from vmsguard.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["show"]

_WIDE = 110
"""Columns of a terminal from which on a table has room for what a record says."""

_AT_ONCE = 2000
"""Rows of one table; a table is laid out as a whole, and a year's would fill the memory."""


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), default=Path("evidence"))
@click.option("--camera", default="", help="Only records about this camera.")
@click.option("--control", default="", help="Only verdicts of this control.")
@click.option("--run", default="", help="Only records of this run.")
@click.option("--event", default="", help="Only this event, or this family of events (apply, log).")
@click.option("--target", default="", help="Only records about this target.")
@click.option("--verdict", default="", help="Only verdicts of this kind (pass, fail, unknown ...).")
@click.option("--since", default="", help="Only records from this time on: RFC 3339, or a date in UTC.")
@click.option("--until", default="", help="Only records before this time: RFC 3339, or a date in UTC.")
@click.option("--seq", "numbers", default="", help="Only these sequence numbers: 7, 7-9, 7- or -9.")
@click.option("--tail", type=click.IntRange(min=1), help="Only the last so many of what passes.")
@format_option
def show(directory: Path, numbers: str, since: str, until: str, tail: int | None, output: str, **only: str) -> None:
    """Show records, oldest first. Shows what is written; `evidence verify` says whether it is true to its head."""
    from vmsguard.evidence.show import Filter, read_records

    if not (directory / "log").is_dir():
        raise UsageError(f"{directory} holds no evidence log", hint="name the evidence directory: evidence show DIR")
    _require_known(only["event"], only["verdict"])
    first, last = _range(numbers)
    begins, ends = instant_option("--since", since), instant_option("--until", until)
    no_later_than("--since", begins, "--until", ends)
    accept = Filter(
        camera=only["camera"],
        control=only["control"],
        run=only["run"],
        event=only["event"],
        target=only["target"],
        verdict=only["verdict"],
        since=begins,
        until=ends,
        first=first,
        last=last,
        erased=True,
    )
    found: Iterator[dict[str, Any]] = read_records(directory, accept)
    if tail is not None:
        found = iter(deque(found, maxlen=tail))
    if output == "json":
        for record in found:
            if not is_read():
                return
            print_line(record)
    else:
        _print_table(found)


def _require_known(event: str, verdict: str) -> None:
    """Refuse a word that no record can have: a slip must not read as "there is none"."""
    from vmsguard.evidence.events import EVENTS
    from vmsguard.model.vocabulary import Verdict

    families = sorted({name.partition(".")[0] for name in EVENTS})
    if event and event not in EVENTS and event not in families:
        near = [name for name in sorted(EVENTS) if name.startswith(event.partition(".")[0])] or families
        raise UsageError(f"--event {event}: there is no such event", hint=f"use one of {', '.join(near)}")
    verdicts = [one.value for one in Verdict]
    if verdict and verdict not in verdicts:
        raise UsageError(f"--verdict {verdict}: there is no such verdict", hint=f"use one of {', '.join(verdicts)}")


def _print_table(found: Iterator[dict[str, Any]]) -> None:
    console = make_console()
    anything = False
    while part := [_cells(record) for record in islice(found, _AT_ONCE)]:
        anything = True
        if console.width < _WIDE:
            _list_records(console, part)
        else:
            _print_part(console, part)
    if not anything:
        console.print("no record passes these filters")


def _cells(record: dict[str, Any]) -> tuple[str, str, str, str, str]:
    from vmsguard.evidence.show import told

    time = str(record.get("ts", ""))[:19].replace("T", " ")
    event = "(erased)" if record.get("tombstone") is True else str(record.get("event"))
    return str(record.get("seq")), time, event, str(record.get("run", "")), told(record)


def _print_part(console: Console, part: Sequence[tuple[str, ...]]) -> None:
    from rich.table import Table

    table = Table("seq", "time", "event", "run", "what", box=None, pad_edge=False, header_style="bold")
    table.columns[4].overflow = "fold"
    for cells in part:
        table.add_row(*map(plain, cells))
    console.print(table)


def _list_records(console: Console, part: Sequence[tuple[str, ...]]) -> None:
    """One below the other: in the last of five columns nobody can read on a narrow terminal."""
    from rich.padding import Padding

    for seq, time, event, run, what in part:
        console.print(plain(f"{seq}  {time}  {event}  {run}".rstrip()))
        if what:
            console.print(Padding(plain(what), (0, 0, 0, 2)))


def _range(text: str) -> tuple[int, int | None]:
    """First and last sequence number of ``7``, ``7-9``, ``7-`` and ``-9``."""
    if not text:
        return 0, None
    first, dash, last = text.partition("-")
    if not all(part.isascii() and part.isdecimal() for part in (first, last) if part) or not (first or last):
        raise UsageError(f"--seq {text} is not a range", hint="write 7, 7-9, 7- or -9")
    if not dash:
        return int(first), int(first)
    begin, end = int(first or 0), int(last) if last else None
    if end is not None and end < begin:
        raise UsageError(f"--seq {text} ends before it begins", hint="write the lower number first")
    return begin, end
