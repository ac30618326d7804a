"""Data about pictures: what streams of metadata say of people, and recognition results from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, ClassVar

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.judging import Off, judge_off
from vmsguard.controls.offender_changes import stop_each
from vmsguard.controls.site_recorders import RECORDERS, judge_recorders
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Role

__all__ = ["MetadataHumanAttributesOff", "MetadataRecognitionIngestOff"]


def _describes(stream: Any) -> bool | None:
    if stream.enabled is False:
        return False
    if stream.human_attributes is None:
        return None
    if not stream.human_attributes:
        return False
    return True if stream.enabled else None


_ATTRIBUTES = Off("metadata stream", _describes, "no stream of metadata describes faces or bodies")
_INGEST = Off("subscription", attrgetter("enabled"), "no recognition results are taken in from elsewhere")


class MetadataHumanAttributesOff(Control):
    id = "metadata.human_attributes.off"
    roles = frozenset({Role.DEVICE, Role.RECORDER, Role.RELAY})
    by_readings: ClassVar[bool] = True
    verbs: ClassVar[tuple[str, ...]] = ("metadata.stop",)
    says: ClassVar = {
        "en": "No metadata describe a face or body: no age, sex, expression or temperature.",
        "ko": "나이, 성별, 표정, 체온 등 얼굴이나 신체의 속성을 메타데이터에 담지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"metadata.streams"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        return judge_off(_ATTRIBUTES, view.layers("metadata.streams"), view)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return stop_each("metadata.stop", "stream", self.judge(params, view).offenders, view)


class MetadataRecognitionIngestOff(Control):
    """Who takes results in is a recorder or relay; that none of them was overlooked counts like a reading."""

    id = "metadata.recognition_ingest.off"
    roles = frozenset({Role.RECORDER, Role.RELAY})
    by_readings: ClassVar[bool] = True
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "No recognition results are taken in from elsewhere.",
        "ko": "다른 곳에서 얼굴인식 결과를 받아들이지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"recognition.subscriptions", RECORDERS})

    def judge(self, params: NoParams, view: View) -> Outcome:
        return judge_off(_INGEST, view.layers("recognition.subscriptions"), view)

    def judge_camera(self, params: NoParams, view: View) -> Outcome | None:
        return judge_recorders(view)
