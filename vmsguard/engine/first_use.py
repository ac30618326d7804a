"""Whether recognition is seen in use on a camera: the day after which an impact assessment comes too late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from vmsguard.controls.documents import ImpactAssessmentParams
from vmsguard.controls.view import View
from vmsguard.engine.compile import CompiledRule, CompiledRules
from vmsguard.engine.derive import performed
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.truth import Truth

__all__ = ["uses_recognition", "uses_to_look_for"]

_IDENTIFY, _VERIFY = "analytics.face.identify", "analytics.face.verify"
_OF_GATES = ((_VERIFY, True), ("analytics.face.recognise", True))
_RECOGNISE = "analytics.face.recognise"


def uses_to_look_for(compiled: Iterable[CompiledRules]) -> tuple[str, ...]:
    """The derived facts whose first use counts for a site's rules; empty where nothing there is observed.

    Identification always counts. A gate's comparing one to one counts only where a rule on gates asks for an
    assessment before use: elsewhere it would make an assessment of identification late that is not.
    """
    compiled = tuple(compiled)
    if not any("analytics.functions" in rules.wanted for rules in compiled):
        return ()
    gates = any(_asks_before_use_of_gates(rule) for rules in compiled for rule in rules.rules)
    return (_IDENTIFY, _VERIFY) if gates else (_IDENTIFY,)


def uses_recognition(names: Iterable[str], snapshot: CameraSnapshot, now: datetime, facts: dict[str, FactSpec]) -> bool:
    """Whether one of these is seen enabled, running or as stored; what was not seen is no use observed."""
    views = [View(snapshot, endpoint, now, facts) for endpoint in snapshot.endpoints]
    return any(performed(name, views) is Truth.TRUE for name in names)


def _asks_before_use_of_gates(rule: CompiledRule) -> bool:
    if (_VERIFY, True) not in rule.when and (_RECOGNISE, True) not in rule.when:
        return False
    asked = (*rule.require, *(one for rung in rule.rungs for one in rung.require))
    return any(isinstance(one.params, ImpactAssessmentParams) and one.params.before_use for one in asked)
