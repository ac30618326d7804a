"""What a failing rule asks to be changed, before the demands of several rules are merged into a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from vmsguard.controls.gate import claims_gate, gate_state
from vmsguard.engine.compile import CompiledRule, CompiledRules
from vmsguard.engine.impossible import STORED_KINDS, proof_of_change
from vmsguard.engine.judge import Judgement
from vmsguard.engine.ladder import Climb
from vmsguard.model.changes import Change
from vmsguard.model.facts import FactKey
from vmsguard.model.pack import ImpossibleGate
from vmsguard.model.truth import Truth
from vmsguard.model.vocabulary import Mode, Qualifier, Verdict

__all__ = ["CONFLICT", "Demand", "demands_of"]

CONFLICT = "conflict"
"""The code in front of every reason and blocker that names a conflict."""


_DOORS = frozenset({"analytics.stop", "face_library.purge"})


class Demand(Struct, frozen=True, kw_only=True):
    """One change one control of one rule asks for; ``blockers`` keep it a proposal."""

    camera: str
    pack: str
    rule: str
    control: str
    endpoint: str
    mode: Mode
    change: Change
    cites: tuple[FactKey, ...]
    blockers: tuple[str, ...] = ()
    because: str = ""
    """What besides the failing control it answers: ``exception ex-1 expired``."""

    @property
    def free(self) -> bool:
        """Whether it may be sent without a person, as far as its own rule goes."""
        return self.mode is Mode.ENFORCE and not self.blockers

    @property
    def in_conflict(self) -> bool:
        """Whether its rule and another cannot both be had: then nothing is sent that it shares."""
        return any(why.startswith(f"{CONFLICT}:") for why in self.blockers)


def demands_of(found: Climb, compiled: CompiledRule, rules: CompiledRules, blockers: Iterable[str]) -> Iterator[Demand]:
    """Changes towards the first rung, and towards what a fallback asks where the first is impossible.

    A rule that passes asks for nothing. What is proven impossible is not asked for again. Where an
    exception is in force but its safeguards are not shown, a person decides: the change stays a proposal.
    """
    if found.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
        return
    blocked = tuple(blockers)
    kinds = STORED_KINDS.union(*(rung.gate.proofs for rung in compiled.rungs if isinstance(rung.gate, ImpossibleGate)))
    excepted = {
        id(judgement): f"exception-in-use: {rung.grant.id}"
        for rung in found.rungs
        if rung.grant is not None
        for judgement in rung.replaced
    }
    asked = [judgement for rung in found.rungs if rung.qualifier is Qualifier.FALLBACK for judgement in rung.asked]
    for judgement in (*found.base, *asked):
        if judgement.outcome.verdict is Verdict.FAIL:
            doubt: tuple[str, ...] = ()
        elif judgement.outcome.verdict is Verdict.UNKNOWN and judgement.outcome.offenders:
            doubt = (f"not-certain: {judgement.outcome.reason}",)
        else:
            continue
        lifted = excepted.get(id(judgement))
        more = doubt if lifted is None else (*doubt, lifted)
        yield from _demands(judgement, compiled, rules, kinds, (*blocked, *more))


def _demands(
    judgement: Judgement,
    compiled: CompiledRule,
    rules: CompiledRules,
    kinds: frozenset[str],
    blockers: tuple[str, ...],
) -> Iterator[Demand]:
    view = judgement.view
    endpoint = judgement.endpoint
    control = judgement.requirement.control
    if endpoint is None or not control.enforceable:
        return
    seen = view.snapshot.targets.get(endpoint.target)
    manifest = None if seen is None else seen.manifest
    if manifest is None:
        return
    cites = tuple(fact.key for fact in view.cited)
    for change in control.enforce(judgement.params, view, manifest):
        if proof_of_change(change, view, kinds):
            continue
        doors = ("gate-not-proven: face_use",) if _guards_a_door(judgement, change) else ()
        yield Demand(
            camera=view.camera.id,
            pack=rules.pack.id,
            rule=compiled.rule.id,
            control=control.id,
            endpoint=str(endpoint),
            mode=rules.mode,
            change=change,
            cites=cites,
            blockers=(*blockers, *doors),
        )


def _guards_a_door(judgement: Judgement, change: Change) -> bool:
    """Doors do not shut on a guess: a gate the inventory calls 1:1 is touched only by a person."""
    view = judgement.view
    return change.verb in _DOORS and claims_gate(view) and gate_state(view).truth is not Truth.TRUE
