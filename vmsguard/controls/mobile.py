"""Cameras that are worn, carried or mounted: people must notice that they record."""

from __future__ import annotations

from typing import ClassVar

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.judging import fabricates, failed, flag, passed, unknown, unknown_from, weakest
from vmsguard.controls.view import View
from vmsguard.model.facts import Absent
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Basis, Role, Verdict, Why

__all__ = ["MobileIndicatorOn"]

_SHOWN = "light, sound or a display shows that a worn or mounted device records"


class MobileIndicatorOn(Control):
    """A device nobody called fixed or mobile passes with its indicator on, and is unknown without."""

    id = "mobile.indicator.on"
    roles = frozenset({Role.DEVICE})
    by_readings: ClassVar[bool] = True
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "A worn or mounted camera shows that it records.",
        "ko": "착용하거나 부착한 카메라는 촬영 중임을 표시한다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"recording.indicator"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        mobility = view.attribute("mobility")
        if mobility == "fixed":
            return Outcome(
                verdict=Verdict.NOT_APPLICABLE,
                reason="fixed: the inventory says that it stays in its place",
                required=_SHOWN,
                basis=Basis.ATTESTED,
            )
        facts = view.layers("recording.indicator")
        if all(flag(fact) for fact in facts):
            return passed("shown: an indicator is on", _SHOWN, weakest(facts))
        if mobility is None:
            return unknown(Why.NOT_ATTRIBUTED, "nobody said whether it is fixed or mobile", _SHOWN)
        if any(flag(fact) is False or (isinstance(fact.reading, Absent) and not fabricates(view)) for fact in facts):
            return failed("not-shown: nothing shows that it records", _SHOWN, basis=weakest(facts))
        return unknown_from([fact for fact in facts if flag(fact) is None], _SHOWN)
