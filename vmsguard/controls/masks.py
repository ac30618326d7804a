"""What must not be seen: areas of the view that are covered in every stream and recording."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.judging import absent, fabricates, failed, listed, passed, unknown, unknown_from, weakest
from vmsguard.controls.papers import valid_papers
from vmsguard.controls.view import View
from vmsguard.model.fact_values import PrivacyMask
from vmsguard.model.facts import Absent, Items, Unknown
from vmsguard.model.results import Outcome
from vmsguard.model.truth import Truth, all_of, any_of
from vmsguard.model.vocabulary import Basis, Role, Verdict, Why

__all__ = ["MASKS_REQUIRED", "PrivacyMaskOn"]

MASKS_REQUIRED = "masks_required"
"""The inventory attribute that says whether areas of the view must be covered."""
_REQUIRED = "every required area is covered in every stream and recording"


class PrivacyMaskOn(Control):
    """Which areas are required is told by a ``mask-plan`` (ids of masks), or by the attribute alone: then one
    mask at least. Nobody reads what a mask covers, so that the plan is right is asserted."""

    id = "privacy.mask"
    roles = frozenset({Role.DEVICE})
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "Areas that must not be seen are masked in every stream and recording.",
        "ko": "보여서는 안 되는 영역을 모든 영상과 녹화에서 가린다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"privacy.masks"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        plans = valid_papers(view, "mask-plan")
        stated = view.attribute(MASKS_REQUIRED)
        if not plans and stated is not True:
            if stated is False:
                return Outcome(
                    verdict=Verdict.NOT_APPLICABLE,
                    reason="not-required: the inventory says that no area must be masked",
                    required=_REQUIRED,
                    basis=Basis.ATTESTED,
                )
            return unknown(Why.NOT_ATTRIBUTED, "nobody said which areas must be masked, or that none must", _REQUIRED)
        needed = tuple(dict.fromkeys(str(mask) for plan in plans for mask in plan.details.get("masks") or ()))
        return _judge(needed, view)


def _judge(needed: tuple[str, ...], view: View) -> Outcome:
    facts = view.layers("privacy.masks")
    missing: dict[str, None] = {}
    unsaid: dict[str, None] = {}
    for fact in facts:
        masks = Items[PrivacyMask]() if isinstance(fact.reading, Absent) and not fabricates(view) else listed(fact)
        if masks is None:
            continue
        for name, truth in _covered(needed, masks):
            if truth is Truth.FALSE:
                missing[name] = None
            elif truth is Truth.UNKNOWN:
                unsaid[name] = None
    if missing:
        return failed(
            f"not-masked: {', '.join(missing)} does not cover every stream",
            _REQUIRED,
            offenders=tuple(missing),
            basis=weakest(facts),
        )
    blind = [fact for fact in facts if isinstance(fact.reading, Unknown)]
    if blind:
        return unknown_from(blind, _REQUIRED, left=tuple(unsaid))
    if any(isinstance(fact.reading, Absent) for fact in facts):
        return absent([fact for fact in facts if isinstance(fact.reading, Absent)], _REQUIRED, view)
    if unsaid:
        why = "the target does not say whether every stream is covered"
        return unknown(Why.INCOMPLETE, why, _REQUIRED, left=tuple(unsaid))
    return passed("masked: every required area is covered", _REQUIRED, weakest(facts))


def _covered(needed: tuple[str, ...], masks: Items[PrivacyMask]) -> Iterator[tuple[str, Truth]]:
    not_listed = Truth.FALSE if masks.complete else Truth.UNKNOWN
    if not needed:
        yield "any mask", any_of([not_listed, *(_covers(mask) for mask in masks.values)])
        return
    there = {mask.id: mask for mask in masks.values}
    for name in needed:
        yield f"mask {name}", _covers(there[name]) if name in there else not_listed


def _covers(mask: PrivacyMask) -> Truth:
    return all_of([Truth.of(mask.enabled), Truth.of(mask.every_stream)])
