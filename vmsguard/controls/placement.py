"""Where a camera looks: rooms it must not see, and limits that keep a movable one inside its range."""

from __future__ import annotations

from typing import ClassVar

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.judging import absent, fabricates, failed, flag, passed, unknown, unknown_from, weakest
from vmsguard.controls.papers import judge_papers
from vmsguard.controls.view import View
from vmsguard.model.facts import Absent, Unknown
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Basis, Role, Verdict, Why

__all__ = ["PlacementPrivateSpaceNone", "PtzBounded"]

_NO_PRIVATE = "the camera sees no toilet, changing room or other private room"


class PlacementPrivateSpaceNone(Control):
    """Attested, never guessed: no name of a camera or of a place says who may be there."""

    id = "placement.private_space.none"
    roles = frozenset({Role.CAMERA})
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "The camera does not look into private rooms.",
        "ko": "화장실, 탈의실 등 사생활 공간을 비추지 않는다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset()

    def judge(self, params: NoParams, view: View) -> Outcome:
        space = view.attribute("space")
        if space == "private":
            return failed("private-space: the inventory says so", _NO_PRIVATE, found="private", basis=Basis.ATTESTED)
        if space is not None:
            return passed(
                "attested: the inventory says who may be there", _NO_PRIVATE, Basis.ATTESTED, found=str(space)
            )
        return judge_papers(view, "placement", _NO_PRIVATE)


_BOUNDED = "the view cannot be moved, or limits keep it inside its range"


class PtzBounded(Control):
    """That the limits are drawn where they should be is nobody's reading; that there are some is."""

    id = "ptz.bounded"
    roles = frozenset({Role.DEVICE})
    by_readings: ClassVar[bool] = True
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "A movable camera keeps to its stated range.",
        "ko": "움직이는 카메라는 정해진 범위 안에서만 움직인다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"ptz.movable", "ptz.limited"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        movable = view.fact("ptz.movable")
        if isinstance(movable.reading, Unknown):
            return unknown_from([movable], _BOUNDED)
        if isinstance(movable.reading, Absent):
            return absent([movable], _BOUNDED, view)
        moves = flag(movable)
        if moves is None:
            return unknown(Why.PROTOCOL, "the answer is no yes or no", _BOUNDED)
        if not moves:
            return Outcome(
                verdict=Verdict.NOT_APPLICABLE,
                reason="fixed: the view cannot be moved",
                required=_BOUNDED,
                basis=movable.basis,
            )
        limits = view.layers("ptz.limited")
        if any(flag(fact) is False or (isinstance(fact.reading, Absent) and not fabricates(view)) for fact in limits):
            return failed("not-limited: nothing keeps the view inside its range", _BOUNDED, basis=weakest(limits))
        if not all(flag(fact) for fact in limits):
            blind = [fact for fact in limits if flag(fact) is None]
            return unknown_from(blind, _BOUNDED)
        return passed("limited: limits keep the view inside its range", _BOUNDED, weakest((movable, *limits)))
