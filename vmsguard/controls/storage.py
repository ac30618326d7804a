"""Saving: what writes pictures on devices, on recorders and outside."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import ClassVar

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.judging import (
    Off,
    judge_off,
    listed,
    passed,
    unknown,
    unknown_from,
)
from vmsguard.controls.offender_changes import stop_each
from vmsguard.controls.papers import valid_papers
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import RecorderMatch
from vmsguard.model.facts import Fact, Unknown
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Basis, Role, Verdict, Why

__all__ = ["StorageEdgeOff", "StorageExternalOff", "StorageVmsOff"]

_JOBS = Off("recording job", attrgetter("active"), "nothing writes this channel's pictures, running or as set")
_EXTERNAL = Off("external destination", attrgetter("in_use"), "no place outside the device is written to")
_LISTED = "every enrolled recorder of the site is listed and matched"


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
        return super().reads(params) | {"site.recorders"}

    def judge_camera(self, params: NoParams, view: View) -> Outcome | None:
        fact = view.camera_fact("site.recorders")
        if not view.delivered(fact):
            return _without_recorder(view)
        if isinstance(fact.reading, Unknown):
            return unknown_from([fact], _LISTED)
        recorders = listed(fact)
        if recorders is None:
            return unknown(Why.PROTOCOL, "the list of recorders is no list", _LISTED)
        if not recorders.values and recorders.complete:
            return _without_recorder(view)
        return _matched(fact, recorders.values, recorders.complete, recorders.missing, view)


def _without_recorder(view: View) -> Outcome:
    papers = valid_papers(view, "no-recorder")
    if papers:
        return passed("attested: a document says there is no recorder", _LISTED, Basis.ATTESTED, found=papers[0].id)
    return unknown(Why.NO_RECORDER, "no recorder of the site is enrolled, and no document says there is none", _LISTED)


def _matched(fact: Fact, matches: Sequence[RecorderMatch], complete: bool, missing: str, view: View) -> Outcome:
    blind = tuple(f"recorder {match.recorder}" for match in matches if not match.listed)
    if blind or not complete:
        left = blind or (missing or "recorders of the site",)
        return unknown(Why.INCOMPLETE, "not every recorder was listed completely", _LISTED, left=left)
    enrolled = {(endpoint.target, endpoint.channel) for endpoint in view.endpoints((Role.RECORDER,))}
    unjudged = tuple(
        f"{match.recorder}/{channel}"
        for match in matches
        for channel in match.channels
        if (match.recorder, channel) not in enrolled
    )
    if unjudged:
        return unknown(Why.NO_ENDPOINT, "a recorder's channel shows this camera unclaimed", _LISTED, left=unjudged)
    if not enrolled:
        return Outcome(
            verdict=Verdict.NOT_APPLICABLE,
            reason="no-channel: every enrolled recorder was listed and none has this camera",
            required=_LISTED,
            basis=fact.basis,
        )
    return passed("listed: every enrolled recorder of the site was listed and matched", _LISTED, fact.basis)


class StorageExternalOff(Control):
    id = "storage.external.off"
    roles = frozenset({Role.DEVICE})
    verbs: ClassVar[tuple[str, ...]] = ("storage.external.remove",)
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
