"""What a run ends with: results, findings, what was not reached, and where the evidence stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct, to_builtins

from vmsguard.model.plan import Plan
from vmsguard.model.results import Finding, Result, Unreached
from vmsguard.run.policies_in_use import ComingRule, PolicyInUse
from vmsguard.run.spool import SpooledResults
from vmsguard.run.tally import Tally

__all__ = ["EvidenceHead", "RunOutcome", "Skipped", "summarise"]


class EvidenceHead(Struct, frozen=True):
    """The signed head that covers a run."""

    origin: str
    size: int
    root: str


class Skipped(Struct, frozen=True):
    """A change that was planned and not sent, with the reason and what to do about it."""

    change: str
    reason: str
    next_step: str = ""


class RunOutcome(Struct, frozen=True, kw_only=True):
    run: str
    command: str
    started: datetime
    ended: datetime
    results: Collection[Result]
    """Those of one camera come together; a check's are read from the disk, anew in each pass."""
    findings: tuple[Finding, ...] = ()
    unreachable: tuple[Unreached, ...] = ()
    policies: tuple[PolicyInUse, ...] = ()
    """The packs this run went by."""
    upcoming: tuple[ComingRule, ...] = ()
    """Rules that are not in force yet."""
    plan: Plan | None = None
    sent: int = 0
    """How many changes were sent to devices."""
    skipped: tuple[Skipped, ...] = ()
    interrupted: int = 0
    """Intents of an earlier run that were found without a result."""
    evidence: EvidenceHead
    exit_code: int

    def as_json(self) -> dict[str, Any]:
        """The one object of ``--format json`` (DESIGN 9)."""
        return {name: list(told) if isinstance(told, Iterator) else told for name, told in self.json_members()}

    def json_members(self) -> Iterator[tuple[str, Any]]:
        """The members of that object; what is long is an iterator of the entries of a list."""
        yield (
            "run",
            {
                "id": self.run,
                "command": self.command,
                "started": _utc(self.started),
                "ended": _utc(self.ended),
                "changes_sent": self.sent,
                "interrupted_found": self.interrupted,
                "exit_code": self.exit_code,
            },
        )
        yield "summary", summarise(self.results)
        yield "results", (_result(result) for result in self.results)
        yield "findings", map(to_builtins, self.findings)
        yield "unreachable", map(to_builtins, self.unreachable)
        yield "policies", to_builtins(self.policies)
        yield "upcoming", to_builtins(self.upcoming)
        yield "evidence", to_builtins(self.evidence)
        if self.plan is not None:
            yield "plan", to_builtins(self.plan)
            yield "skipped", to_builtins(self.skipped)


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _result(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = to_builtins(result)
    told["level"] = result.level
    told["observed_at"] = _utc(result.observed_at)
    told["exposure_from"] = _utc(result.exposure_from)
    told["exposure_to"] = _utc(result.exposure_to)
    told["facts"] = [
        {
            "target": cited.key.target,
            "channel": cited.key.channel,
            "name": cited.key.name,
            "layer": cited.key.layer.value,
            "shows": cited.shows,
            "basis": cited.basis,
            "observed_at": _utc(cited.observed_at),
        }
        for cited in result.facts
    ]
    return told


def summarise(results: Collection[Result]) -> dict[str, Any]:
    """Counts of rule verdicts; passes split by qualifier, never merged."""
    if isinstance(results, SpooledResults):
        return results.tally.summary()
    tally = Tally()
    tally.add(results)
    return tally.summary()
