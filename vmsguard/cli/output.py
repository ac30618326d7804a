"""Where a command's result goes: JSON for programs, tables for people, progress only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from vmsguard.cli.visible import json_escaped

if TYPE_CHECKING:
    from rich.console import Console

    from vmsguard.run.equipment import Progress

__all__ = ["format_option", "make_console", "print_json", "print_json_members", "progress_bar"]

format_option = click.option(
    "--format",
    "output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="A table for people or one JSON object for programs.",
)


def make_console(*, stderr: bool = False) -> Console:
    """A console that keeps to the terminal's width, and to 120 columns where there is no terminal."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, highlight=False, width=None if stream.isatty() else 120)


def print_json(told: Any) -> None:
    """One JSON object on standard output; a fleet's results are large, so the fast encoder writes them."""
    import orjson

    click.echo(json_escaped(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode()))


def print_json_members(members: Iterable[tuple[str, Any]]) -> None:
    """The same for an object that is given member by member, of which an iterator stands for a list.

    Nothing of the list is kept: a fleet's results are never there as a whole.
    """
    import orjson

    def told(value: Any, depth: int) -> str:
        text = json_escaped(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
        return text.replace("\n", "\n" + "  " * depth)

    before = "{"
    for name, value in members:
        sys.stdout.write(f"{before}\n  {told(name, 0)}: ")
        before = ","
        if not isinstance(value, Iterator):
            sys.stdout.write(told(value, 1))
            continue
        first = True
        for entry in value:
            sys.stdout.write(f"{'[' if first else ','}\n    {told(entry, 2)}")
            first = False
        sys.stdout.write("[]" if first else "\n  ]")
    sys.stdout.write("\n}\n")


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress bar on standard error while a terminal is there; nothing in a pipe."""
    from vmsguard.run.equipment import no_progress

    if not sys.stderr.isatty():
        yield no_progress
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=make_console(stderr=True),
        transient=True,
    ) as bar:
        tasks: dict[str, Any] = {}

        def update(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                tasks[phase] = bar.add_task(phase, total=total)
            bar.update(tasks[phase], completed=done, total=total)

        yield update
