"""Saving: what writes pictures on devices, on recorders and outside."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import ClassVar

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.judging import Off, judge_off
from vmsguard.controls.offender_changes import stop_each
from vmsguard.controls.site_recorders import RECORDERS, judge_recorders
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Role

__all__ = ["StorageEdgeOff", "StorageExternalOff", "StorageVmsOff"]

_JOBS = Off("recording job", attrgetter("active"), "nothing writes this channel's pictures, running or as set")
_EXTERNAL = Off("external destination", attrgetter("in_use"), "no place outside the device is written to")


def _judge_jobs(view: View) -> Outcome:
    grows = view.witness("footage.grows")
    return judge_off(
        _JOBS,
        view.layers("recording.jobs"),
        view,
        seen_on="files of the channel are still being written" if grows is True else "",
        seen_off=grows is False,
        for_runtime=True,
    )


class _RecordingOff(Control):
    by_readings: ClassVar[bool] = True
    verbs: ClassVar[tuple[str, ...]] = ("recording.stop",)

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"recording.jobs", "footage.grows"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        return _judge_jobs(view)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return stop_each("recording.stop", "job", _judge_jobs(view).offenders, view)


class StorageEdgeOff(_RecordingOff):
    id = "storage.edge.off"
    roles = frozenset({Role.DEVICE})
    says: ClassVar = {
        "en": "The device itself stores no pictures.",
        "ko": "기기 자체에 영상을 저장하지 않는다.",
    }


class StorageVmsOff(_RecordingOff):
    """Passes only when every enrolled recorder of the site was listed completely and matched (DESIGN 4)."""

    id = "storage.vms.off"
    roles = frozenset({Role.RECORDER})
    says: ClassVar = {
        "en": "No recorder or video management system stores this camera's pictures.",
        "ko": "녹화기나 영상관리시스템(VMS)이 이 카메라의 영상을 저장하지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return super().reads(params) | {RECORDERS}

    def judge_camera(self, params: NoParams, view: View) -> Outcome | None:
        return judge_recorders(view)


class StorageExternalOff(Control):
    id = "storage.external.off"
    roles = frozenset({Role.DEVICE})
    verbs: ClassVar[tuple[str, ...]] = ("storage.external.remove",)
    by_readings: ClassVar[bool] = True
    says: ClassVar = {
        "en": "The device writes no pictures to places outside it.",
        "ko": "기기가 외부 저장소에 영상을 저장하지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"storage.external"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        return judge_off(_EXTERNAL, view.layers("storage.external"), view)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        offenders = self.judge(params, view).offenders
        return stop_each("storage.external.remove", "destination", offenders, view, whole=True)
