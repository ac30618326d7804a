"""Packs and plugins that differ from the lock: judged as they are, changed only by proposal. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from vmsguard.engine.compile import CompiledRules
from vmsguard.engine.demands import Demand
from vmsguard.engine.evaluate import Evaluation
from vmsguard.model.truth import Truth
from vmsguard.model.vocabulary import Mode
from vmsguard.policy.lock.compare import HeldBack
from vmsguard.policy.lock.duties import AFTER_EXCEPTIONS

__all__ = ["hold_back"]


def hold_back(
    evaluations: Iterable[Evaluation],
    rules: Mapping[str, Sequence[CompiledRules]],
    held: HeldBack,
    now: datetime,
    *,
    enrolled: Collection[tuple[str, str, str]] = (),
    targets: Mapping[str, str] | None = None,
    controls: Mapping[str, str] | None = None,
) -> tuple[Evaluation, ...]:
    """The evaluations with a blocker on every demand that rests on what nobody accepted.

    ``rules`` are those of each camera; ``targets`` and ``controls`` name the distribution behind each.
    A deletion that was accepted goes on where the pack still states it alike and reaches the camera as
    before: its selection is the same, or the duty stands in ``enrolled`` as ``(camera, pack, rule)``. What
    follows the end of an exception goes on where the exception's type still says so: it names its cameras itself.
    """
    found = tuple(evaluations)
    if not held.packs and not held.plugins:
        return found
    behind_target, behind_control = targets or {}, controls or {}

    def barred(demand: Demand) -> Demand:
        blockers = [
            held.plugins[name]
            for name in {behind_target.get(demand.change.target, ""): 0, behind_control.get(demand.control, ""): 0}
            if name in held.plugins
        ]
        if demand.pack in held.packs and not _goes_on(demand, held, enrolled):
            blockers.append(held.packs[demand.pack])
        return replace(demand, blockers=(*demand.blockers, *blockers)) if blockers else demand

    return tuple(
        replace(
            one,
            demands=tuple(barred(demand) for demand in one.demands),
            enforced=_enforced(one, rules.get(one.camera, ()), held, now),
        )
        for one in found
    )


def _goes_on(demand: Demand, held: HeldBack, enrolled: Collection[tuple[str, str, str]]) -> bool:
    if (demand.rule, demand.control) not in held.kept.get(demand.pack, ()):
        return False
    if demand.control == AFTER_EXCEPTIONS:
        return True
    return demand.pack in held.same_scope or (demand.camera, demand.pack, demand.rule) in enrolled


def _enforced(one: Evaluation, rules: Iterable[CompiledRules], held: HeldBack, now: datetime) -> bool:
    """Whether a pack that was accepted still surely concerns the camera in mode ``enforce``."""
    return one.enforced and any(
        each.mode is Mode.ENFORCE
        and each.pack.id not in held.packs
        and one.in_scope.get(each.pack.id) is Truth.TRUE
        and each.at(now).binds
        for each in rules
    )
