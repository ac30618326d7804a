"""Why one control says what it says at one place, what it rests on, and what would make it pass."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from vmsguard.engine.cite import LABELS
from vmsguard.engine.compile import CompiledRule, CompiledRules
from vmsguard.engine.impossible import STORED_KINDS, proof_of_change
from vmsguard.engine.judge import Judgement
from vmsguard.engine.why_facts import facts_why, reason_why, reasons_why
from vmsguard.engine.why_model import ChangeWhy, ControlWhy
from vmsguard.model.changes import Change
from vmsguard.model.manifest import Manifest
from vmsguard.model.pack import ImpossibleGate, Requirement
from vmsguard.model.plan import Plan, PlannedChange
from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Mode, Verdict
from vmsguard.policy.sentences import LANGUAGES, say_requirement

__all__ = ["Asking", "controls_why"]

_OPEN = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.CONFLICT)


class Asking(Struct, frozen=True, eq=False, kw_only=True):
    """The rule a control belongs to, and what is planned for it."""

    camera: str
    rules: CompiledRules
    compiled: CompiledRule
    plan: Plan
    assigned: bool
    """A reading that is not assigned plans nothing."""
    asks_for_change: bool
    """A rule that holds asks for nothing, whatever one of its controls says."""
    said: Mapping[int, Result]
    """By the identity of a judgement its result: several packs together may say more than each control alone."""

    @property
    def kinds(self) -> frozenset[str]:
        """Proofs that keep a change from being asked for again."""
        gates = [rung.gate for rung in self.compiled.rungs if isinstance(rung.gate, ImpossibleGate)]
        return STORED_KINDS.union(*(gate.proofs for gate in gates))

    def planned(self, control: str, change: Change) -> PlannedChange | None:
        """The change of the plan that answers this one; several channels may have been merged into it."""
        if not self.assigned:
            return None
        asked = (self.camera, self.rules.pack.id, self.compiled.rule.id, control)
        for planned in self.plan.changes:
            causes = {(cause.camera, cause.pack, cause.rule, cause.control) for cause in planned.causes}
            same = (planned.change.target, planned.change.verb, planned.change.item)
            if asked in causes and same == (change.target, change.verb, change.item):
                return planned
        return None


def controls_why(
    judgements: Iterable[Judgement], asking: Asking, *, replaced: Mapping[int, int] | None = None
) -> tuple[ControlWhy, ...]:
    """Each judgement explained; ``replaced`` maps the identity of one to the rung that stands in for it."""
    gone = {} if replaced is None else replaced
    return tuple(_control(one, asking, gone.get(id(one), 0)) for one in judgements)


def _control(judgement: Judgement, asking: Asking, replaced_by: int) -> ControlWhy:
    requirement, view = judgement.requirement, judgement.view
    outcome = asking.said.get(id(judgement), judgement.outcome)
    facts = facts_why(view.cited, asking.rules.facts, view.now)
    changes: tuple[ChangeWhy, ...] = ()
    manifest = _manifest(judgement)
    by_hand = ""
    if outcome.verdict in _OPEN and asking.asks_for_change:
        by_hand = "" if manifest is None else manifest.how_to_disable.get(requirement.control.id, "")
        changes = tuple(_changes(judgement, manifest, asking))
    return ControlWhy(
        control=requirement.control.id,
        says=_says(judgement),
        place=judgement.place,
        verdict=outcome.verdict.value,
        reason=reason_why(outcome.reason),
        basis="" if judgement.outcome.basis is None else LABELS[judgement.outcome.basis],
        left=outcome.left,
        facts=facts,
        replaced_by=replaced_by,
        changes=changes,
        by_hand=by_hand,
    )


def _manifest(judgement: Judgement) -> Manifest | None:
    if judgement.endpoint is None:
        return None
    seen = judgement.view.snapshot.targets.get(judgement.endpoint.target)
    return None if seen is None else seen.manifest


def _says(judgement: Judgement) -> dict[str, str]:
    """The control's sentence with the parameters it was judged by: an exception's are filled in."""
    control = judgement.requirement.control
    asked = Requirement(control=control.id, params=judgement.params, min_basis=judgement.requirement.min_basis)
    return {lang: say_requirement(asked, {control.id: control}, lang) for lang in LANGUAGES}


def _changes(judgement: Judgement, manifest: Manifest | None, asking: Asking) -> Iterator[ChangeWhy]:
    outcome, control = judgement.outcome, judgement.requirement.control
    surely = outcome.verdict is Verdict.FAIL or bool(outcome.offenders)
    if manifest is None or not control.enforceable or not surely:
        return
    for change in control.enforce(judgement.params, judgement.view, manifest):
        yield _change(change, judgement, asking, asking.kinds)


def _change(change: Change, judgement: Judgement, asking: Asking, kinds: Collection[str]) -> ChangeWhy:
    planned = asking.planned(judgement.requirement.control.id, change)
    if planned is not None:
        state = planned.mode.value
    elif proof_of_change(change, judgement.view, kinds):
        state = "impossible"
    elif not asking.assigned:
        state = "not-assigned"
    else:
        state = "audit" if asking.rules.mode is Mode.AUDIT else "not-planned"
    return ChangeWhy(
        id=change.id,
        verb=change.verb,
        target=change.target,
        channel=change.channel,
        item=change.item,
        state=state,
        in_the_way=() if planned is None else reasons_why(planned.blockers),
        destructive=planned is not None and planned.destructive,
        items=0 if planned is None else planned.items,
    )
