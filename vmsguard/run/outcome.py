"""What a run ends with: results, findings, what was not reached, and where the evidence stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct, to_builtins

from vmsguard.model.plan import Plan
from vmsguard.model.results import Finding, Result, Unreached
from vmsguard.model.vocabulary import Qualifier, Verdict
from vmsguard.run.policies_in_use import ComingRule, PolicyInUse

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
    results: tuple[Result, ...]
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
        told: dict[str, Any] = {
            "run": {
                "id": self.run,
                "command": self.command,
                "started": _utc(self.started),
                "ended": _utc(self.ended),
                "changes_sent": self.sent,
                "interrupted_found": self.interrupted,
                "exit_code": self.exit_code,
            },
            "summary": summarise(self.results),
            "results": [_result(result) for result in self.results],
            "findings": to_builtins(self.findings),
            "unreachable": to_builtins(self.unreachable),
            "policies": to_builtins(self.policies),
            "upcoming": to_builtins(self.upcoming),
            "evidence": to_builtins(self.evidence),
        }
        if self.plan is not None:
            told["plan"] = to_builtins(self.plan)
            told["skipped"] = to_builtins(self.skipped)
        return told


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


def summarise(results: Iterable[Result]) -> dict[str, Any]:
    """Counts of rule verdicts; passes split by qualifier, never merged."""
    rules = [result for result in results if result.level == "rule"]
    counts = Counter(result.verdict for result in rules)
    passes = Counter(result.qualifier for result in rules if result.verdict is Verdict.PASS)
    return {
        "rules": len(rules),
        "cameras": len({result.camera for result in results}),
        **{verdict.value: counts[verdict] for verdict in Verdict},
        "pass_by_qualifier": {qualifier.value: passes[qualifier] for qualifier in Qualifier},
        "remediation": dict(sorted(Counter(result.remediation.value for result in rules).items())),
    }
