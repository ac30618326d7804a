"""The demo on one screen: what was wrong, what was changed, what was proven, and what could not be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from vmsguard.cli.demo_run import Story
from vmsguard.cli.output import make_console
from vmsguard.cli.tables import verdict_text
from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Remediation

__all__ = ["tell_story"]

_ROWS: Sequence[tuple[str, str, str, str]] = (
    ("fever-honest", "storage.edge.off", "", "records on its SD card"),
    ("fever-honest", "storage.vms.off", "", "is recorded by recorder-1"),
    ("fever-honest", "storage.residue.empty", "", "left footage behind"),
    ("fever-honest", "transmission.stream.off", "", "streams to whoever asks"),
    ("fever-fixed", "", "saving-off", "cannot stop recording: purged daily instead"),
    ("fever-liar", "storage.edge.off", "", "says yes to everything, does nothing"),
    ("fever-offline", "", "saving-off", "does not answer"),
    ("plaza", "analytics.face.identify.off", "", "searches faces on a public square"),
    ("gate-1to1", "analytics.face.identify.off", "", "compares 1:1, nobody has proven it: left alone"),
    ("untagged", "analytics.face.identify.off", "", "nobody said what it is for: judged, untouched"),
)
"""Camera, control or rule, and what there is to see."""


def tell_story(story: Story) -> None:
    """Print the story; the difference from the expectation, if there is one, comes last and in full."""
    console = make_console()
    console.print(
        f"[bold]vmsguard demo[/]: 7 simulated cameras and a recorder, 2 Korean rules, {story.seconds:.0f} s. "
        f"{story.after.sent} changes sent."
    )
    console.print(_table(story))
    blind = _unprovable(story.after.results)
    console.print(f"[bold yellow]Could not be proven[/] (unknown is never compliant): {escape('; '.join(blind))}")
    code, sentence = story.verified
    console.print(f"[bold]Evidence[/] {'verified' if code == 0 else 'NOT VERIFIED'}: {escape(sentence)}")
    if story.unexpected:
        console.print("[bold red]This is not the expected outcome:[/]")
        for line in story.unexpected:
            console.print(f"  {escape(line)}")
    else:
        console.print("Every verdict, qualifier, basis and remediation is the expected one.")
    _next_steps(story, console)


def _table(story: Story) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("camera", "what was found", "was", "is", "known by", "done"):
        table.add_column(column, no_wrap=column in {"camera", "was", "is", "known by"})
    for camera, control, rule, told in _ROWS:
        before = _find(story.before.results, camera, control, rule)
        after = _find(story.after.results, camera, control, rule)
        if after is None:
            continue
        done = "" if after.remediation is Remediation.NONE else after.remediation.value.replace("_", " ")
        table.add_row(
            camera, told, Text("") if before is None else verdict_text(before), verdict_text(after), after.basis, done
        )
    return table


def _find(results: Iterable[Result], camera: str, control: str, rule: str) -> Result | None:
    """The result of a control (any rule), worst endpoint first, or of a rule."""
    order = ("conflict", "fail", "unknown", "pass", "not_applicable")
    found = [
        result
        for result in results
        if result.camera == camera
        and (result.control == control if control else (result.level == "rule" and result.rule == rule))
    ]
    return min(found, key=lambda result: order.index(result.verdict.value), default=None)


def _unprovable(results: Iterable[Result]) -> list[str]:
    """What stayed unknown, grouped by what is missing."""
    groups: dict[str, set[str]] = {}
    for result in results:
        if result.level == "control" and result.verdict.value == "unknown":
            groups.setdefault(result.control, set()).add(result.camera)
    return [f"{control} on {len(cameras)}" for control, cameras in sorted(groups.items())]


def _next_steps(story: Story, console: Console) -> None:
    folder = click.format_filename(story.folder)
    console.print(f"\nExplore it, in {escape(folder)}/ (the first command brings the same cameras back):")
    for line in (
        "vmsguard simulate fleet.yaml --state simulator-state.json &",
        "vmsguard check --controls",
        "vmsguard plan",
        "vmsguard evidence verify --trust trust.policy",
        "vmsguard evidence show --camera fever-fixed",
        "vmsguard report --trust trust.policy",
    ):
        console.print(f"  {line}", highlight=False)
