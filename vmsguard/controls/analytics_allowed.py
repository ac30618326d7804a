"""Analytics by permission: only what is listed may look at pictures, and only so many faces may be enrolled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from vmsguard.controls.analytics import functions_with_other_classes
from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.judging import Off, absent, failed, judge_off, listed, passed, unknown, unknown_from, weakest
from vmsguard.controls.narrower_changes import least_change
from vmsguard.controls.offender_changes import stop_each
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.facts import Absent
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Role, Why

__all__ = [
    "AllowlistParams",
    "AnalyticsAllowlist",
    "AnalyticsFaceLibraryMaxCount",
    "AnalyticsFaceVerifyOff",
    "MaxCountParams",
]

_WATCHERS = frozenset({Role.DEVICE, Role.RECORDER, Role.RELAY})

Task = Literal[
    "face-detection",
    "face-identification",
    "face-verification",
    "face-attributes",
    "emotion",
    "biometric-categorisation",
    "body-temperature",
    "other",
]


class AllowlistParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``tasks``: what may run; a function that nobody could classify is unknown unless it is off."""

    tasks: tuple[Task, ...]


class AnalyticsAllowlist(Control):
    id = "analytics.allowlist"
    roles = _WATCHERS
    Params = AllowlistParams
    verbs: ClassVar[tuple[str, ...]] = ("analytics.faces.exclude", "analytics.stop")
    by_readings: ClassVar[bool] = True
    says: ClassVar = {
        "en": "Only listed analytics run.",
        "ko": "허용된 영상 분석만 작동한다.",
    }

    def reads(self, params: AllowlistParams) -> frozenset[str]:
        return frozenset({"analytics.functions"})

    def judge(self, params: AllowlistParams, view: View) -> Outcome:
        allowed = frozenset(params.tasks)

        def offends(function: Any) -> bool | None:
            if function.enabled is False or function.task in allowed:
                return False
            return None if function.task == "unclassified" or function.enabled is None else True

        off = Off("function", offends, f"no other analytics than {', '.join(params.tasks)} run")
        return judge_off(off, view.layers("analytics.functions"), view)

    def enforce(self, params: AllowlistParams, view: View, manifest: Manifest) -> Sequence[Change]:
        """Where everything but faces may be looked for, what looks for both is left the rest."""
        mixed = functions_with_other_classes(view) if "other" in params.tasks else frozenset()
        found = []
        for offender in self.judge(params, view).offenders:
            narrower = ("analytics.faces.exclude",) if offender in mixed else ()
            found.append(least_change((*narrower, "analytics.stop"), "function", offender, view, manifest))
        return tuple(change for change in found if change is not None)


def _verifies(function: Any) -> bool | None:
    if function.task == "face-verification":
        return bool(function.enabled) if function.enabled is not None else None
    if function.task == "unclassified":
        return False if function.enabled is False else None
    return False


_VERIFY = Off("function", _verifies, "no function compares a face with a claimed identity")


class AnalyticsFaceVerifyOff(Control):
    id = "analytics.face.verify.off"
    roles = _WATCHERS
    verbs: ClassVar[tuple[str, ...]] = ("analytics.stop",)
    by_readings: ClassVar[bool] = True
    says: ClassVar = {
        "en": "No face is compared with a claimed identity.",
        "ko": "제시된 신원과 얼굴을 대조하지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"analytics.functions"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        return judge_off(_VERIFY, view.layers("analytics.functions"), view)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return stop_each("analytics.stop", "function", self.judge(params, view).offenders, view)


class MaxCountParams(Struct, frozen=True, forbid_unknown_fields=True):
    max: Annotated[int, Meta(ge=0)]


class AnalyticsFaceLibraryMaxCount(Control):
    """Over all galleries of one target together; nothing tells whether two targets hold the same faces."""

    id = "analytics.face.library.max_count"
    roles = _WATCHERS
    Params = MaxCountParams
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "Fewer faces are enrolled than the limit.",
        "ko": "등록된 얼굴 수가 한도를 넘지 않는다.",
    }

    def reads(self, params: MaxCountParams) -> frozenset[str]:
        return frozenset({"face_library.sizes"})

    def judge(self, params: MaxCountParams, view: View) -> Outcome:
        required = f"at most {params.max} faces are enrolled on a target"
        fact = view.fact("face_library.sizes")
        told = listed(fact)
        if told is None:
            return (
                absent([fact], required, view) if isinstance(fact.reading, Absent) else unknown_from([fact], required)
            )
        count = sum(library.count for library in told.values)
        if count > params.max:
            return failed(f"too-many-faces: {count} enrolled", required, found=str(count), basis=fact.basis)
        if not told.complete:
            return unknown(Why.INCOMPLETE, "not every gallery is listed", required, left=(told.missing or "galleries",))
        return passed("few-faces: within the limit", required, weakest([fact]), found=str(count))
