"""Apply: plan, send, look again from a fresh session, and say what became of every change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from vmsguard.errors import EvidenceError, SecretMissing
from vmsguard.model.ledger import Deletion, HeldPurge
from vmsguard.model.plan import Plan, PlannedChange
from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Remediation, Stage, Verdict
from vmsguard.run.announced import with_announced
from vmsguard.run.check import begin, finish
from vmsguard.run.equipment import Equipment
from vmsguard.run.execute import Sent, send_changes
from vmsguard.run.exit_code import exit_code
from vmsguard.run.files_left import files_left
from vmsguard.run.fleet import Fleet
from vmsguard.run.judge import Judged, judge
from vmsguard.run.outcome import RunOutcome, Skipped
from vmsguard.run.plan_file import fresh_part, newly_asked
from vmsguard.run.planned_pairs import PlannedPairs
from vmsguard.run.policies_in_use import coming_rules, policies_in_use
from vmsguard.run.purge import PurgeBudget, proven_deletions
from vmsguard.run.record import observation_entries, record_observations, record_unresolved, witness_entries
from vmsguard.run.record_duties import keep_duties
from vmsguard.run.remediation import with_remediation
from vmsguard.run.standings import with_exposure
from vmsguard.run.tally import Tally

__all__ = ["Barred", "purge_in_reserve", "run_apply"]

Barred: TypeAlias = Callable[[PlannedChange, Plan], str]


def _nothing_barred(planned: PlannedChange, plan: Plan) -> str:
    return ""


_LOOKS_AFTER_SETTLING = 3
"""How often a change may be looked for, each after a longer wait, before it counts as without effect.

One that is found is looked at once more.
"""

_UNDONE = frozenset({Remediation.NO_EFFECT, Remediation.REFUSED, Remediation.FAILED, Remediation.APPLIED})


@dataclass
class _Work:
    """What an apply has done so far."""

    judged: Judged
    plans: list[Plan] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


async def run_apply(
    fleet: Fleet,
    equipment: Equipment,
    run: str,
    *,
    saved: Plan | None = None,
    confirm_purge: int | None = None,
    fail_on: frozenset[str] | None = None,
    barred: Barred = _nothing_barred,
) -> RunOutcome:
    """The verdicts after the enforceable part of the plan was sent and proven.

    ``barred`` says of a change, in view of the whole plan, why it is not to be sent in this run; empty where
    nothing speaks against it.

    A definitive refusal from a proven administrator's session is stored as proof, and the cameras it
    concerns are planned once more in the same run, so that a fallback can begin at once.
    """
    started = equipment.clock.now()
    interrupted = record_unresolved(equipment.evidence, run)
    judged = await judge(fleet, equipment, run)
    changes, stale = fresh_part(judged.plan, saved)
    changes, kept_back = _allowed(changes, judged.plan, barred)
    _need_logins(changes, fleet, equipment)
    seen = observation_entries(judged.observations, fleet.sites_of_targets)
    weakened = begin(fleet, equipment, run, "apply", judged, PlannedPairs.of(judged.results), seen)
    first = judged
    work = _Work(judged)
    before, held = _purged(fleet, equipment, judged)
    budget = PurgeBudget(confirm_purge, [*before, *held])
    work.skipped.extend((*stale, *kept_back))
    work.plans.append(judged.plan)
    await _send_and_verify(fleet, equipment, run, work, changes, budget)
    proofs = [entry.proof for entry in work.sent if entry.proof is not None]
    if proofs:
        _store_proofs(equipment, run, work.sent)
        concerned = frozenset(proof.target for proof in proofs)
        await _judge_again(fleet, equipment, run, work, concerned)
        work.plans.append(work.judged.plan)
        more = newly_asked(work.judged.plan, first.plan, work.sent, concerned)
        more, kept_back = _allowed(more, work.judged.plan, barred)
        work.skipped.extend(kept_back)
        await _send_and_verify(fleet, equipment, run, work, more, budget)
    work.judged = with_announced(work.judged, work.sent)
    results = with_remediation(work.judged.results, work.plans, work.sent)
    results = with_exposure(
        results, equipment.state, equipment.clock.now(), repaired=first.results, repaired_from=first.at
    )
    keep_duties(equipment.evidence, equipment.state, run, fleet, results, before, equipment.clock.now(), enrol=True)
    incomplete = _still_waits(work) or _unfinished(results, work.sent)
    code = exit_code(results, incomplete=incomplete, fail_on=fail_on)
    tally = Tally()
    tally.add(results)
    witnesses = witness_entries(work.judged.seen.looked)
    head = finish(fleet, equipment, run, work.judged, [results], tally, witnesses, code)
    return RunOutcome(
        run=run,
        command="apply",
        started=started,
        ended=equipment.clock.now(),
        results=results,
        findings=(*weakened, *work.judged.findings),
        unreachable=work.judged.unreachable,
        policies=policies_in_use(fleet, work.judged.at),
        upcoming=coming_rules(work.judged.upcoming),
        plan=first.plan,
        sent=len([entry for entry in work.sent if entry.left]),
        skipped=tuple(work.skipped),
        interrupted=interrupted,
        evidence=head,
        exit_code=int(code),
    )


async def purge_in_reserve(fleet: Fleet, equipment: Equipment, run: str, *, barred: Barred) -> int:
    """Purge where the log has room for nothing else; how many places are proven to be empty.

    A deletion that is owed does not wait for a disk: its intents, results and proofs have room of their own. No other
    change is sent, nothing is deleted for the first time, and what could not be recorded is not remembered either: the
    first whole run tells it. Raises ``EvidenceError`` where not even that can be recorded.
    """
    judged = await judge(fleet, equipment, run, remember=False)
    purges = [planned for planned in judged.plan.enforceable if planned.stage is Stage.PURGING]
    allowed, _ = _allowed(purges, judged.plan, barred)
    before, held = _purged(fleet, equipment, judged)
    admitted, _ = PurgeBudget(None, [*before, *held]).admit(allowed)
    if not admitted:
        return 0
    _need_logins(admitted, fleet, equipment)
    begun = equipment.clock.now()
    sent = await send_changes(admitted, fleet.inventory, judged.facts, equipment, run=run)
    touched = frozenset(entry.planned.change.target for entry in sent if entry.left)
    await equipment.sleep(max((entry.planned.settle_seconds for entry in sent), default=0.0))
    judged = await judge(fleet, equipment, run, again=touched, before=judged, remember=False)
    proven = _ledger(equipment, run, judged, sent, begun)
    if proven:
        judged = await judge(fleet, equipment, run, again=frozenset(), before=judged, remember=False)
        now = equipment.clock.now()
        try:
            keep_duties(equipment.evidence, equipment.state, run, fleet, judged.results, before, now, enrol=False)
        except EvidenceError:
            # What else there is to tell of duties has no place; what was met before it is told, the rest is settled
            # by the next run from the ledger.
            if equipment.evidence.broken:
                raise
    return len(proven)


def _allowed(changes: Sequence[PlannedChange], plan: Plan, barred: Barred) -> tuple[list[PlannedChange], list[Skipped]]:
    why = {planned.change.id: barred(planned, plan) for planned in changes}
    return (
        [planned for planned in changes if not why[planned.change.id]],
        [Skipped(planned.change.id, told) for planned in changes if (told := why[planned.change.id])],
    )


async def _send_and_verify(
    fleet: Fleet,
    equipment: Equipment,
    run: str,
    work: _Work,
    changes: Sequence[PlannedChange],
    budget: PurgeBudget,
) -> None:
    admitted, waiting = budget.admit(changes)
    work.skipped.extend(waiting)
    if not admitted:
        return
    begun = equipment.clock.now()
    sent = await send_changes(
        admitted, fleet.inventory, work.judged.facts, equipment, run=run, confirmed_count=budget.confirmed
    )
    work.sent.extend(sent)
    touched = frozenset(entry.planned.change.target for entry in sent if entry.left)
    if not touched:
        return
    wait = max(entry.planned.settle_seconds for entry in sent)
    settled = 0
    for look in range(1, _LOOKS_AFTER_SETTLING + 2):
        await equipment.sleep(wait if settled else wait * look)
        await _judge_again(fleet, equipment, run, work, touched)
        deletions = _ledger(equipment, run, work.judged, sent, begun)
        if deletions:
            # The ledger is a source of facts: what was proven now counts in the same run.
            work.judged = await judge(fleet, equipment, run, again=frozenset(), before=work.judged)
        settled = 0 if _still_there(work.judged, sent) else settled + 1
        if settled == 2:  # some devices, and some other writers, put a value back after seconds
            return


async def _judge_again(fleet: Fleet, equipment: Equipment, run: str, work: _Work, targets: frozenset[str]) -> None:
    """Judge after fresh sessions with these targets, and record each session: what went silent was seen to."""
    work.judged = await judge(fleet, equipment, run, again=targets, before=work.judged)
    observations = work.judged.observations
    again = {name: observations[name] for name in targets}
    record_observations(equipment.evidence, run, again, fleet.sites_of_targets)


def _need_logins(changes: Iterable[PlannedChange], fleet: Fleet, equipment: Equipment) -> None:
    """Resolve every ``change`` login that is going to be used; ``SecretMissing`` before anything is sent anywhere."""
    for name in sorted({planned.change.target for planned in changes}):
        try:
            equipment.login(fleet.inventory.targets[name].login.change)
        except SecretMissing as error:
            raise SecretMissing(error.reference, f"target {name}: {error.message}", hint=error.hint) from error


def _still_waits(work: _Work) -> bool:
    """Whether a change that was not sent is still being asked for; what holds by now waits for nothing."""
    asked = {planned.change.id for planned in work.judged.plan.changes}
    return any(skipped.change in asked for skipped in work.skipped)


def _still_there(judged: Judged, sent: Iterable[Sent]) -> bool:
    """Whether an accepted change is still being asked for, so that another look is worth the wait."""
    accepted = {
        (entry.planned.change.id, cause)
        for entry in sent
        if entry.left and entry.outcome in {"accepted", "failed"}
        for cause in entry.planned.causes
    }
    return any(
        not accepted.isdisjoint((planned.change.id, cause) for cause in planned.causes) and not _only_held(planned)
        for planned in judged.plan.changes
    )


def _only_held(planned: PlannedChange) -> bool:
    return bool(planned.blockers) and all(why.startswith("held:") for why in planned.blockers)


def _purged(fleet: Fleet, equipment: Equipment, judged: Judged) -> tuple[tuple[Deletion, ...], tuple[HeldPurge, ...]]:
    """What was purged before, where this run looked; of a whole fleet all that is known."""
    targets = None if fleet.among is None else judged.observations.keys()
    return equipment.state.deletions(targets), equipment.state.held_purges(targets)


def _ledger(
    equipment: Equipment, run: str, judged: Judged, sent: Iterable[Sent], begun: datetime
) -> list[Deletion | HeldPurge]:
    state = equipment.state
    touched = {entry.planned.change.target for entry in sent}
    before: list[Deletion | HeldPurge] = [*state.deletions(touched), *state.held_purges(touched)]
    known = {(entry.target, entry.channel, entry.cutoff) for entry in before}
    now = equipment.clock.now()
    files = files_left(judged.seen)
    found = proven_deletions(sent, judged.observations, files, run=run, started=begun, ended=now)
    proven: list[Deletion | HeldPurge] = [*found.deletions, *found.held]
    fresh = [entry for entry in proven if (entry.target, entry.channel, entry.cutoff) not in known]
    for entry in fresh:
        if isinstance(entry, HeldPurge):
            state.put_held_purge(entry)
            there, left, observed = entry.count + entry.left, entry.left, False
        else:
            state.add_deletion(entry)
            there, left, observed = entry.count, 0, entry.observed
        equipment.evidence.append(
            "purge",
            run=run,
            durable=True,
            target=entry.target,
            channel=entry.channel,
            store=entry.store,
            cutoff=entry.cutoff.strftime("%Y-%m-%dT%H:%M:%SZ"),
            before=there,
            after=left,
            observed=observed,
        )
    return fresh


def _store_proofs(equipment: Equipment, run: str, sent: Iterable[Sent]) -> None:
    for entry in sent:
        if entry.proof is not None:
            equipment.state.add_proof(entry.proof)
            equipment.evidence.append(
                "proof.recorded",
                run=run,
                durable=True,
                target=entry.proof.target,
                channel=entry.proof.channel,
                verb=entry.proof.verb,
                kind=entry.proof.kind,
                firmware=entry.proof.firmware,
            )


def _unfinished(results: Iterable[Result], sent: Sequence[Sent]) -> bool:
    """Whether something was sent for a rule that still does not hold."""
    return bool(sent) and any(
        result.level == "rule" and result.verdict is not Verdict.PASS and result.remediation in _UNDONE
        for result in results
    )
