"""What a run writes into the evidence log: the planned set, observations, verdicts, the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.writer import EvidenceWriter
from vmsguard.model.pack import Document
from vmsguard.model.results import Finding, Result
from vmsguard.run.observe import TargetObservation
from vmsguard.run.planned_pairs import PlannedPairs
from vmsguard.run.shorten import shorten
from vmsguard.run.sightings import Look
from vmsguard.run.spool import LogEntry

__all__ = [
    "observation_entries",
    "reason_code",
    "record_documents",
    "record_end",
    "record_entries",
    "record_findings",
    "record_observations",
    "record_planned",
    "record_unresolved",
    "record_verdicts",
    "witness_entries",
]


def record_unresolved(log: EvidenceWriter, run: str) -> int:
    """Close every intent that an earlier run left without a result; the number of them."""
    left = log.unresolved
    for intent in left:
        log.append(
            "apply.result",
            run=run,
            durable=True,
            cause=[intent.seq],
            change=intent.change,
            target=intent.target,
            channel=intent.channel,
            outcome="interrupted",
            code="found-at-start",
        )
    return len(left)


def record_planned(
    log: EvidenceWriter, run: str, command: str, mode: str, pairs: PlannedPairs, uid: int | None = None
) -> None:
    log.append(
        "run.planned",
        run=run,
        durable=True,
        pairs=pairs.count,
        digest=pairs.digest(),
        command=command,
        mode=mode,
        uid=uid,
    )


def record_entries(log: EvidenceWriter, run: str, entries: Iterable[LogEntry]) -> None:
    """Write records that were made before, in their order."""
    for event, fields in entries:
        log.append(event, run=run, **fields)


def observation_entries(observations: Mapping[str, TargetObservation], sites: Mapping[str, str]) -> Iterator[LogEntry]:
    """Each session with a target, or why there was none; ``sites`` are those of the targets."""
    for target, observation in sorted(observations.items()):
        identity = observation.seen.identity
        at = {"target": target, "site": sites.get(target, "")}
        if observation.seen.why is not None:
            yield "device.unreachable", {**at, "why": observation.seen.why.value}
            continue
        yield (
            "observe",
            {
                **at,
                "vendor": "" if identity is None else identity.manufacturer,
                "model": "" if identity is None else identity.model,
                "firmware": "" if identity is None else identity.firmware,
                "facts": len(observation.facts),
                "unknown": observation.unknown,
                "requests": observation.requests,
                "replies": observation.replies,
                "reply_bytes": observation.reply_bytes,
            },
        )


def record_observations(
    log: EvidenceWriter, run: str, observations: Mapping[str, TargetObservation], sites: Mapping[str, str]
) -> None:
    """Record each session with these targets."""
    record_entries(log, run, observation_entries(observations, sites))


def witness_entries(looked: Iterable[Look]) -> Iterator[LogEntry]:
    """Each look of our own in this run: where, what it bears on, what it saw, and whether it counts."""
    for look in looked:
        answered = look.sighting.answered
        yield (
            "witness",
            {
                "target": look.target,
                "channel": look.point.channel,
                "point_kind": look.point.kind,
                "proves": look.point.proves,
                "answered": "unclear" if answered is None else "yes" if answered else "no",
                "positive_before": look.positive_before,
            },
        )


def record_verdicts(
    log: EvidenceWriter, run: str, results: Iterable[Result], digests: Mapping[str, str], sites: Mapping[str, str]
) -> None:
    """One record per result; those of rules and cameras are the final verdicts that ``run.planned`` promised.

    ``digests`` are those of the packs, ``sites`` those of the cameras.
    """
    for result in results:
        log.append(
            "verify",
            run=run,
            camera=result.camera,
            site=sites.get(result.camera, ""),
            channel=result.channel,
            endpoint=result.endpoint,
            pack=result.pack,
            policy_sha256=digests.get(result.pack, ""),
            rule=result.rule,
            control=result.control,
            clause=result.clause,
            force="" if result.force is None else result.force.value,
            severity="" if result.severity is None else result.severity.value,
            verdict=result.verdict.value,
            qualifier="" if result.qualifier is None else result.qualifier.value,
            basis=result.basis,
            reason_code=reason_code(result),
            why=result.why,
            found=_found(result),
            required=shorten(result.required),
            remediation=result.remediation.value,
            exception=result.exception,
            exposure_from=_instant(result.exposure_from),
            exposure_to=_instant(result.exposure_to),
            facts=[
                {
                    "target": cited.key.target,
                    "channel": cited.key.channel,
                    "name": cited.key.name,
                    "layer": cited.key.layer.value,
                    "basis": cited.basis,
                    "at": _instant(cited.observed_at),
                }
                for cited in result.facts
            ],
            final=result.level != "control",
        )


def reason_code(result: Result) -> str:
    """The stable code in front of a reason's sentence; free text never enters the log."""
    return result.reason.partition(":")[0].strip()


def _found(result: Result) -> str:
    """A count, an id or a place; where a too weak basis hides a sentence behind it, that sentence's code."""
    return result.found.partition(": ")[0]


def _instant(at: object) -> str:
    return "" if at is None else str(at.strftime("%Y-%m-%dT%H:%M:%SZ"))  # type: ignore[attr-defined]


def record_findings(log: EvidenceWriter, run: str, findings: Iterable[Finding]) -> None:
    for finding in findings:
        log.append("finding", run=run, code=finding.code, subject=finding.subject)


def record_documents(log: EvidenceWriter, run: str, documents: Iterable[Document]) -> None:
    for document in documents:
        log.append("document.recorded", run=run, document=document.id, kind=document.kind, sha256=document.sha256)


def record_end(log: EvidenceWriter, run: str, verdicts: Mapping[str, int], exit_code: int) -> Checkpoint:
    """The counts of final verdicts and the exit code; the signed head over them."""
    log.append("run.ended", run=run, durable=True, verdicts=dict(sorted(verdicts.items())), exit=exit_code)
    return log.checkpoint()
