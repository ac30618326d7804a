"""Deletions that are due although their control still passes: half the gap is when to act, not when it fails. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec.structs import replace

from vmsguard.engine.compile import CompiledRules
from vmsguard.engine.demands import Demand
from vmsguard.engine.evaluate import Evaluation
from vmsguard.model.changes import Change
from vmsguard.model.ledger import Deletion, HeldPurge
from vmsguard.model.results import Result
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.truth import Truth
from vmsguard.model.vocabulary import WHOLE, Mode, Qualifier, Verdict
from vmsguard.policy.select import device_hints

__all__ = ["DueKey", "with_due_purges"]

DueKey: TypeAlias = tuple[str, str, str, str, str]
"""``(camera, pack, rule, target, channel)``."""

_PURGE = "footage.purge"
_OWES = frozenset({"deletion.daily", "deletion.periodic"})


def with_due_purges(
    evaluations: Iterable[Evaluation],
    snapshots: Mapping[str, CameraSnapshot],
    rules: Mapping[str, Sequence[CompiledRules]],
    due: Mapping[DueKey, datetime],
    done: Iterable[Deletion | HeldPurge],
    now: datetime,
) -> tuple[Evaluation, ...]:
    """The evaluations, with a purge asked for at each place in ``due`` where its rule still owes one.

    ``due`` says since when; ``done`` with a cutoff from then on has met it. ``rules`` are those of each site.
    Where the control fails, its rule has asked already; where two rules contradict each other, or an exception
    lifts the rule, nothing is asked. What holds back the rule holds back this too.
    """
    if not due:
        return tuple(evaluations)
    wanted: dict[str, set[DueKey]] = {}
    for key in due.keys() - _met(due, done):
        wanted.setdefault(key[0], set()).add(key)
    return tuple(
        replace(one, demands=(*one.demands, *_asked(one, snapshots[one.camera], rules, wanted[one.camera], now)))
        if one.camera in wanted
        else one
        for one in evaluations
    )


def _met(due: Mapping[DueKey, datetime], done: Iterable[Deletion | HeldPurge]) -> set[DueKey]:
    reached: dict[tuple[str, str], datetime] = {}
    for entry in done:
        place = (entry.target, entry.channel)
        reached[place] = max(entry.cutoff, reached.get(place, entry.cutoff))
    return {
        key
        for key, since in due.items()
        for place in ((key[3], key[4]), (key[3], WHOLE))
        if place in reached and reached[place] >= since
    }


def _asked(
    evaluation: Evaluation,
    snapshot: CameraSnapshot,
    rules: Mapping[str, Sequence[CompiledRules]],
    wanted: Collection[DueKey],
    now: datetime,
) -> Iterator[Demand]:
    told = {(result.pack, result.rule): result for result in evaluation.results if result.level == "rule"}
    asked = {
        (demand.pack, demand.rule, demand.change.target, demand.change.channel)
        for demand in evaluation.demands
        if demand.change.verb == _PURGE and demand.control in _OWES
    }
    for result in evaluation.results:
        target, _, channel = result.endpoint.partition("/")
        key = (result.camera, result.pack, result.rule, target, channel)
        rule = told.get((result.pack, result.rule))
        if (
            key not in wanted
            or key[1:] in asked
            or result.control not in _OWES
            or not (result.verdict in (Verdict.PASS, Verdict.UNKNOWN) or _only_held(result))
            or rule is None
            or rule.verdict is Verdict.CONFLICT
            or rule.qualifier is Qualifier.EXCEPTION
        ):
            continue
        asked.add(key[1:])
        for each in rules.get(snapshot.camera.site, ()):
            if each.pack.id == result.pack and each.mode is not Mode.AUDIT:
                yield _demand(result, rule, each, evaluation, snapshot, now)


def _only_held(result: Result) -> bool:
    """A hold alone keeps what is left: around its window the duty goes on."""
    return result.verdict is Verdict.FAIL and result.reason.partition(":")[0] == "held"


def _demand(
    result: Result,
    rule: Result,
    rules: CompiledRules,
    evaluation: Evaluation,
    snapshot: CameraSnapshot,
    now: datetime,
) -> Demand:
    target, _, channel = result.endpoint.partition("/")
    cutoff = now.replace(microsecond=0).isoformat().replace("+00:00", "Z")
    return Demand(
        camera=result.camera,
        pack=result.pack,
        rule=result.rule,
        control=result.control,
        endpoint=result.endpoint,
        mode=rules.mode,
        change=Change(_PURGE, target, channel, {"cutoff": cutoff, "recordings": ""}),
        cites=tuple(cited.key for cited in result.facts),
        blockers=tuple(_blockers(rule, rules, evaluation, snapshot)),
        because="due",
    )


def _blockers(rule: Result, rules: CompiledRules, evaluation: Evaluation, snapshot: CameraSnapshot) -> Iterator[str]:
    """What is not surely in scope is changed by a person alone."""
    if evaluation.in_scope.get(rules.pack.id) is not Truth.TRUE:
        yield f"attribute-not-set: {', '.join(evaluation.missing_attributes)}"
        return
    compiled = next((one for one in rules.rules if one.rule.id == rule.rule), None)
    narrower = None if compiled is None else compiled.selects
    if narrower is not None:
        selection = narrower(snapshot.camera, device_hints(snapshot.facts))
        if selection.truth is not Truth.TRUE:
            yield f"attribute-not-set: {', '.join(selection.missing)}"
    if rule.reason.startswith("when-unknown"):
        yield rule.reason
