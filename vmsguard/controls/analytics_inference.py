"""What is inferred about people from their faces and bodies: moods, and the groups they may belong to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.judging import Off, judge_off
from vmsguard.controls.offender_changes import stop_each
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Role

__all__ = ["AnalyticsBiometricCategorisationOff", "AnalyticsEmotionOff"]

_UNTOLD = frozenset({"face-attributes", "unclassified"})
"""Functions of which nobody said what they infer; until they are off, they may infer this too."""


def _infers(task: str) -> Callable[[Any], bool | None]:
    def offends(function: Any) -> bool | None:
        if function.enabled is False:
            return False
        if function.task == task:
            return True if function.enabled else None
        return None if function.task in _UNTOLD else False

    return offends


_EMOTION = Off("function", _infers("emotion"), "no function infers what people feel")
_CATEGORIES = Off("function", _infers("biometric-categorisation"), "no function sorts people by sensitive traits")


class _InferenceOff(Control):
    roles = frozenset({Role.DEVICE, Role.RECORDER, Role.RELAY})
    by_readings: ClassVar[bool] = True
    verbs: ClassVar[tuple[str, ...]] = ("analytics.stop",)
    off: ClassVar[Off]

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"analytics.functions"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        return judge_off(self.off, view.layers("analytics.functions"), view)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return stop_each("analytics.stop", "function", self.judge(params, view).offenders, view)


class AnalyticsEmotionOff(_InferenceOff):
    id = "analytics.emotion.off"
    off = _EMOTION
    says: ClassVar = {
        "en": "Nobody's feelings are inferred.",
        "ko": "사람의 감정을 추론하지 않는다.",
    }


class AnalyticsBiometricCategorisationOff(_InferenceOff):
    id = "analytics.biometric_categorisation.off"
    off = _CATEGORIES
    says: ClassVar = {
        "en": "Nobody's race, beliefs or orientation are inferred from face or body.",
        "ko": "얼굴이나 신체에서 인종, 신념, 성적 지향 등을 추론하지 않는다.",
    }
