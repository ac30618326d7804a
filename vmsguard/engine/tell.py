"""Verdicts as results: with clause, force, what was found and required, and the facts they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from vmsguard.engine.cite import LABELS, Citations
from vmsguard.engine.compile import CompiledRule
from vmsguard.engine.judge import Judgement
from vmsguard.engine.ladder import Climb
from vmsguard.model.inventory import Camera
from vmsguard.model.results import CitedFact, Result
from vmsguard.model.vocabulary import Basis, Qualifier, Severity, Verdict, Why

__all__ = ["camera_result", "control_results", "rule_result", "skipped_rule"]

# Looking a member up on its enum costs more than all else that is done with it here.
_PASS, _DIRECT = Verdict.PASS, Qualifier.DIRECT
_ON_CAMERA = Result(camera="", pack="", verdict=Verdict.UNKNOWN)
_SEVERITIES = {severity: number for number, severity in enumerate((*Severity, None))}
_SORTED = (Verdict.CONFLICT, Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)


def control_results(camera: Camera, found: Climb, citations: Citations) -> list[Result]:
    """One result per control and endpoint: the first rung, then what open rungs asked instead."""
    results = []
    for one in found.base:
        results.append(_control(camera, one, _DIRECT, "", citations))
    for rung in found.rungs:
        exception = "" if rung.grant is None else rung.grant.id
        results.extend([_control(camera, one, rung.qualifier, exception, citations) for one in rung.asked])
    return results


def _control(
    camera: Camera, judgement: Judgement, qualifier: Qualifier, exception: str, citations: Citations
) -> Result:
    outcome = judgement.outcome
    endpoint = judgement.endpoint
    facts = citations.of(judgement.facts)
    return replace(
        judgement.requirement.told,
        camera=camera.id,
        channel="" if endpoint is None else endpoint.channel,
        endpoint=judgement.place,
        verdict=outcome.verdict,
        qualifier=qualifier if outcome.verdict is _PASS else None,
        basis="" if outcome.basis is None else LABELS[outcome.basis],
        reason=outcome.reason,
        why="" if outcome.why is None else outcome.why.value,
        found=outcome.found,
        required=outcome.required,
        left=outcome.left,
        facts=facts,
        observed_at=_oldest(facts),
        exception=exception,
    )


def _oldest(facts: Iterable[CitedFact] | Iterable[Result]) -> datetime | None:
    """A verdict is as fresh as the stalest fact under it."""
    oldest = None
    for fact in facts:
        at = fact.observed_at
        # Facts of one read share their time; comparing it with itself is worth saving.
        if at is not oldest and at is not None and (oldest is None or at < oldest):
            oldest = at
    return oldest


def rule_result(
    camera: Camera, found: Climb, controls: Sequence[Result], rule: CompiledRule, *, doubt: str = ""
) -> Result:
    """The rule's verdict, with the control that decided it and the rung that holds it up.

    ``doubt`` says why nobody knows whether the rule applies: then it is judged, and cannot be said to fail.
    """
    if found.verdict is _PASS and found.held_by is None:
        if len(controls) == 1:
            only = controls[0]
            return replace(rule.holds, camera=camera.id, basis=only.basis, observed_at=only.observed_at)
        return replace(rule.holds, camera=camera.id, basis=_weakest(found), observed_at=_oldest(controls))
    decisive = _decisive(found)
    verdict = Verdict.UNKNOWN if doubt and found.verdict is Verdict.FAIL else found.verdict
    reason, why = decisive.outcome.reason, decisive.outcome.why
    if found.held_by is not None:
        reason, why = f"{found.held_by.qualifier.value}: {found.held_by.because}", None
    elif verdict is not found.verdict:
        reason, why = f"{doubt}; where it applies: {reason}", Why.NOT_READ
    elif found.verdict is Verdict.UNKNOWN and decisive.outcome.verdict is Verdict.FAIL:
        reason = "rung-unknown: an open rung is neither held nor broken"
    return replace(
        rule.told,
        camera=camera.id,
        verdict=verdict,
        qualifier=found.qualifier,
        basis=_weakest(found),
        reason=reason,
        why="" if why is None else why.value,
        found="" if found.verdict is _PASS else _named(decisive),
        left=() if found.verdict is _PASS else (*_left(found), *found.shut),
        observed_at=_oldest(controls),
        exception=found.held_by.grant.id if found.held_by is not None and found.held_by.grant is not None else "",
    )


def _contributing(found: Climb) -> Sequence[Judgement]:
    """What the verdict rests on: all but the controls that the holding rung replaced."""
    if found.held_by is None:
        return found.base
    gone = {id(judgement) for judgement in found.held_by.replaced}
    return [judgement for judgement in found.base if id(judgement) not in gone] + list(found.held_by.asked)


def _decisive(found: Climb) -> Judgement:
    """The judgement that weighs most; of unknown rules one that is unknown, wherever it stands."""
    judgements = _contributing(found)
    if found.verdict is Verdict.UNKNOWN:
        asked = [one for rung in found.rungs for one in rung.asked]
        blind = [one for one in (*judgements, *asked) if one.outcome.verdict is Verdict.UNKNOWN]
        judgements = blind or judgements
    return min(judgements, key=lambda judgement: _SORTED.index(judgement.outcome.verdict))


def _named(judgement: Judgement) -> str:
    control = judgement.requirement.control.id
    return f"{control} at {judgement.place}" if judgement.place else control


def _left(found: Climb) -> list[str]:
    return [
        f"{_named(judgement)}: {judgement.outcome.verdict.value}"
        for judgement in found.base
        if judgement.outcome.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE)
    ]


def _weakest(found: Climb) -> str:
    """The basis of a rule: of what upholds it where it passes, of what breaks it where it does not."""
    weakest: Basis | None = None
    for one in _contributing(found) if found.verdict is _PASS else found.base:
        basis = one.outcome.basis if one.outcome.verdict is found.verdict else None
        if basis is not None and (weakest is None or basis < weakest):
            weakest = basis
    return "" if weakest is None else LABELS[weakest]


def skipped_rule(camera: Camera, rule: CompiledRule, reason: str) -> Result:
    """A rule that provably does not concern the camera."""
    return replace(rule.told, camera=camera.id, verdict=Verdict.NOT_APPLICABLE, reason=reason)


def _most_severe(result: Result) -> tuple[int, str, str]:
    """What comes first among rules with one verdict, in whatever order their packs were named."""
    return (_SEVERITIES[result.severity], result.pack, result.rule)


def camera_result(
    camera: Camera,
    rules: Sequence[Result],
    verdict: Verdict,
    qualifier: Qualifier | None,
    outside: Sequence[str],
    *,
    assigned: bool,
) -> Result:
    """The worst of the camera's rules; not applicable only where every pack is proven not to concern it."""
    worst: Result | None = None
    if rules:
        deciding = [result for result in rules if result.verdict is verdict]
        worst = min(deciding, key=_most_severe)
        reason = f"{verdict.value.replace('_', '-')}: {len(deciding)} of {len(rules)} rules"
    elif assigned:
        reason = f"out-of-scope: {' | '.join(sorted(outside))}"
    else:
        reason = "no-policy: no pack is assigned to the site"
    return replace(
        _ON_CAMERA,
        camera=camera.id,
        verdict=verdict,
        qualifier=qualifier if verdict is _PASS else None,
        severity=None if worst is None else worst.severity,
        basis="" if worst is None else worst.basis,
        reason=reason,
        found="" if worst is None or verdict is _PASS else worst.rule,
        observed_at=_oldest(rules),
    )
