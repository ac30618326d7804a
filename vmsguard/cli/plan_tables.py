"""A plan and what of it was not sent, for people; one line says how much there is of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vmsguard.cli.visible import shown, visible
from vmsguard.model.counted import counted
from vmsguard.model.plan import Plan, PlannedChange
from vmsguard.model.vocabulary import Mode
from vmsguard.run.outcome import Skipped

__all__ = ["AT_ONCE", "WIDE", "show_plan", "some"]

WIDE = 110
"""Columns of a terminal from which on a table has room for reasons."""

AT_ONCE = 2000
"""Rows of one table; a table is laid out as a whole, and a fleet's would fill the memory."""

_NAMED = 8
"""How many subjects of one cause are told by name; JSON has them all."""


def some(subjects: Sequence[str]) -> str:
    """The first few by name, and how many more there are."""
    return ", ".join(subjects[:_NAMED]) + (f" and {len(subjects) - _NAMED} more" if len(subjects) > _NAMED else "")


def show_plan(console: Console, plan: Plan, skipped: Iterable[Skipped] = ()) -> None:
    """Changes in sending order; a proposal names what stands in its way."""
    if not plan.changes:
        console.print("plan: nothing to change")
    else:
        console.print(_counted(plan))
        if console.width < WIDE:
            _list_changes(console, plan.changes)
        else:
            for start in range(0, len(plan.changes), AT_ONCE):
                console.print(_table(plan.changes[start : start + AT_ONCE]))
    _show_skipped(console, skipped)


def _counted(plan: Plan) -> str:
    modes = Counter(planned.mode for planned in plan.changes)
    told = f"plan: {modes[Mode.ENFORCE]} to enforce, {modes.total() - modes[Mode.ENFORCE]} proposed"
    recordings = sum(planned.items for planned in plan.enforceable if planned.destructive)
    return f"{told}; {counted(recordings, 'recording')} to delete" if recordings else told


def _table(changes: Iterable[PlannedChange]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("mode")
    for column in ("change", "for", "in the way"):
        table.add_column(column, overflow="fold")
    for planned in changes:
        row = (_change(planned), _causes(planned), _in_the_way(planned.blockers))
        table.add_row(_mode(planned), *map(shown, row))
    return table


def _list_changes(console: Console, changes: Iterable[PlannedChange]) -> None:
    """The same on a narrow terminal: one below the other, for three columns would cut every id in pieces."""
    for planned in changes:
        console.print(Padding(Text.assemble(_mode(planned), f" {visible(_change(planned))}"), (0, 0, 0, 2)))
        blockers = _in_the_way(planned.blockers)
        for note in (f"for {_causes(planned)}", f"in the way: {blockers}" if blockers else ""):
            if note:
                console.print(Padding(Text(visible(note), style="dim"), (0, 0, 0, 4)))


def _mode(planned: PlannedChange) -> Text:
    return Text(planned.mode.value, style="bold" if planned.mode is Mode.ENFORCE else "dim")


def _show_skipped(console: Console, skipped: Iterable[Skipped]) -> None:
    """What was held back for one reason is one entry."""
    groups: dict[tuple[str, str], list[str]] = {}
    for entry in skipped:
        groups.setdefault((entry.reason, entry.next_step), []).append(_without_empty(entry.change))
    for (reason, next_step), changes in groups.items():
        console.print(f"[yellow]not sent[/] {shown(some(changes))}: {shown(reason)}")
        if next_step:
            console.print(f"        next: {shown(next_step)}")


def _in_the_way(blockers: Iterable[str]) -> str:
    """Blockers by kind: five attributes that nobody set are one obstacle."""
    kinds: dict[str, list[str]] = {}
    for blocker in blockers:
        kind, _, what = blocker.partition(": ")
        kinds.setdefault(kind, []).append(what)
    return "; ".join(f"{kind}: {', '.join(whats)}" if any(whats) else kind for kind, whats in kinds.items())


def _change(planned: PlannedChange) -> str:
    told = _without_empty(planned.change.id)
    held = ", leaving what is held" if planned.change.arguments.get("held") else ""
    return f"{told} [{counted(planned.items, 'recording')}{held}]" if planned.destructive else told


def _without_empty(change: str) -> str:
    """The id of a change as people read it: a purge that names no recording is of all."""
    return change.removesuffix("(recordings=)")


def _causes(planned: PlannedChange) -> str:
    told = sorted({f"{cause.camera} {cause.control}" for cause in planned.causes})
    return "; ".join((", ".join(told), *(f"because: {why}" for why in planned.because)))
