"""Why: from compiled rules, one camera's snapshot and its evaluation to an explanation of every verdict. Pure.

The verdicts are those of the evaluation, never of its own; what is explained is how the ladder came to them.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from vmsguard.controls.base import Control
from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.compile import CompiledRule, CompiledRules, compile_assigned
from vmsguard.engine.demands import CONFLICT
from vmsguard.engine.derive import holds
from vmsguard.engine.evaluate import Evaluation, evaluate
from vmsguard.engine.judge import Bench
from vmsguard.engine.ladder import Climb, climb
from vmsguard.engine.why_controls import Asking, controls_why
from vmsguard.engine.why_facts import facts_why, reason_why
from vmsguard.engine.why_model import (
    CameraWhy,
    CitationWhy,
    ConditionWhy,
    GrantWhy,
    HoldWhy,
    PackWhy,
    ReadingWhy,
    Reason,
    RuleWhy,
    TargetWhy,
)
from vmsguard.engine.why_rungs import decided_by, grant_why, replaced_by, rungs_why
from vmsguard.engine.why_scope import selection_why
from vmsguard.model.pack import ExceptionGrant
from vmsguard.model.plan import Plan
from vmsguard.model.results import Result
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.truth import Truth
from vmsguard.model.vocabulary import Mode, Qualifier, Verdict
from vmsguard.policy.select import Hints, device_hints
from vmsguard.policy.sentences import say_value

__all__ = ["Looked", "explain_camera"]

_SKIPPED = frozenset({"out-of-scope", "when-not-met", "lapsed"})
"""Reasons of a rule that was not judged: there is nothing below it to explain."""

_BESIDES = frozenset({CONFLICT, "may-conflict", "judged alone"})
"""What is left of a rule besides its controls."""


class _Said(NamedTuple):
    """A rule's result with those of its controls, first rung first."""

    rule: Result
    controls: tuple[Result, ...]


_Told: TypeAlias = dict[tuple[str, str], deque[_Said]]
"""By pack and rule; more than one where a pack is assigned twice."""


class Looked(Struct, frozen=True, eq=False, kw_only=True):
    """One camera as a run saw, judged and planned it."""

    snapshot: CameraSnapshot
    compiled: tuple[CompiledRules, ...]
    """The rules of the camera's site."""
    evaluation: Evaluation
    plan: Plan
    grants: tuple[ExceptionGrant, ...]
    controls: Mapping[str, Control]


def explain_camera(looked: Looked, *, only: str = "", readings: Iterable[str] = ()) -> CameraWhy:
    """Why the camera is judged as it is at the moment of the plan.

    ``only`` keeps one ``pack``, one ``pack/rule``, or ``/rule`` of whatever packs have it; ``readings`` are profiles
    that are explained in full beside the assigned one (``all`` for every one).
    """
    snapshot, evaluation = looked.snapshot, looked.evaluation
    told = next(result for result in reversed(evaluation.results) if result.level == "camera")
    pack, _, rule = only.partition("/")
    named = [rules for rules in looked.compiled if pack in ("", rules.pack.id) and _has(rules, rule)]
    found = _Explaining(looked, rule)
    packs = found.assigned(named)
    packs += found.other_readings(named, frozenset(readings))
    return CameraWhy(
        camera=snapshot.camera.id,
        site=snapshot.camera.site,
        at=looked.plan.made_at,
        verdict=told.verdict.value,
        qualifier=_qualifier(told.qualifier),
        reason=reason_why(told.reason),
        targets=tuple(_targets(snapshot)),
        packs=tuple(packs),
        exceptions=tuple(_elsewhere(looked)),
        holds=tuple(
            HoldWhy(
                id=hold.id,
                window_from=hold.window_from,
                window_until=hold.window_until,
                review_on=hold.review_on,
                ends=hold.ends,
            )
            for hold in snapshot.holds
        ),
    )


def _has(rules: CompiledRules, rule: str) -> bool:
    return not rule or any(compiled.rule.id == rule for compiled in rules.rules)


class _Explaining:
    """One camera's packs, explained under one bench: what two rules both ask is judged once."""

    def __init__(self, looked: Looked, only_rule: str) -> None:
        self._looked = looked
        self._only_rule = only_rule
        self._now = looked.plan.made_at
        self._hints: Hints = device_hints(looked.snapshot.facts)

    def assigned(self, named: Sequence[CompiledRules]) -> list[PackWhy]:
        """The packs as assigned, each with what its other readings would say."""
        results = _by_rule(self._looked.evaluation.results)
        told = []
        for rules in self._looked.compiled:
            # Also of packs that are not asked for: a pack assigned twice tells its rules twice, in this order.
            mine = self._results(rules, results)
            if rules in named:
                told.append(self._pack(rules, mine, readings=tuple(self._readings(rules, mine)), assigned=True))
        return told

    def other_readings(self, named: Sequence[CompiledRules], wanted: frozenset[str]) -> list[PackWhy]:
        """The readings that are asked for and not assigned, in full."""
        told = []
        for rules in named:
            for profile in rules.pack.profiles:
                if profile == rules.profile or not wanted & {"all", profile}:
                    continue
                other, evaluation = self._under(rules, profile)
                told.append(self._pack(other, _by_rule(evaluation.results), readings=(), assigned=False))
        return told

    def _results(self, rules: CompiledRules, results: _Told) -> _Told:
        if rules.selects(self._looked.snapshot.camera, self._hints).truth is Truth.FALSE:
            return {}
        keys = [(rules.pack.id, compiled.rule.id) for compiled in rules.rules]
        return {key: deque([results[key].popleft()]) for key in keys if results[key]}

    def _readings(self, rules: CompiledRules, mine: _Told) -> Iterable[ReadingWhy]:
        if len(rules.pack.profiles) < 2:
            return
        for name, profile in rules.pack.profiles.items():
            assigned = name == rules.profile
            other = rules
            found = mine
            if not assigned:
                other, evaluation = self._under(rules, name)
                found = _by_rule(evaluation.results)
            yield ReadingWhy(
                profile=name,
                title=profile.title,
                truth=other.selects(self._looked.snapshot.camera, self._hints).truth.value,
                assigned=assigned,
                verdicts={
                    rule: _verdict(told[0].rule)
                    for (_, rule), told in found.items()
                    if told and self._only_rule in ("", rule)
                },
            )

    def _under(self, rules: CompiledRules, profile: str) -> tuple[CompiledRules, Evaluation]:
        """The pack under another reading, and what that says of the camera as it was seen."""
        looked = self._looked
        assigned = AssignedRules(pack=rules.pack, profile=profile, mode=Mode.AUDIT, assignment="", zone=rules.zone)
        other = compile_assigned(assigned, looked.controls, rules.facts)
        return other, evaluate((other,), looked.snapshot, self._now, looked.grants)

    def _pack(
        self,
        rules: CompiledRules,
        results: _Told,
        *,
        readings: tuple[ReadingWhy, ...],
        assigned: bool,
    ) -> PackWhy:
        pack, camera = rules.pack, self._looked.snapshot.camera
        selection = rules.selects(camera, self._hints)
        profile = pack.profiles.get(rules.profile)
        return PackWhy(
            pack=pack.id,
            version=pack.version,
            title=pack.title,
            native_title=pack.native_title,
            profile=rules.profile,
            profile_title="" if profile is None else profile.title,
            mode=rules.mode.value,
            assignment=rules.assignment if assigned else "",
            truth=selection.truth.value,
            select=selection_why(pack.select, camera, self._hints),
            profile_select=None if profile is None else selection_why(profile.select, camera, self._hints),
            missing=selection.missing,
            rules=tuple(self._rules(rules, results, assigned=assigned)),
            readings=readings,
        )

    def _rules(self, rules: CompiledRules, results: _Told, *, assigned: bool) -> Iterable[RuleWhy]:
        bench = Bench(self._looked.snapshot, self._now, rules.facts)
        told = [
            (compiled, said[0])
            for compiled in rules.at(self._now).rules
            if (said := results.get((rules.pack.id, compiled.rule.id))) and self._only_rule in ("", compiled.rule.id)
        ]
        # All climbs come first: asking for changes reads more facts, and a climb looks at what was read.
        climbs = [
            climb(compiled, rules, bench, self._looked.grants) if _judged(said.rule) else None
            for compiled, said in told
        ]
        for (compiled, mine), found in zip(told, climbs, strict=True):
            rule = self._rule(compiled, rules, mine.rule, bench)
            yield rule if found is None else self._with_ladder(rule, compiled, rules, found, mine, assigned=assigned)

    def _rule(self, compiled: CompiledRule, rules: CompiledRules, result: Result, bench: Bench) -> RuleWhy:
        rule, camera = compiled.rule, self._looked.snapshot.camera
        return RuleWhy(
            pack=rules.pack.id,
            rule=rule.id,
            title=rule.title,
            native_title=rule.native_title,
            severity=(result.severity or rule.severity).value,
            citations=tuple(_citations(compiled, rules)),
            verdict=result.verdict.value,
            qualifier=_qualifier(result.qualifier),
            reason=reason_why(result.reason),
            decisive=result.found,
            besides=tuple(reason for reason in map(reason_why, result.left) if reason.code in _BESIDES),
            select=None if rule.select is None else selection_why(rule.select, camera, self._hints),
            when=tuple(self._conditions(compiled, bench)),
        )

    def _with_ladder(
        self,
        rule: RuleWhy,
        compiled: CompiledRule,
        rules: CompiledRules,
        found: Climb,
        said: _Said,
        *,
        assigned: bool,
    ) -> RuleWhy:
        looked = self._looked
        judgements = [*found.base, *(one for rung in found.rungs for one in rung.asked)]
        asking = Asking(
            camera=looked.snapshot.camera.id,
            rules=rules,
            compiled=compiled,
            plan=looked.plan,
            assigned=assigned,
            asks_for_change=said.rule.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE),
            # A rule that is not in force yet is climbed and tells no results of its controls.
            said={id(one): told for one, told in zip(judgements, said.controls, strict=False)},
        )
        return replace(
            rule,
            # What several packs say together may be less than the climb found alone.
            decided_by=decided_by(found, compiled.rungs) if said.rule.verdict is Verdict.PASS else None,
            controls=controls_why(found.base, asking, replaced=replaced_by(found, compiled.rungs)),
            rungs=rungs_why(found, asking, looked.snapshot, looked.grants),
        )

    def _conditions(self, compiled: CompiledRule, bench: Bench) -> Iterable[ConditionWhy]:
        for name, wanted in compiled.when:
            view = bench.view()
            views = {endpoint: bench.view(endpoint) for endpoint in bench.snapshot.endpoints}
            truth = holds(name, wanted, view, views=views)
            cited = [fact for one in (view, *views.values()) for fact in one.cited]
            yield ConditionWhy(
                fact=name,
                wanted=say_value(wanted),
                truth=truth.value,
                facts=facts_why(cited, bench.facts, bench.now),
            )


def _by_rule(results: Iterable[Result]) -> _Told:
    """What was said of each rule; controls come before the rule they belong to."""
    found: _Told = defaultdict(deque)
    controls: list[Result] = []
    for result in results:
        if result.level == "control":
            controls.append(result)
        elif result.level == "rule":
            found[(result.pack, result.rule)].append(_Said(result, tuple(controls)))
            controls = []
    return found


def _judged(result: Result) -> bool:
    """Whether there is a judgement below the rule's result to explain."""
    return result.verdict is not Verdict.NOT_APPLICABLE or reason_why(result.reason).code not in _SKIPPED


def _citations(compiled: CompiledRule, rules: CompiledRules) -> Iterable[CitationWhy]:
    pack = rules.pack
    profile = pack.profiles.get(rules.profile)
    more = () if profile is None else profile.cites.get(compiled.rule.id, ())
    standing = compiled.standing
    for cited in (*compiled.rule.cites, *more):
        source = pack.sources[cited.source]
        yield CitationWhy(
            source=source.id,
            title=source.title,
            native_title=source.native_title,
            clause=cited.clause,
            force=source.force.value,
            since=source.since,
            until=source.until,
            confirmed=source.confirmed,
            in_force=standing.binds and cited in standing.cites,
        )


def _targets(snapshot: CameraSnapshot) -> Iterable[TargetWhy]:
    roles = {endpoint.target: endpoint.role.value for endpoint in snapshot.endpoints}
    for name, seen in sorted(snapshot.targets.items()):
        reason = None if seen.why is None else Reason(seen.why.value, seen.detail)
        yield TargetWhy(target=name, role=roles.get(name, ""), reached=seen.why is None, reason=reason)


def _elsewhere(looked: Looked) -> Iterable[GrantWhy]:
    """Exceptions that name the camera for rules of packs that do not judge it."""
    for grant in looked.grants:
        concerns = looked.evaluation.in_scope.get(grant.pack, Truth.FALSE)
        if looked.snapshot.camera.id in grant.cameras and concerns is Truth.FALSE:
            yield grant_why(grant)


def _qualifier(qualifier: Qualifier | None) -> str:
    return "" if qualifier is None else qualifier.value


def _verdict(result: Result) -> str:
    if result.qualifier in (None, Qualifier.DIRECT):
        return result.verdict.value
    return f"{result.verdict.value} ({_qualifier(result.qualifier)})"
