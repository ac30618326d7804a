"""Evaluate: from compiled rules and one camera's snapshot to verdicts that cite what they rest on. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter

from msgspec import Struct

from vmsguard.engine.across_packs import JudgedAlone, must_keep_papers, settle_across
from vmsguard.engine.cite import Citations
from vmsguard.engine.compile import CompiledRule, CompiledRules
from vmsguard.engine.demands import Demand, demands_of
from vmsguard.engine.derive import holds
from vmsguard.engine.judge import Bench
from vmsguard.engine.ladder import climb
from vmsguard.engine.logic import weakest_qualifier, worst_of
from vmsguard.engine.tell import camera_result, control_results, rule_result, skipped_rule
from vmsguard.model.pack import ExceptionGrant
from vmsguard.model.results import Result, Upcoming
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.truth import Truth, all_of, any_of
from vmsguard.model.vocabulary import Basis, Mode, Severity
from vmsguard.policy.select import device_hints, why_not

__all__ = ["Evaluation", "evaluate"]


_FALSE = Truth.FALSE


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
) -> Evaluation:
    """The verdicts on one camera at ``now`` under the rules of its site."""
    camera = snapshot.camera
    hints = device_hints(snapshot.facts)
    in_scope: dict[str, Truth] = {}
    missing: dict[str, None] = {}
    outside: list[str] = []
    results: list[Result] = []
    rule_results: list[Result] = []
    demands: list[Demand] = []
    upcoming: list[Upcoming] = []
    enforced = False
    facts = compiled[0].facts if compiled else {}
    bench = Bench(snapshot, now, facts)
    citations = Citations(facts)
    papers = must_keep_papers(snapshot, now) if snapshot.documents else ()
    # Only where something has to be kept can two rules ask for what cannot be had together.
    alone: list[JudgedAlone] | None = [] if papers or any(rules.keeps for rules in compiled) else None
    for rules in compiled:
        selection = rules.selects(camera, hints)
        truth = selection.truth
        in_scope[rules.pack.id] = any_of((truth, in_scope.get(rules.pack.id, _FALSE)))
        if truth is _FALSE:
            outside.append(f"{rules.pack.id}: {'; '.join(why_not(rules.selector, camera, hints))}")
            continue
        era = rules.at(now)
        if era.binds:
            missing.update(dict.fromkeys(selection.missing))
            enforced = enforced or (truth is Truth.TRUE and rules.mode is Mode.ENFORCE)
        writes = rules.mode is not Mode.AUDIT
        unset = tuple(f"attribute-not-set: {name}" for name in selection.missing)
        for rule in era.rules:
            blockers, doubt, told = unset, "", None
            standing = rule.standing
            if standing.reason and standing.starts is None:
                told = skipped_rule(camera, rule, standing.reason)
            elif rule.selects is not None:
                narrower = rule.selects(camera, hints)
                if not standing.reason:
                    missing.update(dict.fromkeys(narrower.missing))
                blockers += tuple(f"attribute-not-set: {name}" for name in narrower.missing)
                if narrower.truth is _FALSE:
                    told = skipped_rule(camera, rule, "out-of-scope: the rule selects other cameras")
            if told is None and rule.when:
                named = ", ".join(name for name, _ in rule.when)
                applies = _applies(rule, bench)
                if applies is _FALSE:
                    told = skipped_rule(camera, rule, f"when-not-met: {named} is otherwise")
                elif applies is Truth.UNKNOWN:
                    doubt = f"when-unknown: {named}"
                    blockers += (doubt,)
            if told is None:
                found = climb(rule, rules, bench, grants)
                controls = control_results(camera, found, citations)
                told = rule_result(camera, found, controls, rule, doubt=doubt)
                if standing.starts is not None:
                    upcoming.append(Upcoming(camera.id, rules.pack.id, rule.rule.id, standing.starts, told.verdict))
                    told = skipped_rule(camera, rule, f"{standing.reason}; today it would be {told.verdict.value}")
                else:
                    if alone is not None:
                        alone.append(JudgedAlone(told, found, len(results), not blockers))
                    results += controls
                    if writes:
                        demands.extend(demands_of(found, rule, rules, blockers))
            results.append(told)
            rule_results.append(told)
    if alone is not None:
        results, demands = settle_across(alone, papers, results, demands)
        rule_results = [result for result in results if result.level == "rule"]
    verdict = worst_of(map(attrgetter("verdict"), rule_results))
    qualifier = weakest_qualifier(map(attrgetter("qualifier"), rule_results))
    results.append(camera_result(camera, rule_results, verdict, qualifier, outside, assigned=bool(compiled)))
    return Evaluation(
        camera=camera.id,
        in_scope=in_scope,
        missing_attributes=tuple(missing),
        results=tuple(results),
        demands=tuple(demands),
        upcoming=tuple(upcoming),
        enforced=enforced,
    )


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
