"""Packs with one thing changed: a test suite that notices none of it does not say what the pack means.

Each requirement is dropped and its meaning flipped, each rung and each condition of a selection dropped,
each time limit doubled, also under each profile that states one, and other values of profiles exchanged.
A mutant that no case notices is named with its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from msgspec import Struct
from msgspec.structs import replace

from vmsguard.controls.base import Control
from vmsguard.controls.view import View
from vmsguard.engine.policy_tests import run_cases
from vmsguard.errors import PolicyError
from vmsguard.model.changes import Change
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.manifest import Manifest
from vmsguard.model.pack import (
    AllOf,
    AnyOf,
    AttributeTest,
    ExceptionGate,
    Gate,
    Pack,
    Profile,
    Requirement,
    Rule,
    Rung,
    Selector,
)
from vmsguard.model.policy_tests import PolicyTests
from vmsguard.model.results import Outcome
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Basis, Role, Severity, Verdict

__all__ = ["Flipped", "Mutant", "mutants_of", "survivors"]

_FLIP = "flipped:"


class Mutant(Struct, frozen=True, kw_only=True):
    """A pack with one thing changed."""

    told: str
    line: int
    pack: Pack


def survivors(
    tests: PolicyTests, pack: Pack, controls: Mapping[str, Control], facts: Mapping[str, FactSpec]
) -> tuple[tuple[Mutant, ...], int]:
    """The mutants that every case of the file is content with, and how many there were."""
    both = {**controls, **{_FLIP + name: Flipped(control) for name, control in controls.items()}}
    found = tuple(mutants_of(pack))
    return tuple(mutant for mutant in found if not _noticed(mutant, tests, both, facts)), len(found)


def _noticed(
    mutant: Mutant, tests: PolicyTests, controls: Mapping[str, Control], facts: Mapping[str, FactSpec]
) -> bool:
    try:
        return any(outcome.differs for outcome in run_cases(tests, mutant.pack, controls, facts))
    except PolicyError:
        return True


class Flipped(Control):
    """A control that passes what the other fails; in all else, such as what it would change, it is the other."""

    id = ""
    roles = frozenset()
    says: ClassVar[Mapping[str, str]] = {}

    def __init__(self, control: Control) -> None:
        self._control = control
        self.id = control.id  # type: ignore[misc]
        self.roles = control.roles  # type: ignore[misc]
        self.says = control.says  # type: ignore[misc]
        self.Params = control.Params  # type: ignore[misc]
        self.verbs = control.verbs  # type: ignore[misc]

    def reads(self, params: Any) -> frozenset[str]:
        return self._control.reads(params)

    def judge(self, params: Any, view: View) -> Outcome:
        return _flipped(self._control.judge(params, view))

    def judge_camera(self, params: Any, view: View) -> Outcome | None:
        if type(self._control).judge_camera is not Control.judge_camera:
            return self._control.judge_camera(params, view)
        return self.judge(params, view) if Role.CAMERA in self.roles else None

    def enforce(self, params: Any, view: View, manifest: Manifest) -> Sequence[Change]:
        return self._control.enforce(params, view, manifest)


def _flipped(outcome: Outcome) -> Outcome:
    other = {Verdict.PASS: Verdict.FAIL, Verdict.FAIL: Verdict.PASS}
    return replace(outcome, verdict=other.get(outcome.verdict, outcome.verdict))


def mutants_of(pack: Pack) -> Iterator[Mutant]:
    """Every mutant of a pack, in the order of its file."""
    for told, selector in _selectors(pack.select):
        yield Mutant(told=f"select: {told}", line=1, pack=replace(pack, select=selector))
    for name, profile in pack.profiles.items():
        for told, selector in _selectors(profile.select):
            changed: dict[str, Profile] = {**pack.profiles, name: replace(profile, select=selector)}
            yield Mutant(told=f"profile {name}: {told}", line=1, pack=replace(pack, profiles=changed))
    for place, rule in enumerate(pack.rules):
        without = (*pack.rules[:place], *pack.rules[place + 1 :])
        yield Mutant(told=f"{rule.id} dropped", line=rule.line, pack=replace(pack, rules=without))
        for told, line, other in _rules(rule, pack):
            rules = (*pack.rules[:place], other, *pack.rules[place + 1 :])
            yield Mutant(told=f"{rule.id}: {told}", line=line, pack=replace(pack, rules=rules))


def _rules(rule: Rule, pack: Pack) -> Iterator[tuple[str, int, Rule]]:
    critical = rule.severity is Severity.CRITICAL
    for told, line, required in _requirements(rule.require, critical=critical):
        yield told, line, replace(rule, require=required)
    for place, rung in enumerate(rule.otherwise):
        rest = (*rule.otherwise[:place], *rule.otherwise[place + 1 :])
        yield f"rung {place + 1} dropped", rule.line, replace(rule, otherwise=rest)
        implied = _implied(rung.gate, pack)
        for told, line, required in _requirements(rung.require, critical=False, implied=implied):
            rungs: tuple[Rung, ...] = (
                *rule.otherwise[:place],
                replace(rung, require=required),
                *rule.otherwise[place + 1 :],
            )
            yield f"rung {place + 1}: {told}", line, replace(rule, otherwise=rungs)
    for name in rule.when:
        yield f"when {name} dropped", rule.line, replace(rule, when={k: v for k, v in rule.when.items() if k != name})
    if rule.select is not None:
        for told, selector in _selectors(rule.select):
            yield f"select: {told}", rule.line, replace(rule, select=selector)


def _implied(gate: Gate, pack: Pack) -> str:
    """A control that a valid exception of the gate's type cannot be without: dropping it changes no verdict."""
    if isinstance(gate, ExceptionGate) and pack.exception_types[gate.exception_type].assessment_kind:
        return "documents.impact_assessment"
    return ""


def _requirements(
    required: tuple[Requirement, ...], *, critical: bool, implied: str = ""
) -> Iterator[tuple[str, int, tuple[Requirement, ...]]]:
    for place, one in enumerate(required):
        before, after = required[:place], required[place + 1 :]
        if (before or after) and one.control != implied:  # what requires nothing is no rule
            yield f"{one.control} dropped", one.line, (*before, *after)
        flipped = replace(one, control=_FLIP + one.control)
        yield f"{one.control} flipped", one.line, (*before, flipped, *after)
        # A critical rule asks for a read-back by itself.
        if one.min_basis is not None and not (critical and one.min_basis <= Basis.READ_BACK):
            yield f"{one.control}: min_basis dropped", one.line, (*before, replace(one, min_basis=None), *after)
        for name, params in _longer(one.params):
            if name not in one.from_profile:
                longer = {profile: dict(_longer(each))[name] for profile, each in one.per_profile.items()}
                changed = replace(one, params=params, per_profile=longer)
                yield f"{one.control}: {name} doubled", one.line, (*before, changed, *after)
        for told, changed in _under_profiles(one):
            yield f"{one.control}: {told}", one.line, (*before, changed, *after)


def _under_profiles(requirement: Requirement) -> Iterator[tuple[str, Requirement]]:
    """What rules take from profiles: each time limit doubled under each, and any other value swapped for another's."""
    for profile, params in requirement.per_profile.items():
        others = {name: value for name, value in requirement.per_profile.items() if name != profile}
        longer = dict(_longer(params))
        for name in requirement.from_profile:
            own = getattr(params, name)
            if name in longer:
                yield f"{name} doubled under {profile}", _instead(requirement, profile, longer[name])
                continue
            other = next((one for one in others if getattr(others[one], name) != own), "")
            if other:
                taken = replace(params, **{name: getattr(others[other], name)})
                yield f"{name} under {profile} as under {other}", _instead(requirement, profile, taken)


def _instead(requirement: Requirement, profile: str, params: Any) -> Requirement:
    return replace(requirement, per_profile={**requirement.per_profile, profile: params})


def _longer(params: Any) -> Iterator[tuple[str, Any]]:
    for name in params.__struct_fields__:
        value = getattr(params, name)
        if isinstance(value, timedelta) and value:
            yield name, replace(params, **{name: value * 2})
        elif isinstance(value, Span) and value:
            yield name, replace(params, **{name: Span(2 * value.months, 2 * value.exact)})


def _selectors(selector: Selector) -> Iterator[tuple[str, Selector]]:
    """The selection with one of its conditions gone."""
    if isinstance(selector, AttributeTest):
        yield f"{selector.attribute} dropped", AllOf()
        return
    kind = type(selector)
    for place, part in enumerate(selector.of):
        before, after = selector.of[:place], selector.of[place + 1 :]
        if isinstance(part, AttributeTest):
            if before or after or kind is AllOf:
                yield f"{part.attribute} dropped", kind((*before, *after))
            continue
        for told, other in _selectors(part):
            yield told, kind((*before, other, *after))
        if isinstance(part, AnyOf | AllOf):
            yield f"{'any' if isinstance(part, AnyOf) else 'all'} dropped", kind((*before, *after))
