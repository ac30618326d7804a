"""The verdict on a log, for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vmsguard.cli.evidence.plain_text import plain
from vmsguard.cli.output import make_console

if TYPE_CHECKING:
    from rich.console import Console

    from vmsguard.evidence.problems import AnchorTold, Fork, VerifyReport

__all__ = ["print_report"]

_STYLES = {"tampered": "bold red", "incomplete": "bold yellow", "undecided": "bold yellow", "notice": "dim"}


def print_report(report: VerifyReport) -> None:
    """The verdict, what it is about, everything found, and what it cannot rule out."""
    _print(make_console(), report)


def _print(console: Console, report: VerifyReport) -> None:
    style = ("bold green", "bold red", "bold yellow", "bold yellow")[report.exit_code]
    console.print(f"[{style}]{report.verdict}[/]")
    for name, value in _facts(report):
        console.print(f"  {name:<10} {plain(value)}", soft_wrap=True)
    if report.problems:
        _print_problems(console, report)
    for fork in report.forks:
        _print_fork(console, fork)
    if report.caveat:
        console.print()
        console.print(plain(report.caveat), soft_wrap=True)


def _facts(report: VerifyReport) -> Iterator[tuple[str, str]]:
    yield "origin", report.origin or "unknown"
    yield "records", f"{report.size}, {report.signed_size} under a trusted signature"
    if report.pruned:
        yield "pruned", f"{report.pruned} at the start: their hashes are there, they are not"
    if report.erased:
        yield "erased", f"{report.erased} one by one"
    if report.since:
        yield "since", f"{report.since}: records before it by hash only, against the saved head"
    yield "root", report.root
    yield "witnesses", ", ".join(report.witnesses) or "none"
    for anchor in report.anchors:
        yield "anchor", _anchor(anchor)


def _anchor(anchor: AnchorTold) -> str:
    how = f"verified, at {anchor.at}" if anchor.verified else f"not verified: {anchor.why}"
    return f"{anchor.kind} {anchor.name or anchor.file}, {anchor.size} records, {how}"


def _print_problems(console: Console, report: VerifyReport) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("level", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    table.add_column("record", justify="right", no_wrap=True)
    table.add_column("what", overflow="fold")
    for problem in report.problems:
        level = problem.level.value
        about = "" if not problem.file or problem.file in problem.message else f" ({problem.file})"
        seq = "" if problem.seq is None else str(problem.seq)
        table.add_row(f"[{_STYLES[level]}]{level}[/]", problem.kind, seq, plain(f"{problem.message}{about}"))
    console.print()
    console.print(table)


def _print_fork(console: Console, fork: Fork) -> None:
    """Both notes in full: whoever has them can prove the fraud to others."""
    console.print("\nBoth signed notes in full, to be kept as proof:")
    for file, note in ((fork.first_file, fork.first_note), (fork.second_file, fork.second_note)):
        console.print()
        console.print(f"[bold]{plain(file)}[/]", soft_wrap=True)
        for line in note.splitlines():
            console.print(plain(line), soft_wrap=True)
