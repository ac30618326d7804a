"""Check and plan: judge the fleet, remember and record what was found, change no device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import aclosing
from datetime import datetime

from vmsguard.model.results import Finding, Result
from vmsguard.run.batches import CAMERAS_AT_ONCE, judged_in_batches
from vmsguard.run.equipment import Equipment
from vmsguard.run.exceptions import record_exceptions
from vmsguard.run.exit_code import exit_code_of
from vmsguard.run.fleet import Fleet
from vmsguard.run.gathered import Gathered
from vmsguard.run.judge import Judged
from vmsguard.run.known_before import KnownBefore
from vmsguard.run.outcome import EvidenceHead, RunOutcome
from vmsguard.run.planned_pairs import PlannedPairs
from vmsguard.run.policies_in_use import coming_rules, policies_in_use
from vmsguard.run.record import (
    record_documents,
    record_end,
    record_entries,
    record_findings,
    record_planned,
    record_unresolved,
    record_verdicts,
)
from vmsguard.run.record_duties import keep_duties
from vmsguard.run.record_holds import record_holds
from vmsguard.run.record_scope import record_policies, record_scope
from vmsguard.run.record_weakening import record_weakening
from vmsguard.run.spool import LogEntry, ResultSpool, SpooledResults
from vmsguard.run.standings import standings_of
from vmsguard.run.tally import Tally
from vmsguard.run.trust_kept import record_pins
from vmsguard.state.store import State

__all__ = ["begin", "finish", "run_check"]


async def run_check(
    fleet: Fleet,
    equipment: Equipment,
    run: str,
    *,
    command: str = "check",
    show_plan: bool = False,
    fail_on: frozenset[str] | None = None,
    at_once: int = CAMERAS_AT_ONCE,
) -> RunOutcome:
    """The verdicts of a fleet as it is now; writes evidence and state, sends no write to any device.

    Cameras are judged in batches of about ``at_once``; what they say is the same for any number. The results wait on
    the disk, in a file that is gone with this process.
    """
    started = equipment.clock.now()
    log, state = equipment.evidence, equipment.state
    interrupted = record_unresolved(log, run)
    known = KnownBefore.of(state, started)
    spool = ResultSpool()
    gathered = Gathered(fleet, state, spool, keep_plan=show_plan)
    async with aclosing(judged_in_batches(fleet, equipment, run, known, at_once)) as batches:
        async for batch in batches:
            gathered.take(batch)
    judged = gathered.judged(equipment.clock.now(), run, known.latest)
    results = spool.results()
    weakened = begin(fleet, equipment, run, command, judged, gathered.pairs, gathered.observations)
    now = equipment.clock.now()
    owing = gathered.with_deletions | {duty.camera for duty in state.duties()}
    keep_duties(log, state, run, fleet, list(results.of(owing)), state.deletions(), now, enrol=False)
    code = exit_code_of(results.tally.rules, fail_on=fail_on)
    head = finish(
        fleet,
        equipment,
        run,
        judged,
        _recorded_then_kept(results, state, now),
        results.tally,
        gathered.witnesses,
        code,
    )
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


def _recorded_then_kept(results: SpooledResults, state: State, now: datetime) -> Iterator[Sequence[Result]]:
    """The results of some cameras after the others; each part is in the state once the next one is asked for.

    Evidence is written first: a crash in between repeats a record and loses none.
    """
    part: list[Result] = []
    for number, (_, told) in enumerate(results.by_camera(), start=1):
        part += told
        if not number % CAMERAS_AT_ONCE:
            yield part
            state.put_standings(standings_of(part, now))
            part = []
    yield part
    state.put_standings(standings_of(part, now))


def begin(
    fleet: Fleet,
    equipment: Equipment,
    run: str,
    command: str,
    judged: Judged,
    pairs: PlannedPairs,
    observations: Iterable[LogEntry],
) -> tuple[Finding, ...]:
    """Record what this run owes a verdict for, and what it saw first; what is asked less than before, to be shown."""
    mode = "audit" if command == "check" else "propose" if command == "plan" else fleet.mode
    record_planned(equipment.evidence, run, command, mode, pairs, equipment.asked_by)
    record_scope(equipment.evidence, run, fleet, judged)
    record_policies(equipment.evidence, run, fleet, judged.at)
    weakened = record_weakening(equipment.evidence, equipment.state, run, fleet, judged)
    record_documents(equipment.evidence, run, fleet.documents)
    for failure in equipment.registry.failures:
        equipment.evidence.append("plugin.failed", run=run, plugin=failure.plugin, error=failure.error)
    record_pins(equipment.evidence, run, equipment.state)
    record_entries(equipment.evidence, run, observations)
    return weakened


def finish(
    fleet: Fleet,
    equipment: Equipment,
    run: str,
    judged: Judged,
    results: Iterable[Sequence[Result]],
    tally: Tally,
    witnesses: Iterable[LogEntry],
    code: int,
) -> EvidenceHead:
    """Record the final verdicts, part by part, and sign a head over them."""
    log = equipment.evidence
    record_entries(log, run, witnesses)
    record_exceptions(log, run, fleet, judged, equipment.state)
    record_holds(log, run, fleet, judged, equipment.state)
    record_findings(log, run, judged.findings)
    digests, sites = fleet.digests, fleet.sites_of_cameras
    for part in results:
        record_verdicts(log, run, part, digests, sites)
    head = record_end(log, run, tally.final, int(code))
    return EvidenceHead(origin=log.origin, size=head.size, root=head.root.hex())
