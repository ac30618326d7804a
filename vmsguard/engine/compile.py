"""Compile an assigned pack once: selectors to functions, names to controls, citations to force and clause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from vmsguard.controls.base import Control
from vmsguard.controls.view import View
from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.derive import DERIVED
from vmsguard.errors import PolicyError
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.pack import AllOf, FromException, Gate, Pack, Requirement, Rule, Selector
from vmsguard.model.results import Outcome, Result
from vmsguard.model.vocabulary import Basis, Force, Mode, Qualifier, Role, Severity, Verdict
from vmsguard.policy.select import Selecting, compile_selector

__all__ = ["CompiledRequirement", "CompiledRule", "CompiledRules", "CompiledRung", "compile_assigned"]


@dataclass(frozen=True, eq=False, slots=True)
class CompiledRequirement:
    """A control with its parameters and the basis it needs."""

    control: Control
    params: Any
    question: object
    """The same for equal parameters of one control, in whatever pack: judged once per camera."""
    pending: Mapping[str, FromException]
    min_basis: Basis | None
    """What any conclusion needs; None for no demand."""
    critical: bool
    """Then "not applicable" needs a read-back, and so does a pass at an endpoint of the first rung."""
    direct: bool
    """In ``require``, not behind a gate."""
    on_camera_alone: bool
    on_camera: Callable[[Any, View], Outcome | None] | None
    """What is asked of the camera as a whole, where something is."""
    reads: frozenset[str]
    told: Result
    """What all results of this control under its rule say alike; copying it costs a fifth of making one."""


@dataclass(frozen=True, eq=False, slots=True)
class CompiledRung:
    gate: Gate
    require: tuple[CompiledRequirement, ...]


@dataclass(frozen=True, eq=False, slots=True)
class CompiledRule:
    rule: Rule
    selects: Selecting | None
    when: tuple[tuple[str, Any], ...]
    require: tuple[CompiledRequirement, ...]
    rungs: tuple[CompiledRung, ...]
    severity: Severity
    told: Result
    """What all results of the rule say alike."""
    holds: Result
    """The result where every control of the first rung holds."""


@dataclass(frozen=True, eq=False, slots=True)
class CompiledRules:
    """An assigned pack, ready to be asked about any number of cameras."""

    pack: Pack
    profile: str
    mode: Mode
    assignment: str
    selector: Selector
    selects: Selecting
    rules: tuple[CompiledRule, ...]
    facts: dict[str, FactSpec]
    wanted: frozenset[str]


def compile_assigned(
    assigned: AssignedRules, controls: Mapping[str, Control], facts: dict[str, FactSpec]
) -> CompiledRules:
    """The rules of an assigned pack; raises ``PolicyError`` for a profile or control that is not there."""
    pack = assigned.pack
    selector = _selector(assigned)
    rules = tuple(_rule(rule, pack, controls) for rule in pack.rules)
    return CompiledRules(
        pack=pack,
        profile=assigned.profile,
        mode=assigned.mode,
        assignment=assigned.assignment,
        selector=selector,
        selects=compile_selector(selector),
        rules=rules,
        facts=facts,
        wanted=_wanted(rules),
    )


def _selector(assigned: AssignedRules) -> Selector:
    pack = assigned.pack
    if not pack.profiles:
        return pack.select
    profile = pack.profiles.get(assigned.profile)
    if profile is None:
        raise PolicyError(
            f"pack {pack.id} has profiles; {assigned.profile or 'none'!r} is not one of them",
            file=pack.origin or None,
            hint=f"assign it with profile: {' or '.join(sorted(pack.profiles))}",
        )
    return AllOf((pack.select, profile.select))


def _rule(rule: Rule, pack: Pack, controls: Mapping[str, Control]) -> CompiledRule:
    told = Result(
        camera="",
        pack=pack.id,
        rule=rule.id,
        clause="; ".join(f"{cited.source} {cited.clause}".strip() for cited in rule.cites),
        force=_strongest(rule, pack),
        severity=rule.severity,
        verdict=Verdict.UNKNOWN,
    )

    def requirements(found: Iterable[Requirement], *, direct: bool) -> tuple[CompiledRequirement, ...]:
        return tuple(_requirement(requirement, rule, pack, controls, told, direct=direct) for requirement in found)

    return CompiledRule(
        rule=rule,
        selects=None if rule.select is None else compile_selector(rule.select),
        when=tuple(rule.when.items()),
        require=requirements(rule.require, direct=True),
        rungs=tuple(CompiledRung(rung.gate, requirements(rung.require, direct=False)) for rung in rule.otherwise),
        severity=rule.severity,
        told=told,
        holds=replace(told, verdict=Verdict.PASS, qualifier=Qualifier.DIRECT, reason="direct: every control holds"),
    )


def _requirement(
    requirement: Requirement, rule: Rule, pack: Pack, controls: Mapping[str, Control], told: Result, *, direct: bool
) -> CompiledRequirement:
    control = controls.get(requirement.control)
    if control is None:
        raise PolicyError(
            f"rule {rule.id}: no control {requirement.control!r}",
            file=pack.origin or None,
            line=requirement.line or None,
            hint="install the plugin that brings it, or see the catalogue in the documentation",
        )
    on_camera_alone = control.roles == frozenset({Role.CAMERA})
    # A rule's minimum is about what devices say: no paper can be read back.
    from_rule = None if on_camera_alone else rule.min_basis
    return CompiledRequirement(
        control=control,
        params=requirement.params,
        question=_question(control, requirement.params),
        pending=requirement.pending,
        min_basis=requirement.min_basis if requirement.min_basis is not None else from_rule,
        critical=rule.severity is Severity.CRITICAL,
        direct=direct,
        on_camera_alone=on_camera_alone,
        on_camera=_on_camera(control),
        reads=frozenset(control.reads(requirement.params)),
        told=replace(told, control=control.id),
    )


def _on_camera(control: Control) -> Callable[[Any, View], Outcome | None] | None:
    if type(control).judge_camera is not Control.judge_camera:
        return control.judge_camera
    return control.judge if Role.CAMERA in control.roles else None


def _question(control: Control, params: Any) -> object:
    try:
        return _same_question(control, type(params).__qualname__, params)
    except TypeError:  # a plugin's parameters may hold a list
        return object()


@lru_cache(maxsize=4096)
def _same_question(control: Control, kind: str, params: Any) -> object:
    return object()


def _strongest(rule: Rule, pack: Pack) -> Force | None:
    order = list(Force)
    cited = [pack.sources[citation.source].force for citation in rule.cites if citation.source in pack.sources]
    return min(cited, key=order.index, default=None)


def _wanted(rules: Iterable[CompiledRule]) -> frozenset[str]:
    """Facts to observe; derived ones by what they are derived from. ``thermal.source`` guards selection."""
    wanted = {"thermal.source"}
    for rule in rules:
        for name, _ in rule.when:
            wanted.update(DERIVED.get(name, (name,)))
        for requirement in (*rule.require, *(one for rung in rule.rungs for one in rung.require)):
            wanted |= requirement.reads
    return frozenset(wanted)
