"""One requirement on one camera: the outcome at every endpoint it concerns, with what it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from msgspec import Struct

from vmsguard.controls.view import View
from vmsguard.engine.compile import CompiledRequirement
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.inventory import Endpoint
from vmsguard.model.pack import ExceptionGrant
from vmsguard.model.results import Outcome
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import Basis, Role, Verdict, Why

__all__ = ["Bench", "Judgement"]


class Judgement(Struct, frozen=True, eq=False):
    """An outcome at one endpoint, or on the camera (``endpoint`` None), and the view it was reached in."""

    requirement: CompiledRequirement
    params: Any
    endpoint: Endpoint | None
    place: str
    """The endpoint as reports name it; empty for the camera."""
    outcome: Outcome
    view: View


_Asked: TypeAlias = tuple[Endpoint | None, str, Outcome, View]
_PASS, _NOT_APPLICABLE, _OBSERVED, _READ_BACK = Verdict.PASS, Verdict.NOT_APPLICABLE, Basis.OBSERVED, Basis.READ_BACK


@dataclass(eq=False, slots=True)
class Bench:
    """Judges the requirements of one camera at one moment; what two rules both ask is judged once."""

    snapshot: CameraSnapshot
    now: datetime
    facts: dict[str, FactSpec]
    _seen: dict[object, list[_Asked]] = field(default_factory=dict)
    _places: dict[frozenset[Role], list[tuple[Endpoint, str]]] = field(default_factory=dict)

    def view(self, endpoint: Endpoint | None = None, exception: ExceptionGrant | None = None) -> View:
        return View(self.snapshot, endpoint, self.now, self.facts, exception)

    def judge(self, requirement: CompiledRequirement, *, targets: frozenset[str] | None = None) -> list[Judgement]:
        """The outcome at each endpoint of the control's roles, and of the camera where the control asks.

        ``targets`` keeps only endpoints of those targets. A camera without an endpoint of a needed role is
        unknown, unless the control has something to say of the camera as a whole.
        """
        asked = self._seen.get(requirement.question)
        if asked is None:
            asked = self._seen[requirement.question] = self._ask(requirement, requirement.params, None)
        if targets is not None and not requirement.on_camera_alone:
            asked = [one for one in asked if one[0] is not None and one[0].target in targets]
        return _judged(asked, requirement, requirement.params)

    def judge_excepted(self, requirement: CompiledRequirement, params: Any, grant: ExceptionGrant) -> list[Judgement]:
        """The same under an exception, with the parameters it fills in."""
        return _judged(self._ask(requirement, params, grant), requirement, params)

    def _ask(self, requirement: CompiledRequirement, params: Any, grant: ExceptionGrant | None) -> list[_Asked]:
        control, snapshot = requirement.control, self.snapshot
        asked: list[_Asked] = []
        places = self._places.get(control.roles)
        if places is None:
            places = [(one, str(one)) for one in snapshot.endpoints if one.role in control.roles]
            self._places[control.roles] = places
        for endpoint, place in places:
            view = View(snapshot, endpoint, self.now, self.facts, grant)
            asked.append((endpoint, place, _ask(control.judge, params, view), view))
        if requirement.on_camera is not None:
            view = self.view(None, grant)
            asked.append((None, "", _ask(requirement.on_camera, params, view), view))
        if not asked:
            roles = ", ".join(sorted(control.roles))
            outcome = _unknown(Why.NO_ENDPOINT, f"the camera has no endpoint with the role {roles}")
            asked.append((None, "", outcome, self.view()))
        return asked


def _judged(asked: list[_Asked], requirement: CompiledRequirement, params: Any) -> list[Judgement]:
    judgements = []
    for endpoint, place, outcome, view in asked:
        enough = _enough(outcome, requirement, endpoint)
        judgements.append(Judgement(requirement, params, endpoint, place, enough, view))
    return judgements


def _ask(ask: Callable[[Any, View], Outcome | None], params: Any, view: View) -> Outcome:
    try:
        outcome = ask(params, view)
    except Exception as error:  # noqa: BLE001 - a plugin's control that breaks makes its verdict unknown, not the run
        return _unknown(Why.PLUGIN, f"the control broke ({type(error).__name__})")
    return outcome if outcome is not None else _unknown(Why.PLUGIN, "the control said nothing")


def _unknown(why: Why, detail: str) -> Outcome:
    return Outcome(verdict=Verdict.UNKNOWN, reason=f"{why.value}: {detail}", why=why)


def _enough(outcome: Outcome, requirement: CompiledRequirement, endpoint: Endpoint | None) -> Outcome:
    """The outcome, or unknown where it rests on too little.

    For critical rules "not applicable" needs a read-back, and so does a pass at an endpoint of the first
    rung: a manual's word is a reason to look, not a proof (policy-packs 6.3, 21).
    """
    if outcome.verdict is _PASS:
        if outcome.basis is _OBSERVED or (outcome.basis is _READ_BACK and requirement.min_basis is None):
            return outcome
        needed = _READ_BACK if requirement.critical and requirement.direct and endpoint is not None else None
    elif outcome.verdict is _NOT_APPLICABLE:
        needed = _READ_BACK if requirement.critical else None
    else:
        return outcome
    if requirement.min_basis is not None and (needed is None or requirement.min_basis > needed):
        needed = requirement.min_basis
    if needed is None or (outcome.basis is not None and outcome.basis >= needed):
        return outcome
    known = "nothing" if outcome.basis is None else outcome.basis.label
    return Outcome(
        verdict=Verdict.UNKNOWN,
        reason=f"{Why.BASIS.value}: known by {known}, {needed.label} is needed",
        found=outcome.reason,
        required=outcome.required,
        basis=outcome.basis,
        why=Why.BASIS,
    )
