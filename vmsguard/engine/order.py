"""The order of a plan: owners before the owned, stop sending, stop storing, stop searching, empty, purge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TypeAlias

from vmsguard.model.plan import PlannedChange
from vmsguard.model.vocabulary import Stage

__all__ = ["SendingPlace", "in_order", "placed"]

SendingPlace: TypeAlias = tuple[bool, int, int, int, str, str]
"""Where a change stands among all others of a fleet; what is not of the same target does not move it."""


def in_order(changes: Iterable[PlannedChange], after: Mapping[str, Mapping[str, Sequence[str]]]) -> list[PlannedChange]:
    """Changes as they would be sent; ``after`` maps target and verb to the verbs that must come before it.

    A product's ``after`` outranks the stages (Frigate deletes faces before it disables recognition). Purges
    come last of all: what an owner still records would be stored again.
    """
    return [planned for _, planned in sorted(placed(changes, after), key=itemgetter(0))]


def placed(
    changes: Iterable[PlannedChange], after: Mapping[str, Mapping[str, Sequence[str]]]
) -> list[tuple[SendingPlace, PlannedChange]]:
    """Each change with its place, so that changes of targets that were planned apart can be put in one order."""
    changes = list(changes)
    steps = _steps(changes, after)

    def place(planned: PlannedChange) -> SendingPlace:
        stage, depth = steps[id(planned)]
        change = planned.change
        return (stage >= Stage.PURGING, planned.owner_rank, stage, depth, change.target, change.id)

    return [(place(planned), planned) for planned in changes]


def _steps(
    changes: Sequence[PlannedChange], after: Mapping[str, Mapping[str, Sequence[str]]]
) -> dict[int, tuple[int, int]]:
    """Stage and depth of each change: not before any change of the same target that must precede it."""
    by_verb: dict[tuple[str, str], list[PlannedChange]] = {}
    for planned in changes:
        by_verb.setdefault((planned.change.target, planned.change.verb), []).append(planned)
    steps: dict[int, tuple[int, int]] = {}

    def place(planned: PlannedChange, waiting: frozenset[str]) -> tuple[int, int]:
        known = steps.get(id(planned))
        if known is not None:
            return known
        change = planned.change
        step = (int(planned.stage), 0)
        for verb in after.get(change.target, {}).get(change.verb, ()):
            if verb not in waiting:  # a circle in a manifest orders nothing
                for first in by_verb.get((change.target, verb), ()):
                    stage, depth = place(first, waiting | {change.verb})
                    step = max(step, (stage, depth + 1))
        steps[id(planned)] = step
        return step

    for planned in changes:
        place(planned, frozenset({planned.change.verb}))
    return steps
