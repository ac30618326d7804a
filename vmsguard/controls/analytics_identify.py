"""Searching for people by face where it is excepted, within its bounds; and where it must not even be installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar

from vmsguard.controls.analytics import AnalyticsFaceIdentifyOff, IdentifyOffParams, judge_but_proven_gate
from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.gate import GATE_FACTS
from vmsguard.controls.judging import Off, fabricates, failed, items_in, listed, passed, unknown, unknown_from, weakest
from vmsguard.controls.offender_changes import stop_each
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.facts import Absent
from vmsguard.model.inventory import Camera
from vmsguard.model.manifest import Manifest
from vmsguard.model.pack import ExceptionGrant
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Role, Verdict, Why

__all__ = ["AnalyticsFaceIdentifyBounded", "AnalyticsFaceIdentifyNotInstalled"]

_WATCHERS = frozenset({Role.DEVICE, Role.RECORDER, Role.RELAY})

_OFF = AnalyticsFaceIdentifyOff()
_OFF_PARAMS = IdentifyOffParams()


class AnalyticsFaceIdentifyBounded(Control):
    """The exception in use draws the bounds: its cameras, its hours, and how many faces may be searched for.

    The area it names is asserted; nobody can tell from a device what it looks at.
    """

    id = "analytics.face.identify.bounded"
    roles = _WATCHERS
    verbs: ClassVar[tuple[str, ...]] = ("analytics.stop",)
    says: ClassVar = {
        "en": "People are searched for by face only within the bounds of an exception.",
        "ko": "얼굴로 사람을 찾는 일은 예외가 정한 범위 안에서만 한다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return GATE_FACTS | {"analytics.functions", "face_library.sizes"}

    def judge(self, params: NoParams, view: View) -> Outcome:
        use = _OFF.judge(_OFF_PARAMS, view)
        if use.verdict is Verdict.PASS:
            return Outcome(
                verdict=Verdict.NOT_APPLICABLE,
                reason="not-in-use: nobody is searched for by face here",
                required=use.required,
                basis=use.basis,
            )
        if use.verdict is not Verdict.FAIL:
            return use
        grant = view.exception
        if grant is None:
            required = "no function matches faces one to many outside an exception"
            return _beyond("no exception is in use", use, required)
        required = f"only the cameras of {grant.id}, within its hours, against at most {_most(grant)} faces"
        broken = "; ".join(_broken(grant, view.camera, view.now))
        return _beyond(broken, use, required) if broken else _judge_gallery(grant, use, view, required)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        return stop_each("analytics.stop", "function", self.judge(params, view).offenders, view)


def _most(grant: ExceptionGrant) -> str:
    return "an unstated number of" if grant.gallery_max is None else str(grant.gallery_max)


def _beyond(why: str, use: Outcome, required: str) -> Outcome:
    return failed(
        f"out-of-bounds: {why}",
        required,
        offenders=use.offenders,
        left=use.left,
        found=use.found,
        basis=use.basis,
        why=use.why,
    )


def _broken(grant: ExceptionGrant, camera: Camera, now: datetime) -> Iterator[str]:
    if camera.id not in grant.cameras:
        yield f"{grant.id} does not name this camera"
    if not grant.starts <= now < grant.expires:
        yield f"{grant.id} is not in force now"


def _judge_gallery(grant: ExceptionGrant, use: Outcome, view: View, required: str) -> Outcome:
    if grant.gallery_max is None:
        return unknown(Why.NO_DOCUMENT, f"{grant.id} does not state how many faces may be searched for", required)
    fact = view.fact("face_library.sizes")
    galleries = listed(fact)
    if galleries is None:
        if isinstance(fact.reading, Absent) and not fabricates(view):
            return passed("in-bounds: the target has no gallery", required, weakest([fact]))
        return unknown_from([fact], required)
    count = sum(gallery.count for gallery in galleries.values)
    found = f"{count} enrolled"
    if count > grant.gallery_max:
        left = tuple(f"gallery {gallery.id}" for gallery in galleries.values if gallery.count)
        return failed(f"gallery-too-large: {found}", required, left=left, found=found, basis=fact.basis)
    if not galleries.complete:
        left = (galleries.missing or "galleries the target does not list",)
        return unknown(Why.INCOMPLETE, "not every gallery is listed", required, left=left)
    basis = fact.basis if use.basis is None else min(fact.basis, use.basis)
    return passed("in-bounds: the search keeps within the exception", required, basis, found=found)


def _installed(function: Any) -> bool | None:
    if function.task == "face-identification":
        return True
    return None if function.task == "unclassified" else False


def _unclassified(function: Any) -> bool | None:
    return None if function.task == "unclassified" else False


_ABSENT = "no function that could match faces one to many is there, switched on or off"
_INSTALLED = Off("installed function", _installed, _ABSENT)
_INSTALLED_AT_GATE = Off("installed function", _unclassified, _ABSENT)


class AnalyticsFaceIdentifyNotInstalled(Control):
    """Introduction comes before use: a function that is switched off is one click from being used.

    What runs is stopped; removing what is switched off is left to a person.
    """

    id = "analytics.face.identify.not_installed"
    roles = _WATCHERS
    verbs: ClassVar[tuple[str, ...]] = ("analytics.stop",)
    says: ClassVar = {
        "en": "Nothing that could search for a face among many is installed.",
        "ko": "여러 사람 가운데서 얼굴을 찾을 수 있는 기능을 설치하지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return GATE_FACTS | {"analytics.functions"}

    def judge(self, params: NoParams, view: View) -> Outcome:
        return judge_but_proven_gate(_INSTALLED, _INSTALLED_AT_GATE, view)

    def enforce(self, params: NoParams, view: View, manifest: Manifest) -> Sequence[Change]:
        offenders = frozenset(self.judge(params, view).offenders)
        running = {
            function.id: None
            for function in items_in(view.layers("analytics.functions"))
            if function.id in offenders and function.enabled is not False
        }
        return stop_each("analytics.stop", "function", running, view)
