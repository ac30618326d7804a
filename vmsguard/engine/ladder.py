"""The ladder of a rule: require, otherwise. A rung replaces only what it may, and only where its gate is open.

Each control that does not pass is held up alone: by a proof that it is impossible at its endpoint, or by
an exception that names it. What neither covers still has to hold. Alternatives combine as in Kleene's
logic: a rung that is unknown keeps the rule from failing, and never makes it pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from operator import attrgetter
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from vmsguard.engine.compile import CompiledRequirement, CompiledRule, CompiledRules, CompiledRung
from vmsguard.engine.impossible import UNSEEN, proof_of
from vmsguard.engine.judge import Bench, Judgement
from vmsguard.engine.logic import best_of, worst_of
from vmsguard.model.pack import ExceptionGate, ExceptionGrant, Gate, ImpossibleGate
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Qualifier, Verdict, Why
from vmsguard.policy.exceptions import Denied, decide

__all__ = ["Climb", "Rung", "climb"]

_PASS, _DIRECT = Verdict.PASS, Qualifier.DIRECT
_VERDICT = attrgetter("outcome.verdict")
_OPEN_QUESTIONS = (Verdict.FAIL, Verdict.UNKNOWN)


class Rung(Struct, frozen=True, eq=False):
    """An open rung as judged: what it replaced, by which proof, and what it asks instead."""

    qualifier: Qualifier
    verdict: Verdict
    replaced: tuple[Judgement, ...]
    asked: tuple[Judgement, ...]
    because: str
    gate: Gate
    grant: ExceptionGrant | None = None


class Climb(Struct, frozen=True, eq=False):
    """How a rule was judged: the first rung, the open ones after it, and why the others stayed shut."""

    verdict: Verdict
    qualifier: Qualifier | None
    base: tuple[Judgement, ...]
    rungs: tuple[Rung, ...] = ()
    held_by: Rung | None = None
    shut: tuple[str, ...] = ()


@dataclass(slots=True)
class _Tried:
    rungs: list[Rung] = field(default_factory=list)
    shut: list[str] = field(default_factory=list)


def climb(compiled: CompiledRule, rules: CompiledRules, bench: Bench, grants: Sequence[ExceptionGrant]) -> Climb:
    """The verdict of one rule on one camera, rung by rung; the first rung that holds decides."""
    base: list[Judgement] = []
    for requirement in compiled.require:
        base += bench.judge(requirement)
    verdict = worst_of(map(_VERDICT, base))
    if verdict is _PASS:
        return Climb(verdict, _DIRECT, tuple(base))
    if verdict is Verdict.NOT_APPLICABLE or not compiled.rungs:
        return Climb(verdict, None, tuple(base))
    tried = _Tried()
    for rung in compiled.rungs:
        _try(rung, base, compiled, rules, bench, grants, tried)
        if tried.rungs and tried.rungs[-1].verdict is Verdict.PASS:
            held = tried.rungs[-1]
            return Climb(Verdict.PASS, held.qualifier, tuple(base), tuple(tried.rungs), held, tuple(tried.shut))
    combined = best_of([verdict, *(rung.verdict for rung in tried.rungs)])
    return Climb(combined, None, tuple(base), tuple(tried.rungs), None, tuple(tried.shut))


def _try(
    rung: CompiledRung,
    base: Sequence[Judgement],
    compiled: CompiledRule,
    rules: CompiledRules,
    bench: Bench,
    grants: Sequence[ExceptionGrant],
    tried: _Tried,
) -> None:
    failing = [judgement for judgement in base if judgement.outcome.verdict in _OPEN_QUESTIONS]
    if isinstance(rung.gate, ImpossibleGate):
        opened = _impossible(rung, rung.gate, base, failing, bench)
        if opened is None:
            tried.shut.append("fallback-not-proven: nothing proves that it cannot be switched off")
        else:
            tried.rungs.append(opened)
        return
    lifts = frozenset(rules.pack.exception_types[rung.gate.exception_type].lifts)
    replaced = [judgement for judgement in failing if judgement.requirement.control.id in lifts]
    if not replaced:
        return
    grant, reasons = _granted(rung.gate, compiled, rules, bench, grants)
    if grant is None:
        tried.shut.extend(reasons)
        return
    asked = [judgement for requirement in rung.require for judgement in _excepted(requirement, grant, bench)]
    safeguards = worst_of([_as_shown(judgement) for judgement in asked])
    combined = [_or(judgement, safeguards) for judgement in replaced]
    verdict = worst_of([*_rest(base, replaced), *combined])
    because = f"exception {grant.id} until {grant.expires.date()}"
    tried.rungs.append(Rung(Qualifier.EXCEPTION, verdict, tuple(replaced), tuple(asked), because, rung.gate, grant))


def _impossible(
    rung: CompiledRung, gate: ImpossibleGate, base: Sequence[Judgement], failing: Sequence[Judgement], bench: Bench
) -> Rung | None:
    """Opened for the controls proven impossible; asked on their targets, for elsewhere "off" still holds."""
    proofs = {id(one): proof_of(one.requirement.control, one.params, one.view, gate.proofs) for one in failing}
    replaced = [judgement for judgement in failing if proofs[id(judgement)]]
    if not replaced:
        return None
    proven = [judgement for judgement in replaced if proofs[id(judgement)] != UNSEEN]
    by_target: dict[str, list[Judgement]] = {}
    for judgement in proven:
        assert judgement.endpoint is not None
        target = judgement.endpoint.target
        if target not in by_target:
            by_target[target] = [
                one for requirement in rung.require for one in bench.judge(requirement, targets=frozenset({target}))
            ]
    held = {target: worst_of([one.outcome.verdict for one in asked]) for target, asked in by_target.items()}
    instead = [_or(judgement, held[judgement.endpoint.target]) for judgement in proven if judgement.endpoint]
    # A gate nobody could see through neither opens nor lets the rule fail for certain.
    unseen = [_or(judgement, Verdict.UNKNOWN) for judgement in replaced if proofs[id(judgement)] == UNSEEN]
    verdict = worst_of([*_rest(base, replaced), *instead, *unseen])
    because = "not everything that could be switched off was seen"
    if proven:
        kinds = ", ".join(sorted({proofs[id(judgement)] for judgement in proven}))
        names = ", ".join(dict.fromkeys(judgement.requirement.control.id for judgement in proven))
        because = f"{names} proven impossible ({kinds})"
    asked = tuple(one for judgements in by_target.values() for one in judgements)
    return Rung(Qualifier.FALLBACK, verdict, tuple(replaced), asked, because, gate)


def _rest(base: Sequence[Judgement], replaced: Sequence[Judgement]) -> list[Verdict]:
    gone = {id(judgement) for judgement in replaced}
    return [judgement.outcome.verdict for judgement in base if id(judgement) not in gone]


def _or(judgement: Judgement, instead: Verdict) -> Verdict:
    """The control itself, or what stands in for it; a stand-in that applies to nothing holds nothing up."""
    if instead is Verdict.NOT_APPLICABLE:
        instead = Verdict.UNKNOWN
    return best_of([judgement.outcome.verdict, instead])


def _granted(
    gate: ExceptionGate,
    compiled: CompiledRule,
    rules: CompiledRules,
    bench: Bench,
    grants: Sequence[ExceptionGrant],
) -> tuple[ExceptionGrant | None, list[str]]:
    exception_type = rules.pack.exception_types[gate.exception_type]
    snapshot = bench.snapshot
    # A clock that was set back revives no exception (policy-packs 6.1, 5).
    now = bench.now if snapshot.not_before is None else max(bench.now, snapshot.not_before)
    reasons: list[str] = []
    valid: list[ExceptionGrant] = []
    for grant in grants:
        named = (grant.pack, grant.rule, grant.type) == (rules.pack.id, compiled.rule.id, exception_type.id)
        if not named or snapshot.camera.id not in grant.cameras:
            continue
        decided = decide(
            grant,
            exception_type,
            rules.pack,
            compiled.rule,
            snapshot.camera,
            snapshot.documents,
            now,
            snapshot.first_seen_use,
            others=grants,
        )
        if isinstance(decided, Denied):
            reasons.extend(decided.reasons)
        else:
            valid.append(decided.grant)
    if valid:
        # Of several the one that ends first, whatever the order of their files.
        return min(valid, key=lambda grant: (grant.expires, grant.id)), []
    return None, reasons or [f"no-exception: none of type {exception_type.id} names this camera"]


def _excepted(requirement: CompiledRequirement, grant: ExceptionGrant, bench: Bench) -> list[Judgement]:
    params: Any = requirement.params
    if requirement.pending:
        filled = {name: getattr(grant, source.field) for name, source in requirement.pending.items()}
        told = {name: _as_taken(value, getattr(params, name)) for name, value in filled.items() if value is not None}
        params = replace(params, **told)
    return bench.judge_excepted(requirement, params, grant)


def _as_taken(value: Any, waiting: Any) -> Any:
    """A span as the parameter takes it: one that takes exact lengths alone gets the fewest days it can be."""
    return value.shortest if isinstance(value, Span) and isinstance(waiting, timedelta) else value


def _as_shown(judgement: Judgement) -> Verdict:
    """Whoever relies on an exception has to show its papers: a missing one is not met, not merely unknown."""
    outcome = judgement.outcome
    if outcome.why is Why.NO_DOCUMENT and judgement.requirement.on_camera_alone:
        return Verdict.FAIL
    return outcome.verdict
