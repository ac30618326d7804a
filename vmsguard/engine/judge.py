"""One requirement on one camera: the outcome at every endpoint it concerns, with what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec import Struct

from vmsguard.controls.view import View
from vmsguard.engine.compile import CompiledRequirement, CompiledRule
from vmsguard.engine.recall import Conclusion
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import Fact
from vmsguard.model.inventory import Endpoint
from vmsguard.model.pack import ExceptionGrant
from vmsguard.model.results import Outcome
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import Basis, Role, Verdict, Why

__all__ = ["Answer", "Bench", "Judgement", "accepted"]


class Answer(Struct, frozen=True, eq=False, gc=False):
    """What a control said at one endpoint, or of the camera (``endpoint`` None), and the facts it read."""

    endpoint: Endpoint | None
    place: str
    """The endpoint as reports name it; empty for the camera."""
    outcome: Outcome
    facts: Sequence[Fact]
    conclusion: Conclusion
    """Equal ones are the same object."""


class Judgement(Struct, frozen=True, eq=False):
    """An outcome at one endpoint, or on the camera, as far as a requirement accepts it."""

    requirement: CompiledRequirement
    params: Any
    endpoint: Endpoint | None
    place: str
    outcome: Outcome
    facts: Sequence[Fact]
    bench: Bench
    grant: ExceptionGrant | None = None

    @property
    def view(self) -> View:
        """A view in which the same facts were read."""
        view = self.bench.view(self.endpoint, self.grant)
        view.recite(self.facts)
        return view


_PASS, _NOT_APPLICABLE, _OBSERVED, _READ_BACK = Verdict.PASS, Verdict.NOT_APPLICABLE, Basis.OBSERVED, Basis.READ_BACK


@dataclass(eq=False, slots=True)
class Bench:
    """Judges the requirements of one camera at one moment; what two rules both ask is judged once."""

    snapshot: CameraSnapshot
    now: datetime
    facts: dict[str, FactSpec]
    _answers: dict[object, list[Answer]] = field(default_factory=dict)
    _places: dict[frozenset[Role], list[tuple[Endpoint, str]]] = field(default_factory=dict)

    def view(self, endpoint: Endpoint | None = None, exception: ExceptionGrant | None = None) -> View:
        return View(self.snapshot, endpoint, self.now, self.facts, exception)

    def judge(self, requirement: CompiledRequirement, *, targets: frozenset[str] | None = None) -> list[Judgement]:
        """The outcome at each endpoint of the control's roles, and of the camera where the control asks.

        ``targets`` keeps only endpoints of those targets. A camera without an endpoint of a needed role is
        unknown, unless the control has something to say of the camera as a whole.
        """
        answers = self.answers(requirement)
        if targets is not None and not requirement.on_camera_alone:
            answers = [one for one in answers if one.endpoint is not None and one.endpoint.target in targets]
        return self._judged(answers, requirement, requirement.params, None)

    def judge_excepted(self, requirement: CompiledRequirement, params: Any, grant: ExceptionGrant) -> list[Judgement]:
        """The same under an exception, with the parameters it fills in."""
        return self._judged(self._ask(requirement, params, grant), requirement, params, grant)

    def answers(self, requirement: CompiledRequirement) -> list[Answer]:
        """What the control says at each endpoint, before the requirement asks how it is known."""
        answers = self._answers.get(requirement.question)
        if answers is None:
            answers = self._answers[requirement.question] = self._ask(requirement, requirement.params, None)
        return answers

    def all_answers(self, rule: CompiledRule) -> list[Answer]:
        """What all controls of the first rung say, in order."""
        if len(rule.require) == 1:
            return self.answers(rule.require[0])
        return [answer for requirement in rule.require for answer in self.answers(requirement)]

    def _ask(self, requirement: CompiledRequirement, params: Any, grant: ExceptionGrant | None) -> list[Answer]:
        question = requirement.question
        remembers = question.remembers and grant is None
        answers: list[Answer] = []
        for endpoint, place in self._places_of(requirement.control.roles):
            known = question.recall(self.snapshot, endpoint, self.facts, self.view) if remembers else None
            if known is None:
                answers.append(self._judge_at(endpoint, place, requirement, params, grant))
            else:
                conclusion, read = known
                answers.append(Answer(endpoint, place, conclusion.outcome, read, conclusion))
        if requirement.on_camera is not None:
            view = self.view(None, grant)
            outcome = _ask(requirement.on_camera, params, view)
            answers.append(Answer(None, "", outcome, view.cited, question.conclude(outcome, on_camera=True)))
        if not answers:
            roles = ", ".join(sorted(requirement.control.roles))
            outcome = _unknown(Why.NO_ENDPOINT, f"the camera has no endpoint with the role {roles}")
            answers.append(Answer(None, "", outcome, (), question.conclude(outcome, on_camera=True)))
        return answers

    def _judge_at(
        self,
        endpoint: Endpoint,
        place: str,
        requirement: CompiledRequirement,
        params: Any,
        grant: ExceptionGrant | None,
    ) -> Answer:
        question = requirement.question
        view = View(self.snapshot, endpoint, self.now, self.facts, grant)
        remembers = question.remembers and grant is None
        if remembers:
            view.trace = []
        outcome = _ask(requirement.control.judge, params, view)
        learned = question.learn(view, outcome) if remembers else None
        return Answer(endpoint, place, outcome, view.cited, learned or question.conclude(outcome))

    def _places_of(self, roles: frozenset[Role]) -> list[tuple[Endpoint, str]]:
        places = self._places.get(roles)
        if places is None:
            places = [(one, str(one)) for one in self.snapshot.endpoints if one.role in roles]
            self._places[roles] = places
        return places

    def _judged(
        self,
        answers: Iterable[Answer],
        requirement: CompiledRequirement,
        params: Any,
        grant: ExceptionGrant | None,
    ) -> list[Judgement]:
        judgements = []
        for one in answers:
            enough = accepted(one.outcome, requirement, one.endpoint)
            judgements.append(Judgement(requirement, params, one.endpoint, one.place, enough, one.facts, self, grant))
        return judgements


def _ask(ask: Callable[[Any, View], Outcome | None], params: Any, view: View) -> Outcome:
    try:
        outcome = ask(params, view)
    except Exception as error:  # noqa: BLE001 - a plugin's control that breaks makes its verdict unknown, not the run
        return _unknown(Why.PLUGIN, f"the control broke ({type(error).__name__})")
    return outcome if outcome is not None else _unknown(Why.PLUGIN, "the control said nothing")


def _unknown(why: Why, detail: str) -> Outcome:
    return Outcome(verdict=Verdict.UNKNOWN, reason=f"{why.value}: {detail}", why=why)


def accepted(outcome: Outcome, requirement: CompiledRequirement, endpoint: Endpoint | None) -> Outcome:
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
