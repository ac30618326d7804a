"""Compile an assigned pack once: selectors to functions, names to controls, citations to force and clause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as changed
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from vmsguard.controls.base import Control
from vmsguard.controls.exception_traces import facts_after
from vmsguard.controls.view import View
from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.derive import DERIVED
from vmsguard.engine.recall import Conclusion, Question
from vmsguard.errors import PolicyError
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.pack import AllOf, Citation, FromException, Gate, Pack, Requirement, Rule, Selector, Source
from vmsguard.model.results import Outcome, Result
from vmsguard.model.vocabulary import Basis, Mode, Qualifier, Role, Severity, Verdict
from vmsguard.policy.in_force import Standing, standing_on, turning_days, zone_of
from vmsguard.policy.select import Selecting, compile_selector
from vmsguard.policy.under_profile import under_profile

__all__ = [
    "KEEPS",
    "CompiledRequirement",
    "CompiledRule",
    "CompiledRules",
    "CompiledRung",
    "Era",
    "Wording",
    "compile_assigned",
]

KEEPS = frozenset({"retention.min"})
"""Controls that have footage kept; without one, and without a paper that says so, nothing can conflict."""


@dataclass(frozen=True, eq=False, slots=True)
class CompiledRequirement:
    """A control with its parameters and the basis it needs."""

    control: Control
    params: Any
    question: Question
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
class Wording:
    """How a rule told a set of conclusions: its results without camera, places and times."""

    controls: tuple[Result, ...]
    rule: Result


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
    standing: Standing
    """What the rule rests on, and whether that is in force."""
    wordings: dict[tuple[Conclusion, ...], Wording] = field(default_factory=dict, init=False)
    """How it told what its controls concluded before."""


@dataclass(frozen=True, eq=False, slots=True)
class Era:
    """A time in which the same texts are in force, and the rules as they rest on those."""

    starts: datetime
    rules: tuple[CompiledRule, ...]
    binds: bool
    """Some rule is in force."""


@dataclass(frozen=True, eq=False, slots=True)
class CompiledRules:
    """An assigned pack, ready to be asked about any number of cameras."""

    pack: Pack
    profile: str
    mode: Mode
    assignment: str
    selector: Selector
    selects: Selecting
    eras: tuple[Era, ...]
    """Latest first; the last of them has no beginning."""
    zone: str
    """Of its sites, as assigned; what another reading of the pack for the same cameras is compiled with."""
    facts: dict[str, FactSpec]
    wanted: frozenset[str]
    keeps: bool
    """Some rule has footage kept, which another may want gone."""

    def at(self, now: datetime) -> Era:
        """The rules as they stood at a moment, whether past or to come."""
        return next(era for era in self.eras if era.starts <= now)

    @property
    def rules(self) -> tuple[CompiledRule, ...]:
        """The rules without regard to when; what they ask does not depend on it."""
        return self.eras[0].rules


def compile_assigned(
    assigned: AssignedRules, controls: Mapping[str, Control], facts: dict[str, FactSpec]
) -> CompiledRules:
    """The rules of an assigned pack; raises ``PolicyError`` for a profile or control that is not there."""
    pack = assigned.pack
    selector = _selector(assigned)
    cites = {rule.id: _cites(rule, assigned) for rule in pack.rules}
    zone = zone_of(pack, assigned.zone)
    rules = tuple(_rule(under_profile(rule, assigned.profile), pack, controls, zone) for rule in pack.rules)
    eras = tuple(_eras(rules, cites, assigned))
    return CompiledRules(
        pack=pack,
        profile=assigned.profile,
        mode=assigned.mode,
        assignment=assigned.assignment,
        selector=selector,
        selects=compile_selector(selector),
        eras=eras,
        zone=assigned.zone,
        facts=facts,
        wanted=_wanted(rules).union(*map(facts_after, pack.exception_types.values())),
        keeps=any(requirement.control.id in KEEPS for rule in rules for requirement in _all_of(rule)),
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


def _cites(rule: Rule, assigned: AssignedRules) -> tuple[Citation, ...]:
    """What a rule rests on under the assigned reading of the pack."""
    profile = assigned.pack.profiles.get(assigned.profile)
    return (*rule.cites, *(() if profile is None else profile.cites.get(rule.id, ())))


def _eras(
    rules: Iterable[CompiledRule], cites: Mapping[str, tuple[Citation, ...]], assigned: AssignedRules
) -> Iterable[Era]:
    """One for each stretch between two days on which some text begins or ends, latest first."""
    rules, sources = tuple(rules), assigned.pack.sources
    zone = zone_of(assigned.pack, assigned.zone)
    turning = {day for each in cites.values() for day in turning_days(each, sources)}
    for day in sorted(turning, reverse=True):
        # Midnight that a change of the clock leaves out is the instant of that change.
        starts = datetime.combine(day, time(), zone).astimezone(UTC)
        yield _era(starts, day, rules, cites, sources)
    yield _era(datetime.min.replace(tzinfo=UTC), date.min, rules, cites, sources)


def _era(
    starts: datetime,
    day: date,
    rules: Iterable[CompiledRule],
    cites: Mapping[str, tuple[Citation, ...]],
    sources: Mapping[str, Source],
) -> Era:
    found = tuple(_resting_on(rule, standing_on(day, cites[rule.rule.id], sources), sources) for rule in rules)
    return Era(starts=starts, rules=found, binds=any(rule.standing.binds for rule in found))


def _clauses(standing: Standing, sources: Mapping[str, Source]) -> str:
    """The clauses a rule rests on; a text of another force than the rule's comes last and says of which.

    A result has one force, that of the strongest text: without the word our own reading would pass for a law's.
    """
    same, other = [], []
    for cited in standing.cites:
        told, source = f"{cited.source} {cited.clause}".strip(), sources.get(cited.source)
        if source is None or source.force is standing.force:
            same.append(told)
        else:
            other.append(f"{told} [{source.force.value}]")
    return "; ".join((*same, *other))


def _resting_on(rule: CompiledRule, standing: Standing, sources: Mapping[str, Source]) -> CompiledRule:
    """The rule with the clauses and the force of one era in all that its results say."""
    clause = _clauses(standing, sources)

    def asked(requirements: Iterable[CompiledRequirement]) -> tuple[CompiledRequirement, ...]:
        return tuple(changed(one, told=replace(one.told, clause=clause, force=standing.force)) for one in requirements)

    return changed(
        rule,
        require=asked(rule.require),
        rungs=tuple(changed(rung, require=asked(rung.require)) for rung in rule.rungs),
        told=replace(rule.told, clause=clause, force=standing.force),
        holds=replace(rule.holds, clause=clause, force=standing.force),
        standing=standing,
    )


def _rule(rule: Rule, pack: Pack, controls: Mapping[str, Control], zone: tzinfo) -> CompiledRule:
    told = Result(camera="", pack=pack.id, rule=rule.id, severity=rule.severity, verdict=Verdict.UNKNOWN)

    def requirements(found: Iterable[Requirement], *, direct: bool) -> tuple[CompiledRequirement, ...]:
        return tuple(_requirement(one, rule, pack, controls, zone, told, direct=direct) for one in found)

    return CompiledRule(
        rule=rule,
        selects=None if rule.select is None else compile_selector(rule.select),
        when=tuple(rule.when.items()),
        require=requirements(rule.require, direct=True),
        rungs=tuple(CompiledRung(rung.gate, requirements(rung.require, direct=False)) for rung in rule.otherwise),
        severity=rule.severity,
        told=told,
        holds=replace(told, verdict=Verdict.PASS, qualifier=Qualifier.DIRECT, reason="direct: every control holds"),
        standing=Standing(cites=(), force=None),
    )


def _requirement(
    requirement: Requirement,
    rule: Rule,
    pack: Pack,
    controls: Mapping[str, Control],
    zone: tzinfo,
    told: Result,
    *,
    direct: bool,
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
    params = control.in_zone(requirement.params, zone)
    # A rule's minimum is about what devices say: no paper can be read back.
    from_rule = None if on_camera_alone else rule.min_basis
    return CompiledRequirement(
        control=control,
        params=params,
        question=_question(control, params),
        pending=requirement.pending,
        min_basis=requirement.min_basis if requirement.min_basis is not None else from_rule,
        critical=rule.severity is Severity.CRITICAL,
        direct=direct,
        on_camera_alone=on_camera_alone,
        on_camera=_on_camera(control),
        reads=frozenset(control.reads(params)),
        told=replace(told, control=control.id),
    )


def _on_camera(control: Control) -> Callable[[Any, View], Outcome | None] | None:
    if type(control).judge_camera is not Control.judge_camera:
        return control.judge_camera
    return control.judge if Role.CAMERA in control.roles else None


def _question(control: Control, params: Any) -> Question:
    try:
        return _same_question(control, type(params).__qualname__, params)
    except TypeError:  # a plugin's parameters may hold a list
        return Question(remembers=control.by_readings)


@lru_cache(maxsize=4096)
def _same_question(control: Control, kind: str, params: Any) -> Question:
    return Question(remembers=control.by_readings)


def _wanted(rules: Iterable[CompiledRule]) -> frozenset[str]:
    """Facts to observe; derived ones by what they are derived from. ``thermal.source`` guards selection."""
    wanted = {"thermal.source"}
    for rule in rules:
        for name, _ in rule.when:
            wanted.update(DERIVED.get(name, (name,)))
        for requirement in _all_of(rule):
            wanted |= requirement.reads
            if "footage.purge" in requirement.control.verbs:
                wanted.add("footage.files")  # rows may go where files stay: a deletion is proven on the disk too
    return frozenset(wanted)


def _all_of(rule: CompiledRule) -> tuple[CompiledRequirement, ...]:
    return (*rule.require, *(one for rung in rule.rungs for one in rung.require))
