"""Searching: face recognition, its galleries, one-to-one gates and mere detection, kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from msgspec import Struct

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.gate import GATE_FACTS, claims_gate, gate_state
from vmsguard.controls.judging import Off, failed, items_in, judge_off, passed, unknown, weakest
from vmsguard.controls.narrower_changes import least_change
from vmsguard.controls.offender_changes import stop_each
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.facts import Known
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.truth import Truth
from vmsguard.model.vocabulary import Role, Verdict, Why

__all__ = [
    "AnalyticsFaceDetectEphemeral",
    "AnalyticsFaceIdentifyOff",
    "AnalyticsFaceLibraryEmpty",
    "AnalyticsFaceVerifyBounded",
    "IdentifyOffParams",
    "LibraryEmptyParams",
    "functions_with_other_classes",
    "judge_but_proven_gate",
    "unproven_gate",
]

WATCHERS = frozenset({Role.DEVICE, Role.RECORDER, Role.RELAY})


def _identifies(function: Any) -> bool | None:
    if function.task == "face-identification":
        return bool(function.enabled) if function.enabled is not None else None
    if function.task == "unclassified":
        return False if function.enabled is False else None
    return False


def _identifies_nobody_by_gate(function: Any) -> bool | None:
    return None if function.task == "unclassified" and function.enabled is not False else False


_IDENTIFY = Off("function", _identifies, "no function matches faces one to many")
_GATE_PROVEN = Off("function", _identifies_nobody_by_gate, "no function matches faces one to many")


class IdentifyOffParams(Struct, frozen=True, forbid_unknown_fields=True):
    """No product says reliably whether a function runs live or afterwards: each counts for every timing."""

    timing: Literal["live", "post", "any"] = "any"


class AnalyticsFaceIdentifyOff(Control):
    id = "analytics.face.identify.off"
    roles = WATCHERS
    Params = IdentifyOffParams
    verbs: ClassVar[tuple[str, ...]] = ("analytics.stop",)
    by_readings: ClassVar[bool] = True
    says: ClassVar = {
        "en": "Nobody's face is searched for among many.",
        "ko": "여러 사람 가운데서 특정인의 얼굴을 찾지 않는다.",
    }

    def reads(self, params: IdentifyOffParams) -> frozenset[str]:
        return GATE_FACTS | {"analytics.functions"}

    def judge(self, params: IdentifyOffParams, view: View) -> Outcome:
        return judge_but_proven_gate(_IDENTIFY, _GATE_PROVEN, view)

    def enforce(self, params: IdentifyOffParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return stop_each("analytics.stop", "function", self.judge(params, view).offenders, view)


def judge_but_proven_gate(off: Off, where_proven: Off, view: View) -> Outcome:
    """The outcome for matching one to many, which a gate that is proven to compare one to one is not.

    ``where_proven`` judges the functions of such a gate. A gate is only asked about where the inventory
    claims one.
    """
    facts = view.layers("analytics.functions")
    outcome = judge_off(off, facts, view)
    if outcome.verdict is not Verdict.FAIL or not claims_gate(view):
        return outcome
    gate = gate_state(view)
    if gate.truth is Truth.TRUE:
        return judge_off(where_proven, facts, view)
    if gate.truth is Truth.FALSE:
        return failed(
            f"not-one-to-one: {'; '.join(gate.broken)} does not hold",
            outcome.required,
            offenders=outcome.offenders,
            left=outcome.left,
            found=outcome.found,
            basis=outcome.basis,
        )
    return unproven_gate(outcome, gate.unproven)


def unproven_gate(outcome: Outcome, unproven: Sequence[str]) -> Outcome:
    """A gate that is not proven 1:1 is unknown: doors do not shut on a guess (DESIGN 4)."""
    return unknown(
        Why.NOT_ATTRIBUTED,
        "not proven 1:1, so it may match one to many",
        outcome.required,
        left=tuple(f"not known: {says}" for says in unproven),
        offenders=outcome.offenders,
    )


class LibraryEmptyParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``unless_only: verify-1to1`` leaves the gallery of a gate that is proven 1:1."""

    unless_only: Literal["", "verify-1to1"] = ""


def _filled(library: Any) -> bool:
    return bool(library.count > 0)


def _filled_beyond_gate(library: Any) -> bool:
    return bool(library.count > 0 and library.purpose != "verify-1to1")


_LIBRARY = Off("gallery", _filled, "no gallery holds enrolled faces")
_LIBRARY_BUT_GATE = Off("gallery", _filled_beyond_gate, "no gallery holds enrolled faces, but for a proven 1:1 gate")


class AnalyticsFaceLibraryEmpty(Control):
    id = "analytics.face.library.empty"
    roles = WATCHERS
    Params = LibraryEmptyParams
    verbs: ClassVar[tuple[str, ...]] = ("face_library.purge",)
    by_readings: ClassVar[bool] = True
    says: ClassVar = {
        "en": "No gallery holds enrolled faces.",
        "ko": "등록된 얼굴 데이터가 없다.",
    }

    def reads(self, params: LibraryEmptyParams) -> frozenset[str]:
        return GATE_FACTS | {"face_library.sizes"} if params.unless_only else frozenset({"face_library.sizes"})

    def judge(self, params: LibraryEmptyParams, view: View) -> Outcome:
        facts = view.layers("face_library.sizes")
        strict = judge_off(_LIBRARY, facts, view)
        if strict.verdict is not Verdict.FAIL or not params.unless_only:
            return strict
        outcome = judge_off(_LIBRARY_BUT_GATE, facts, view)
        if outcome.verdict is Verdict.FAIL:
            return outcome
        gate = gate_state(view)
        return outcome if gate.truth is Truth.TRUE else unproven_gate(strict, gate.broken + gate.unproven)

    def enforce(self, params: LibraryEmptyParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return stop_each("face_library.purge", "library", self.judge(params, view).offenders, view, whole=True)


_BOUNDED = "all six conditions of a one-to-one gate hold"


class AnalyticsFaceVerifyBounded(Control):
    id = "analytics.face.verify.bounded"
    roles = frozenset({Role.CAMERA})
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "A face is compared only with the card or phone its holder presents.",
        "ko": "제시된 신분 매체의 소지자와만 얼굴을 대조한다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return GATE_FACTS

    def judge(self, params: NoParams, view: View) -> Outcome:
        gate = gate_state(view)
        known = [fact for fact in gate.facts if isinstance(fact.reading, Known)]
        if gate.truth is Truth.TRUE:
            return passed("bounded: all six conditions hold", _BOUNDED, weakest(known))
        if gate.truth is Truth.FALSE:
            told = tuple(f"does not hold: {says}" for says in gate.broken)
            return failed(f"unbounded: {len(told)} of 6 conditions broken", _BOUNDED, left=told, basis=weakest(known))
        told = tuple(f"not known: {says}" for says in gate.unproven)
        return unknown(Why.NOT_ATTRIBUTED, f"{len(told)} of 6 conditions not known", _BOUNDED, left=told)


_DETECTS = frozenset({"face-detection", "face-attributes", "emotion", "biometric-categorisation", "unclassified"})


def _keeps(function: Any) -> bool | None:
    if function.task not in _DETECTS or function.enabled is False:
        return False
    if function.task == "unclassified":
        return None
    if function.keeps_pictures is None:
        return None
    if function.enabled is None:
        return None if function.keeps_pictures else False
    return bool(function.keeps_pictures)


_DETECT = Off("function that keeps faces it detects", _keeps, "detected faces are not kept")


def functions_with_other_classes(view: View) -> frozenset[str]:
    """Ids of the functions that look for faces among other things, and would go on without them."""
    return frozenset(
        function.id
        for function in items_in(view.layers("analytics.functions"))
        if function.task == "face-detection" and function.other_classes
    )


class AnalyticsFaceDetectEphemeral(Control):
    id = "analytics.face.detect.ephemeral"
    roles = WATCHERS
    verbs: ClassVar[tuple[str, ...]] = ("analytics.pictures.stop", "analytics.faces.exclude", "analytics.stop")
    by_readings: ClassVar[bool] = True
    says: ClassVar = {
        "en": "Faces that are detected are not kept.",
        "ko": "검출한 얼굴을 남기지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"analytics.functions"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        return judge_off(_DETECT, view.layers("analytics.functions"), view)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        """Its pictures, else its looking for faces; the function itself goes only where neither can."""
        mixed = functions_with_other_classes(view)
        found = []
        for offender in self.judge(params, view).offenders:
            narrower = ("analytics.faces.exclude",) if offender in mixed else ()
            verbs = ("analytics.pictures.stop", *narrower, "analytics.stop")
            found.append(least_change(verbs, "function", offender, view, manifest))
        return tuple(change for change in found if change is not None)
