"""Saving: what writes pictures on devices, on recorders, outside, and what still lies there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.judging import (
    Off,
    absent,
    contradicted,
    fabricates,
    failed,
    judge_off,
    listed,
    passed,
    unknown,
    unknown_from,
    weakest,
)
from vmsguard.controls.offender_changes import stop_each
from vmsguard.controls.papers import valid_papers
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import RecorderMatch, StoredRecording, VerifiedDeletion
from vmsguard.model.facts import Absent, Fact, Unknown
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import WHOLE, Basis, Role, Verdict, Why

__all__ = ["StorageEdgeOff", "StorageExternalOff", "StorageResidueEmpty", "StorageVmsOff", "purge"]

_JOBS = Off("recording job", lambda job: job.active, "nothing writes this channel's pictures, running or as set")
_EXTERNAL = Off("external destination", lambda place: place.in_use, "no place outside the device is written to")
_RESIDUE = "no footage that was stored before is left"
_LISTED = "every enrolled recorder of the site is listed and matched"


def _judge_jobs(view: View) -> Outcome:
    grows = view.witness("footage.grows")
    return judge_off(
        _JOBS,
        view.layers("recording.jobs"),
        view,
        seen_on="files of the channel are still being written" if grows is True else "",
        seen_off=grows is False,
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
        if isinstance(fact.reading, Unknown):
            return unknown_from([fact], _LISTED)
        if isinstance(fact.reading, Absent):
            return absent([fact], _LISTED, view)
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


class StorageResidueEmpty(Control):
    """What was stored before is gone; footage newer than a verified deletion is ``storage.*.off``'s matter."""

    id = "storage.residue.empty"
    roles = frozenset({Role.DEVICE, Role.RECORDER})
    verbs: ClassVar[tuple[str, ...]] = ("footage.purge",)
    says: ClassVar = {
        "en": "Footage that was stored before is deleted.",
        "ko": "이전에 저장된 영상을 삭제한다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"footage.recordings", "footage.files", "deletion.verified"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        fact = view.fact("footage.recordings")
        files = view.witness("footage.files")
        if isinstance(fact.reading, Unknown):
            return unknown_from([fact], _RESIDUE)
        if isinstance(fact.reading, Absent):
            return _row_gone(files) if files else absent([fact], _RESIDUE, view)
        recordings = listed(fact)
        if recordings is None:
            return unknown(Why.PROTOCOL, "the list of recordings is no list", _RESIDUE)
        remaining = [recording for recording in recordings.values if not recording.empty]
        gaps = () if recordings.complete else (recordings.missing or "recordings the target does not list",)
        if not remaining:
            if files:
                return _row_gone(files)
            if gaps:
                return unknown(Why.INCOMPLETE, "no footage on a list that is not complete", _RESIDUE, left=gaps)
            if not recordings.values and fabricates(view):
                return unknown(Why.FABRICATED, "an empty list from a target that answers anything", _RESIDUE)
            return passed("empty: no footage is left", _RESIDUE, fact.basis if files is None else Basis.OBSERVED)
        return _judge_remaining(view, fact, remaining, gaps)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return (purge(view, view.now),) if self.judge(params, view).offenders else ()


def _row_gone(files: bool | int) -> Outcome:
    return contradicted(f"{files} files of the channel lie in visible storage (row gone, files stay)", _RESIDUE)


def _judge_remaining(view: View, fact: Fact, remaining: Sequence[StoredRecording], gaps: Sequence[str]) -> Outcome:
    ledger = view.fact("deletion.verified")
    deletions = listed(ledger)
    if deletions is None or not deletions.complete:
        if isinstance(ledger.reading, Unknown):
            return unknown_from([ledger], _RESIDUE, left=tuple(item.id for item in remaining))
        return unknown(Why.INCOMPLETE, "the ledger of deletions is not complete", _RESIDUE)
    old, undated = [], []
    for recording in remaining:
        cutoff = last_cutoff(deletions.values, recording.store)
        if cutoff is None or (recording.start is not None and recording.start < cutoff):
            old.append(recording)
        elif recording.start is None:
            undated.append(recording)
    if old:
        locked = [recording.id for recording in old if recording.locked]
        told = f"; locked by the product: {', '.join(locked)}" if locked else ""
        return failed(
            f"residue: {len(old)} recordings from before are left{told}",
            _RESIDUE,
            offenders=tuple(recording.id for recording in old),
            left=(*(_described(recording) for recording in old), *gaps),
            found=f"{len(old)} recordings",
            basis=weakest((fact, ledger)),
        )
    if undated:
        left = tuple(f"recording {recording.id}: start unknown" for recording in undated)
        return unknown(Why.INCOMPLETE, "the target does not say when footage begins", _RESIDUE, left=left)
    if gaps:
        return unknown(Why.INCOMPLETE, "no old footage on a list that is not complete", _RESIDUE, left=gaps)
    reason = "newer: all footage left began after the last verified deletion"
    return passed(reason, _RESIDUE, weakest((fact, ledger)), found=f"{len(remaining)} newer")


def _described(recording: StoredRecording) -> str:
    return f"recording {recording.id} (locked)" if recording.locked else f"recording {recording.id}"


_ALL_FOOTAGE = frozenset({"", WHOLE, "footage"})


def last_cutoff(deletions: Sequence[VerifiedDeletion], store: str, *, footage: bool = True) -> datetime | None:
    """Until when a store is proven emptied; a deletion of ``footage`` covers every footage store of the channel."""
    cutoffs = [item.cutoff for item in deletions if item.store == store or (footage and item.store in _ALL_FOOTAGE)]
    return max(cutoffs, default=None)


def purge(view: View, cutoff: datetime) -> Change:
    """Delete all footage of the endpoint's channel that was stored before the cutoff."""
    assert view.endpoint is not None
    told = cutoff.isoformat().replace("+00:00", "Z")
    return Change("footage.purge", view.endpoint.target, view.endpoint.channel, {"cutoff": told, "recordings": ""})


def older_than(recordings: Sequence[StoredRecording], now: datetime, limit: timedelta) -> list[Any]:
    return [item for item in recordings if not item.empty and item.start is not None and item.start < now - limit]
