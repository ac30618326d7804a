"""Evaluate: from compiled rules and one camera's snapshot to verdicts that cite what they rest on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter

from msgspec import Struct

from vmsguard.engine.across_packs import JudgedAlone, must_keep_papers, settle_across
from vmsguard.engine.cite import Citations
from vmsguard.engine.compile import CompiledRule, CompiledRules
from vmsguard.engine.demands import Demand, demands_of
from vmsguard.engine.derive import holds
from vmsguard.engine.expiry import demands_after_exceptions
from vmsguard.engine.judge import Bench
from vmsguard.engine.ladder import climb
from vmsguard.engine.logic import weakest_qualifier, worst_of
from vmsguard.engine.tell import camera_result, control_results, rule_result, skipped_rule
from vmsguard.engine.told_before import remember_wording, tell_again
from vmsguard.model.inventory import Camera
from vmsguard.model.pack import ExceptionGrant
from vmsguard.model.results import Result, Upcoming
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.truth import Truth, all_of, any_of
from vmsguard.model.vocabulary import Basis, Mode, Severity, Verdict
from vmsguard.policy.in_force import Standing
from vmsguard.policy.select import Hints, device_hints, why_not

__all__ = ["Evaluation", "evaluate"]


_FALSE = Truth.FALSE
_ASKS_NOTHING = (Verdict.PASS, Verdict.NOT_APPLICABLE)


class Evaluation(Struct, frozen=True, kw_only=True):
    """What the rules say of one camera, and what they ask for."""

    camera: str
    in_scope: Mapping[str, Truth]
    """By pack id; unknown is in scope."""
    missing_attributes: tuple[str, ...] = ()
    """Attributes that would settle the selection."""
    results: tuple[Result, ...] = ()
    """Of controls, then of their rule, rule by rule; of the camera at the end."""
    demands: tuple[Demand, ...] = ()
    upcoming: tuple[Upcoming, ...] = ()
    """What rules that are not in force yet would say."""
    enforced: bool = False
    """Some pack that surely concerns the camera is in mode ``enforce``."""


def evaluate(
    compiled: Sequence[CompiledRules],
    snapshot: CameraSnapshot,
    now: datetime,
    grants: Sequence[ExceptionGrant] = (),
    *,
    unaccepted: Collection[str] = (),
) -> Evaluation:
    """The verdicts on one camera at ``now`` under the rules of its site.

    ``unaccepted`` are packs that no lock has ever held: they are judged, and stop no deletion that is due.
    """
    papers = must_keep_papers(snapshot, now) if snapshot.documents else ()
    facts = compiled[0].facts if compiled else {}
    sitting = _Sitting(
        snapshot=snapshot,
        camera=snapshot.camera,
        hints=device_hints(snapshot.facts),
        bench=Bench(snapshot, now, facts),
        citations=Citations(facts),
        grants=grants,
        # Only where something has to be kept can two rules ask for what cannot be had together.
        alone=[] if papers or any(rules.keeps for rules in compiled) else None,
    )
    in_scope: dict[str, Truth] = {}
    outside: list[str] = []
    for rules in compiled:
        truth = sitting.judge_pack(rules, now, outside)
        in_scope[rules.pack.id] = any_of((truth, in_scope.get(rules.pack.id, _FALSE)))
    results, demands, rule_results = sitting.results, sitting.demands, sitting.rule_results
    if sitting.alone is not None:
        results, demands = settle_across(sitting.alone, papers, results, demands, unaccepted=unaccepted)
        rule_results = [result for result in results if result.level == "rule"]
    verdict = worst_of(map(attrgetter("verdict"), rule_results))
    qualifier = weakest_qualifier(map(attrgetter("qualifier"), rule_results))
    results.append(camera_result(snapshot.camera, rule_results, verdict, qualifier, outside, assigned=bool(compiled)))
    return Evaluation(
        camera=snapshot.camera.id,
        in_scope=in_scope,
        missing_attributes=tuple(sitting.missing),
        results=tuple(results),
        demands=tuple(demands),
        upcoming=tuple(sitting.upcoming),
        enforced=sitting.enforced,
    )


@dataclass(eq=False, slots=True, kw_only=True)
class _Sitting:
    """One camera before the rules of its site, and what they said so far."""

    snapshot: CameraSnapshot
    camera: Camera
    hints: Hints
    bench: Bench
    citations: Citations
    grants: Sequence[ExceptionGrant]
    alone: list[JudgedAlone] | None
    missing: dict[str, None] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    rule_results: list[Result] = field(default_factory=list)
    demands: list[Demand] = field(default_factory=list)
    upcoming: list[Upcoming] = field(default_factory=list)
    enforced: bool = False

    def judge_pack(self, rules: CompiledRules, now: datetime, outside: list[str]) -> Truth:
        """Whether the pack concerns the camera; if that is not ruled out, its rules are judged."""
        selection = rules.selects(self.camera, self.hints)
        truth = selection.truth
        if truth is _FALSE:
            outside.append(f"{rules.pack.id}: {'; '.join(why_not(rules.selector, self.camera, self.hints))}")
            return truth
        era = rules.at(now)
        if era.binds:
            self.missing.update(dict.fromkeys(selection.missing))
            self.enforced = self.enforced or (truth is Truth.TRUE and rules.mode is Mode.ENFORCE)
        unset = tuple([f"attribute-not-set: {name}" for name in selection.missing])
        for rule in era.rules:
            told = self._judge_rule(rule, rules, unset)
            self.results.append(told)
            self.rule_results.append(told)
        if self.snapshot.exceptions and era.binds and rules.mode is not Mode.AUDIT:
            self.demands.extend(demands_after_exceptions(rules, self.bench, unset))
        return truth

    def _judge_rule(self, rule: CompiledRule, rules: CompiledRules, blockers: tuple[str, ...]) -> Result:
        standing, doubt = rule.standing, ""
        if standing.reason and standing.starts is None:
            return skipped_rule(self.camera, rule, standing.reason)
        if rule.selects is not None:
            narrower = rule.selects(self.camera, self.hints)
            if not standing.reason:
                self.missing.update(dict.fromkeys(narrower.missing))
            blockers += tuple([f"attribute-not-set: {name}" for name in narrower.missing])
            if narrower.truth is _FALSE:
                return skipped_rule(self.camera, rule, "out-of-scope: the rule selects other cameras")
        if rule.when:
            named = ", ".join(name for name, _ in rule.when)
            applies = _applies(rule, self.bench)
            if applies is _FALSE:
                return skipped_rule(self.camera, rule, f"when-not-met: {named} is otherwise")
            if applies is Truth.UNKNOWN:
                doubt = f"when-unknown: {named}"
                blockers += (doubt,)
        if standing.starts is not None:
            return self._look_ahead(rule, rules, standing, standing.starts, doubt)
        answers = self.bench.all_answers(rule)
        # What hangs on other rules or on a doubt is worked out each time.
        plain = not doubt and self.alone is None
        wording = rule.wordings.get(tuple([answer.conclusion for answer in answers])) if plain else None
        if wording is not None:
            told = tell_again(wording, answers, self.bench, self.citations, self.results)
            if rules.mode is not Mode.AUDIT and wording.rule.verdict not in _ASKS_NOTHING:
                found = climb(rule, rules, self.bench, self.grants)
                self.demands.extend(demands_of(found, rule, rules, blockers))
            return told
        found = climb(rule, rules, self.bench, self.grants)
        controls = control_results(self.camera, found, self.citations)
        told = rule_result(self.camera, found, controls, rule, doubt=doubt)
        if plain:
            remember_wording(rule, found, answers, self.bench)
        if self.alone is not None:
            self.alone.append(JudgedAlone(told, found, len(self.results), not blockers))
        self.results += controls
        if rules.mode is not Mode.AUDIT:
            self.demands.extend(demands_of(found, rule, rules, blockers))
        return told

    def _look_ahead(
        self, rule: CompiledRule, rules: CompiledRules, standing: Standing, starts: date, doubt: str
    ) -> Result:
        """A rule that is not in force yet: what it would say today is told, and nothing is asked."""
        found = climb(rule, rules, self.bench, self.grants)
        controls = control_results(self.camera, found, self.citations)
        verdict = rule_result(self.camera, found, controls, rule, doubt=doubt).verdict
        self.upcoming.append(Upcoming(self.camera.id, rules.pack.id, rule.rule.id, starts, verdict))
        return skipped_rule(self.camera, rule, f"{standing.reason}; today it would be {verdict.value}")


def _applies(rule: CompiledRule, bench: Bench) -> Truth:
    """Whether the facts under ``when`` are so; for critical rules a "no" needs a read-back behind it."""
    view = bench.view()
    views = {endpoint: bench.view(endpoint) for endpoint in bench.snapshot.endpoints}
    truth = all_of([holds(name, value, view, views=views) for name, value in rule.when])
    if truth is Truth.FALSE and rule.severity is Severity.CRITICAL:
        cited = [fact for one in (view, *views.values()) for fact in one.cited]
        if any(fact.basis < Basis.READ_BACK for fact in cited):
            return Truth.UNKNOWN
    return truth
