"""Items that do not pass, put together by rule and reason, so that a thousand cameras stay readable and complete."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from vmsguard.model.vocabulary import Remediation, Verdict
from vmsguard.report.model import Item

__all__ = ["Group", "PartLine", "VerdictGroups", "group_items", "part_lines", "shared"]

_ORDER = (Verdict.FAIL, Verdict.CONFLICT, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE, Verdict.PASS)


class Group(Struct, frozen=True, kw_only=True):
    """Items of one rule with one verdict for one reason.

    What all of them have in common is said once: ``told``, ``next_step``, ``found``, ``required`` and ``basis`` are
    empty where they differ, and then stand beside each item. ``columns`` names what the table has to show.
    """

    index: int
    verdict: Verdict
    pack: str
    rule: str
    title: str
    clause: str
    reason: str
    why: str
    told: str
    next_step: str
    found: str
    required: str
    basis: str
    remediation: Remediation
    stale: bool
    asks: tuple[tuple[str, str], ...]
    """Controls with what they require, where all cameras are required the same."""
    items: tuple[Item, ...]
    sites: int
    cameras: int
    columns: frozenset[str]

    @property
    def width(self) -> int:
        """Columns of the table, the three that are always there included."""
        return len(self.columns) + 3


class VerdictGroups(Struct, frozen=True):
    verdict: Verdict
    items: int
    groups: tuple[Group, ...]


def shared(values: Iterable[str]) -> str:
    """The value all have; empty if they differ."""
    seen = set(values)
    return seen.pop() if len(seen) == 1 else ""


def group_items(items: Iterable[Item], verdicts: Iterable[Verdict]) -> tuple[VerdictGroups, ...]:
    """Groups of each of ``verdicts``, worst first, the largest group of a verdict first; every item is in one."""
    wanted = set(verdicts)
    gathered: dict[tuple[Verdict, str, str, str, str, bool, str], list[Item]] = {}
    for item in items:
        if item.verdict in wanted:
            key = (item.verdict, item.pack, item.rule, item.reason, item.why, item.stale, item.remediation.value)
            gathered.setdefault(key, []).append(item)
    ranked = sorted(gathered, key=lambda key: (_ORDER.index(key[0]), -len(gathered[key]), key))
    groups = [_group(index, tuple(gathered[key])) for index, key in enumerate(ranked, 1)]
    told = []
    for verdict in _ORDER:
        own = tuple(group for group in groups if group.verdict is verdict)
        if own:
            told.append(VerdictGroups(verdict, sum(len(group.items) for group in own), own))
    return tuple(told)


def _group(index: int, items: tuple[Item, ...]) -> Group:
    first = items[0]
    told, next_step = shared(i.reason_told for i in items), shared(i.next_step for i in items)
    found, required = shared(i.found for i in items), shared(i.required for i in items)
    basis = shared(i.basis for i in items)
    shows = {
        "reason": not told and any(i.reason_told for i in items),
        "next": not next_step and any(i.next_step for i in items),
        "found": not found and any(i.found for i in items),
        "required": not required and any(i.required for i in items),
        "basis": not basis and any(i.basis for i in items),
        "since": any(i.exposure_from or i.exposure_to for i in items),
        "looked": first.stale,
        "exception": any(i.exception for i in items),
    }
    return Group(
        index=index,
        verdict=first.verdict,
        pack=first.pack,
        rule=first.rule,
        title=first.title or first.rule,
        clause=first.clause,
        reason=first.reason,
        why=first.why,
        told=told,
        next_step=next_step,
        found=found,
        required=required,
        basis=basis,
        remediation=first.remediation,
        stale=first.stale,
        asks=_asks(items),
        items=items,
        sites=len({item.site for item in items}),
        cameras=len({item.camera for item in items}),
        columns=frozenset(name for name, needed in shows.items() if needed),
    )


def _asks(items: tuple[Item, ...]) -> tuple[tuple[str, str], ...]:
    required: dict[str, set[str]] = {}
    for item in items:
        for part in item.parts:
            if part.verdict is not Verdict.PASS:
                required.setdefault(part.control, set()).add(part.required)
    same = {control: told.pop() for control, told in required.items() if len(told) == 1}
    return tuple((control, told) for control, told in sorted(same.items()) if control and told)


class PartLine(Struct, frozen=True):
    """Controls of one rule on one camera that say the same."""

    verdict: Verdict
    required: str
    """What is required, where it was not said before."""
    parts: tuple[Item, ...]


def part_lines(item: Item, asked: tuple[tuple[str, str], ...] = ()) -> tuple[PartLine, ...]:
    """The item's controls, worst first; those that differ in nothing but their name and place share a line.

    What ``asked`` says a control requires is said already and sets no line apart.
    """
    said = frozenset(asked)
    lines: dict[tuple[Verdict, str, str, str, str, str], list[Item]] = {}
    for part in item.parts:
        required = "" if (part.control, part.required) in said else part.required
        key = (part.verdict, part.reason_told, part.found, required, part.basis, part.next_step)
        if part.verdict is Verdict.PASS:  # of what holds, the name and the record are enough here
            key = (part.verdict, "", "", "", "", "")
        lines.setdefault(key, []).append(part)
    ranked = sorted(lines, key=lambda key: _ORDER.index(key[0]))
    return tuple(PartLine(key[0], key[3], tuple(lines[key])) for key in ranked)
