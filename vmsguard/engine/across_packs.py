"""Several packs on one camera: where one rule has footage kept and another has it gone, a person decides.

Each rule is judged alone first. What two rules cannot both have is a conflict of both: for retention an
empty window between the longest minimum and the shortest maximum, else a duty to keep against one to store
nothing or to delete. Neither is then asked for. A hold is no such duty: it suspends deletion in its own
window, and the purge that honours it goes on (policy-packs 4.4 and 6.5).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from vmsguard.controls.papers import covers, flaw
from vmsguard.engine.compile import KEEPS
from vmsguard.engine.demands import CONFLICT, Demand
from vmsguard.engine.freezes import DUTIES
from vmsguard.engine.judge import Judgement
from vmsguard.engine.ladder import Climb
from vmsguard.model.pack import Document
from vmsguard.model.results import Result
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Severity, Verdict, Why

__all__ = ["JudgedAlone", "empty_window", "must_keep_papers", "settle_across"]

_MUST_KEEP = "must-keep"
"""The kind of document by which a court or an authority has a camera's footage kept."""
_DELETING = frozenset({"recording.stop", "storage.external.remove", "footage.purge"})
"""Verbs after which footage is not there: what a control with one of them asks cannot be had beside keeping."""
_NOTHING = Span()
_JUDGED = (Verdict.PASS, Verdict.FAIL)


class JudgedAlone(Struct, frozen=True, eq=False):
    """A rule as judged alone, and where its results stand among all."""

    told: Result
    """The rule's own result."""
    found: Climb
    first: int
    """The place of its first control's result; the rule's own comes after the last of them."""
    certain: bool
    """Whether it surely applies to the camera."""


class _Ask(Struct, frozen=True, eq=False):
    """How long one requirement has footage kept, at least or at most, at one endpoint."""

    by: JudgedAlone | None
    """None for a paper."""
    name: str
    """Pack, rule and clause, or the paper."""
    span: Span
    required: str
    place: str = ""
    judgement: Judgement | None = None
    at: int = -1
    """The place of its result among all."""

    @property
    def sure(self) -> bool:
        """Whether it surely applies: the rule does, and the function is there. What is unknown may still not be."""
        judged = self.judgement is None or self.judgement.outcome.verdict in _JUDGED
        return judged and (self.by is None or self.by.certain)


def must_keep_papers(snapshot: CameraSnapshot, now: datetime) -> tuple[Document, ...]:
    """Valid documents that have this camera's footage kept."""
    return tuple(
        document
        for document in snapshot.documents
        if document.kind == _MUST_KEEP and covers(document, snapshot.camera) and not flaw(document, now)
    )


def empty_window(least: Span, most: Span) -> bool:
    """Whether nothing can be kept for ``least`` at least and ``most`` at most, from whatever day it is counted."""
    if least.months == most.months:
        return least.exact > most.exact
    return least.longest > most.shortest


def settle_across(
    rules: Sequence[JudgedAlone],
    papers: Iterable[Document],
    results: Sequence[Result],
    demands: Iterable[Demand],
    *,
    unaccepted: Collection[str] = (),
) -> tuple[list[Result], list[Demand]]:
    """The results with ``conflict`` on both sides of each, and the demands with what stands in their way.

    Where it is not sure that both sides apply, what passed is unknown and what failed fails on its own; the
    changes are held back all the same, except for duties to delete where the one that keeps is of a pack in
    ``unaccepted``: what nobody has ever accepted stops no deletion that is due.
    """
    asks = [ask for rule in rules for ask in _asks(rule)]
    keeps = [ask for ask in asks if _is_keep(ask)] + [_by_paper(paper) for paper in papers]
    gone = [ask for ask in asks if not _is_keep(ask)]
    pairs = [(keep, ask) for keep in keeps for ask in gone if _against(keep, ask)]
    told, held = list(results), _Held()
    for keep, ask in sorted(pairs, key=_sure_first):
        _tell(told, keep, ask)
        _tell(told, ask, keep)
        held.add(keep, ask, unaccepted)
    return told, [held.back(demand) for demand in demands]


def _against(keep: _Ask, ask: _Ask) -> bool:
    return (keep.by is None or keep.place == ask.place) and empty_window(keep.span, ask.span)


def _sure(keep: _Ask, ask: _Ask) -> bool:
    return keep.sure and ask.sure


def _sure_first(pair: tuple[_Ask, _Ask]) -> tuple[bool, str, str, str]:
    """A rule in conflict is not made unknown by another that may be; and the order of packs tells nothing."""
    keep, ask = pair
    return (not _sure(keep, ask), keep.name, ask.name, ask.place)


def _is_keep(ask: _Ask) -> bool:
    return ask.judgement is None or ask.judgement.requirement.control.id in KEEPS


def _asks(alone: JudgedAlone) -> Iterator[_Ask]:
    """What the rule asks for as it stands: not what a holding rung replaced, but what it asks instead."""
    found, rule = alone.found, alone.told
    asked = [*found.base, *(one for rung in found.rungs for one in rung.asked)]
    held = found.held_by
    gone = set() if held is None else {id(one) for one in asked} - {id(one) for one in held.asked}
    kept = set() if held is None else {id(one) for one in found.base} - {id(one) for one in held.replaced}
    clause = f" ({rule.clause})" if rule.clause else ""
    for number, judgement in enumerate(asked):
        span = None if id(judgement) in gone - kept else _span(judgement)
        if span is None or judgement.endpoint is None or judgement.outcome.verdict is Verdict.NOT_APPLICABLE:
            continue
        yield _Ask(
            by=alone,
            name=f"{rule.pack}/{rule.rule}{clause}",
            span=span,
            required=judgement.outcome.required or judgement.requirement.control.id,
            place=judgement.place,
            judgement=judgement,
            at=alone.first + number,
        )


def _span(judgement: Judgement) -> Span | None:
    """How long the requirement has footage kept; None where it does not say and deletes nothing."""
    control, params = judgement.requirement.control, judgement.params
    if control.id in KEEPS:
        return _length(params.min)
    if control.id == "retention.max":
        longest = _length(params.max)
        return None if longest == _NOTHING else longest  # it waits for an exception that nobody has
    return _NOTHING if _DELETING.intersection(control.verbs) else None


def _length(told: Any) -> Span:
    return Span(exact=told) if isinstance(told, timedelta) else told


def _by_paper(paper: Document) -> _Ask:
    # Longer than anything may be kept: an order to keep ends when it says so, not after a time.
    return _Ask(None, f"document {paper.id}", Span(exact=timedelta.max), "footage is kept by order")


def _tell(told: list[Result], ask: _Ask, against: _Ask) -> None:
    if ask.by is None or ask.judgement is None:
        return
    asked = f"{against.name} asks that {against.required}"
    change = _conflicting if _sure(ask, against) else _perhaps_conflicting
    rule = ask.by.first + len(ask.by.found.base) + sum(len(rung.asked) for rung in ask.by.found.rungs)
    told[ask.at] = change(told[ask.at], asked, told[ask.at].found)
    told[rule] = change(told[rule], asked, f"{ask.judgement.requirement.control.id} at {ask.place}")


def _conflicting(result: Result, asked: str, found: str) -> Result:
    reason = f"{CONFLICT}: {asked}"
    if result.verdict is Verdict.CONFLICT:
        return result if reason == result.reason else replace(result, left=_with(result.left, reason))
    return replace(
        result,
        verdict=Verdict.CONFLICT,
        qualifier=None,
        severity=Severity.CRITICAL,
        reason=reason,
        why="",
        found=found,
        left=_with(result.left, f"judged alone: {result.verdict.value}, {result.reason}"),
    )


def _perhaps_conflicting(result: Result, asked: str, found: str) -> Result:
    perhaps = f"may-conflict: {asked}, if both apply here"
    if result.verdict is Verdict.PASS:
        return replace(
            result, verdict=Verdict.UNKNOWN, qualifier=None, reason=perhaps, why=Why.NOT_READ.value, found=found
        )
    return replace(result, left=_with(result.left, perhaps))


def _with(left: tuple[str, ...], more: str) -> tuple[str, ...]:
    return left if more in left else (*left, more)


def _goes_on(ask: _Ask, keep: _Ask, unaccepted: Collection[str]) -> bool:
    duty = ask.judgement is not None and ask.judgement.requirement.control.id in DUTIES
    return duty and keep.by is not None and keep.by.told.pack in unaccepted


class _Held:
    """Demands held back by conflicts, by the requirement that makes them."""

    def __init__(self) -> None:
        self._why: dict[tuple[str, str, str, str], dict[str, None]] = {}

    def add(self, keep: _Ask, ask: _Ask, unaccepted: Collection[str]) -> None:
        for one in (keep,) if _goes_on(ask, keep, unaccepted) else (keep, ask):
            if one.by is not None and one.judgement is not None:
                rule = one.by.told
                key = (rule.pack, rule.rule, one.judgement.requirement.control.id, one.place)
                why = f"{CONFLICT}: {keep.name} asks to keep what {ask.name} asks not to keep"
                self._why.setdefault(key, {})[why] = None

    def back(self, demand: Demand) -> Demand:
        why = self._why.get((demand.pack, demand.rule, demand.control, demand.endpoint))
        return demand if why is None else replace(demand, blockers=(*demand.blockers, *why))
