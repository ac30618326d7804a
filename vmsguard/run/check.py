"""Check and plan: judge the fleet, remember and record what was found, change no device."""

from __future__ import annotations

from collections.abc import Sequence

from vmsguard.model.results import Finding, Result
from vmsguard.run.equipment import Equipment
from vmsguard.run.exceptions import record_exceptions
from vmsguard.run.exit_code import exit_code
from vmsguard.run.fleet import Fleet
from vmsguard.run.judge import Judged, judge
from vmsguard.run.outcome import EvidenceHead, RunOutcome
from vmsguard.run.policies_in_use import coming_rules, policies_in_use
from vmsguard.run.record import (
    pairs_of,
    record_documents,
    record_end,
    record_findings,
    record_observations,
    record_planned,
    record_unresolved,
    record_verdicts,
    record_witnesses,
)
from vmsguard.run.record_duties import keep_duties
from vmsguard.run.record_holds import record_holds
from vmsguard.run.record_scope import record_policies, record_scope
from vmsguard.run.record_weakening import record_weakening
from vmsguard.run.remediation import with_remediation
from vmsguard.run.standings import with_exposure
from vmsguard.run.trust_kept import record_pins

__all__ = ["begin", "finish", "run_check"]


async def run_check(
    fleet: Fleet,
    equipment: Equipment,
    run: str,
    *,
    command: str = "check",
    show_plan: bool = False,
    fail_on: frozenset[str] | None = None,
) -> RunOutcome:
    """The verdicts of a fleet as it is now; writes evidence and state, sends no write to any device."""
    started = equipment.clock.now()
    interrupted = record_unresolved(equipment.evidence, run)
    judged = await judge(fleet, equipment, run)
    weakened = begin(fleet, equipment, run, command, judged)
    results = with_remediation(judged.results, [judged.plan], ())
    results = with_exposure(results, equipment.state, equipment.clock.now())
    log, state = equipment.evidence, equipment.state
    keep_duties(log, state, run, fleet, results, state.deletions(), equipment.clock.now(), enrol=False)
    code = exit_code(results, fail_on=fail_on)
    head = finish(fleet, equipment, run, judged, results, code)
    return RunOutcome(
        run=run,
        command=command,
        started=started,
        ended=equipment.clock.now(),
        results=results,
        findings=(*weakened, *judged.findings),
        unreachable=judged.unreachable,
        policies=policies_in_use(fleet, judged.at),
        upcoming=coming_rules(judged.upcoming),
        plan=judged.plan if show_plan else None,
        interrupted=interrupted,
        evidence=head,
        exit_code=int(code),
    )


def begin(fleet: Fleet, equipment: Equipment, run: str, command: str, judged: Judged) -> tuple[Finding, ...]:
    """Record what this run owes a verdict for, and what it saw first; what is asked less than before, to be shown."""
    mode = "audit" if command == "check" else "propose" if command == "plan" else fleet.mode
    record_planned(equipment.evidence, run, command, mode, pairs_of(judged.results))
    record_scope(equipment.evidence, run, fleet, judged)
    record_policies(equipment.evidence, run, fleet, judged.at)
    weakened = record_weakening(equipment.evidence, equipment.state, run, fleet, judged)
    record_documents(equipment.evidence, run, fleet.documents)
    for failure in equipment.registry.failures:
        equipment.evidence.append("plugin.failed", run=run, plugin=failure.plugin, error=failure.error)
    record_pins(equipment.evidence, run, equipment.state)
    record_observations(equipment.evidence, run, judged.observations, fleet.sites_of_targets)
    return weakened


def finish(
    fleet: Fleet, equipment: Equipment, run: str, judged: Judged, results: Sequence[Result], code: int
) -> EvidenceHead:
    """Record the final verdicts and sign a head over them."""
    log = equipment.evidence
    record_witnesses(log, run, judged.seen.looked)
    record_exceptions(log, run, fleet, judged, equipment.state)
    record_holds(log, run, fleet, judged, equipment.state)
    record_findings(log, run, judged.findings)
    record_verdicts(log, run, results, fleet.digests, fleet.sites_of_cameras)
    record_end(log, run, results, int(code))
    return EvidenceHead(origin=log.origin, size=log.size, root=log.root_hex)
