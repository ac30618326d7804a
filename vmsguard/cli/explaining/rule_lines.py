"""One rule explained in sentences: its authority, what decided it, what is required, and each alternative."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vmsguard.cli.explaining.control_lines import control_lines
from vmsguard.cli.explaining.scope_lines import selection_lines
from vmsguard.cli.explaining.sentences import Line, Sentences
from vmsguard.engine.why_model import CitationWhy, GrantWhy, ProofWhy, Reason, RuleWhy, RungWhy
from vmsguard.policy.plain_words import plain
from vmsguard.policy.sentences import WORDS

__all__ = ["grant_lines", "rule_lines"]

_HELD = frozenset({"pass", "not_applicable"})


def rule_lines(rule: RuleWhy, say: Sentences) -> Iterator[Line]:
    """Everything about one rule on one camera."""
    word = say.verdict(rule.verdict, rule.qualifier)
    yield Line(1, f"{rule.rule} [{plain(rule.severity, say.lang)}]: {word}", verdict=rule.verdict)
    yield Line(2, say.title(rule))
    yield Line(2, f"{say.say('authority')}:")
    for cited in rule.citations:
        yield Line(3, _citation(cited, say), item=True)
    because = say.reason(rule.reason)
    yield Line(2, say.say("why at", say.decisive(rule.decisive), because) if rule.decisive else say.say("why", because))
    for reason in rule.besides:
        yield Line(3, _besides(reason, say), item=True)
    if rule.select is not None:
        yield Line(2, say.say("rule selects"))
        yield from selection_lines(rule.select, say, 3)
    for condition in rule.when:
        truth = say.say("unknown truth" if condition.truth == "unknown" else condition.truth)
        yield Line(2, say.say("when", condition.fact, condition.wanted, truth))
    if rule.controls:
        yield Line(2, say.say("if it applied" if rule.reason.code == "upcoming" else "required"))
        yield from _controls(rule, say)
    # What a rule that holds by itself would have fallen back on explains nothing.
    if rule.decided_by != 0 and rule.verdict != "not_applicable":
        for rung in rule.rungs:
            yield from _rung(rung, say)


def _besides(reason: Reason, say: Sentences) -> str:
    return say.say("judged alone", reason.detail) if reason.code == "judged alone" else say.reason(reason)


def _citation(cited: CitationWhy, say: Sentences) -> str:
    words = WORDS[say.lang]
    title = say.title(cited)
    told = [plain(cited.force, say.lang), words["since"].format(cited.since)]
    if cited.until is not None:
        told.append(say.say("ended", cited.until))
    told.append(words["assumption"] if cited.force == "assumption" else words[cited.confirmed])
    if not cited.in_force:
        told.append(say.say("not in force"))
    place = f": {cited.clause}" if cited.clause else ""
    return f"{title}{place} [{'; '.join(told)}]"


def _controls(rule: RuleWhy, say: Sentences) -> Iterator[Line]:
    mend = rule.verdict not in _HELD
    for control in rule.controls:
        yield from control_lines(control, say, 3, mend=mend)


def _rung(rung: RungWhy, say: Sentences) -> Iterator[Line]:
    proofs = [plain(accepted, say.lang) for accepted in rung.accepts]
    accepts = say.values(proofs) if rung.gate == "if_impossible" else ", ".join(rung.accepts)
    state = rung.state
    if state == "open":
        state = "open holds" if rung.holds_the_rule or rung.verdict == "pass" else f"open {_open(rung)}"
    yield Line(2, f"{say.say(rung.gate, rung.number, accepts)}: {say.say(state)}.")
    for proof in rung.proofs:
        yield from _proof(proof, say)
    if rung.gate == "if_excepted" and rung.state != "not-tried":
        if rung.nothing_to_lift:
            yield Line(3, say.say("nothing to lift", ", ".join(rung.lifts)), item=True)
        elif not rung.grants:
            yield Line(3, say.say("no grant"), item=True)
    yield from grant_lines(rung.grants, say, 3)
    if rung.asks:
        yield Line(3, say.say("asked instead"))
        for control in rung.asks:
            yield from control_lines(control, say, 4, mend=rung.verdict not in _HELD)


def _open(rung: RungWhy) -> str:
    return "fails" if rung.verdict == "fail" else "unknown"


def _proof(proof: ProofWhy, say: Sentences) -> Iterator[Line]:
    named = f"{proof.control}, {proof.place}" if proof.place else proof.control
    if proof.state == "proven":
        told = plain(proof.kind, say.lang)
        if proof.proven_at is not None and proof.expires is not None:
            told += "; " + say.say("proof since", proof.proven_at.date(), proof.expires.date())
        yield Line(3, say.say("proof proven", named, told), item=True)
    elif proof.state == "unseen":
        yield Line(3, say.say("proof unseen", named), item=True)
    else:
        yield Line(3, say.say("proof missing", named), item=True)
        for reason in proof.reasons:
            key = f"proof {reason.code}"
            told = say.say(key, reason.detail) if say.known(key) else say.reason(reason)
            yield Line(4, told, item=True)


def grant_lines(grants: Sequence[GrantWhy], say: Sentences, level: int) -> Iterator[Line]:
    """Exceptions as they were decided, each reason on its own."""
    for grant in grants:
        if not grant.valid:
            yield Line(level, say.say("grant refused", grant.id), item=True)
            for reason in grant.reasons:
                yield Line(level + 1, say.reason(reason), item=True)
            continue
        told = say.say("grant valid", grant.id, say.moment(grant.starts), say.moment(grant.expires))
        basis = f"; {say.say('legal basis', grant.legal_basis)}" if grant.legal_basis else ""
        yield Line(level, f"{told}{basis}.", item=True)
