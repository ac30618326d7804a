"""Exceptions as such: that every one in use is valid, and that nothing is left of those that have ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.exception_traces import (
    TRACE_FACTS,
    Traces,
    ended,
    moment,
    purges_after,
    removals,
    traces_of,
)
from vmsguard.controls.held import held_by, held_reason
from vmsguard.controls.judging import failed, passed, unknown, unknown_from
from vmsguard.controls.papers import valid_papers
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.counted import counted
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.snapshot import ExceptionStanding
from vmsguard.model.vocabulary import Basis, Role, Verdict, Why

__all__ = ["ExceptionExpiry", "ExceptionValid", "PurgeOnReject"]

_STORES = frozenset({Role.DEVICE, Role.RECORDER})
_DELETION_RECORD = "deletion-record"
_OVER = frozenset({"exception-expired", "exception-not-started"})
"""What is not in use needs not be valid."""


class ExceptionValid(Control):
    """Decided once, in one place; here it is only told on the camera."""

    id = "exception.valid"
    roles = frozenset({Role.CAMERA})
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "Every exception in use is complete, in time, in scope and approved by somebody else.",
        "ko": "사용 중인 모든 예외는 요건·기간·범위를 갖추고 신청자가 아닌 사람이 승인했다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset()

    def judge(self, params: NoParams, view: View) -> Outcome:
        required = "every exception in use is valid"
        used = [one for one in view.snapshot.exceptions if _OVER.isdisjoint(one.codes)]
        if not used:
            return _not_applicable("none-in-use: no exception is in use on this camera", required)
        bad = {one.grant.id: one.codes[0] for one in used if one.reasons}
        if bad:
            told = ", ".join(f"{name} ({code})" for name, code in bad.items())
            return failed(f"exception-not-valid: {told}", required, left=tuple(bad), found=f"{len(bad)} of {len(used)}")
        reason = "exceptions-valid: every exception in use is valid; what it asserts was not checked"
        return passed(reason, required, Basis.ATTESTED, found=f"{len(used)} in use")


class ExceptionExpiry(Control):
    """Whether the device is back in its first state is for the rule that was lifted; this is about what was gained."""

    id = "exception.expiry"
    roles = _STORES
    verbs: ClassVar[tuple[str, ...]] = ("footage.purge", "face_library.purge")
    says: ClassVar = {
        "en": "Nothing is left of what was gained under an exception that has ended.",
        "ko": "끝난 예외로 얻은 영상과 얼굴 데이터를 남기지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return TRACE_FACTS

    def judge(self, params: NoParams, view: View) -> Outcome:
        required = "what was recorded or enrolled under an exception is deleted when it ends"
        over = [one for one in ended(view) if purges_after(one)]
        if not over:
            return _not_applicable("none-ended: no exception that asks for a purge has ended here", required)
        return _judge_traces(over, view, required, "gained-left")

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return _removed((one for one in ended(view) if purges_after(one)), view)


class PurgeOnReject(Control):
    """What a camera or recorder holds is read; results and outputs kept elsewhere take a paper that says so."""

    id = "purge.on_reject"
    roles = _STORES
    verbs: ClassVar[tuple[str, ...]] = ("footage.purge", "face_library.purge")
    says: ClassVar = {
        "en": "All data, results and outputs of a use whose authorisation was refused are deleted.",
        "ko": "허가가 거부된 사용의 데이터·결과·산출물을 모두 삭제한다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return TRACE_FACTS

    def judge(self, params: NoParams, view: View) -> Outcome:
        rejected = _rejected(view)
        return _judge_traces(rejected, view, _ALL_GONE, "rejected-left") if rejected else _none_rejected()

    def judge_camera(self, params: NoParams, view: View) -> Outcome | None:
        rejected = _rejected(view)
        if not rejected:
            return _none_rejected()
        told = {paper.details.get("exception"): paper for paper in valid_papers(view, _DELETION_RECORD)}
        missing = tuple(one.grant.id for one in rejected if one.grant.id not in told)
        if missing:
            detail = f"no document of kind {_DELETION_RECORD} says that the results of {', '.join(missing)} are gone"
            return unknown(Why.NO_DOCUMENT, detail, _ALL_GONE, left=missing)
        reason = "attested: the deletion of results and outputs is on record, not checked"
        return passed(reason, _ALL_GONE, Basis.ATTESTED)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return _removed(_rejected(view), view)


_ALL_GONE = "nothing is left of a use whose authorisation was refused, late or never decided"


def _rejected(view: View) -> list[ExceptionStanding]:
    now = moment(view)
    return [one for one in view.snapshot.exceptions if one.rejected and one.ended_at(now) is not None]


def _none_rejected() -> Outcome:
    return _not_applicable("none-rejected: no exception of this camera was rejected", _ALL_GONE)


def _not_applicable(reason: str, required: str) -> Outcome:
    """Exceptions are files of the site: that there is none is read, not assumed."""
    return Outcome(verdict=Verdict.NOT_APPLICABLE, reason=reason, required=required, basis=Basis.READ_BACK)


def _removed(standings: Iterable[ExceptionStanding], view: View) -> tuple[Change, ...]:
    found = {change.id: change for one in standings for change in removals(one, view)}
    return tuple(found.values())


def _judge_traces(standings: Sequence[ExceptionStanding], view: View, required: str, code: str) -> Outcome:
    traces = {one.grant.id: traces_of(one, view) for one in standings}
    left = {name: told for name, told in traces.items() if told.recordings or told.libraries}
    if left:
        return _something_left(left, view, required, code)
    blind = [fact for told in traces.values() for fact in told.blind]
    if blind:
        return unknown_from(blind, required)
    gaps = tuple(dict.fromkeys(gap for told in traces.values() for gap in told.gaps))
    if gaps:
        return unknown(Why.INCOMPLETE, "nothing of it on a list that is not complete", required, left=gaps)
    return passed(f"nothing-gained: nothing is left of {', '.join(traces)}", required, Basis.READ_BACK)


def _something_left(left: dict[str, Traces], view: View, required: str, code: str) -> Outcome:
    recordings = {item.id: item for told in left.values() for item in told.recordings}
    libraries = {gallery.id for told in left.values() for gallery in told.libraries}
    held = held_by(recordings.values(), view)
    offenders = (*recordings, *sorted(libraries))
    found = f"{counted(len(recordings), 'recording')} and {counted(len(libraries), 'gallery', 'galleries')}"
    reason = f"{code}: {found} of {', '.join(left)}"
    if not libraries and len(held) == len(recordings):
        reason = held_reason(held)
    return failed(reason, required, offenders=offenders, found=f"{len(offenders)} left", basis=Basis.READ_BACK)
