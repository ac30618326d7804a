"""Findings that the newest runs still tell."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard.report.lasting import Told
from vmsguard.report.model import FindingTold
from vmsguard.report.records import FindingRead
from vmsguard.report.words.findings import FINDINGS
from vmsguard.report.words.wording import look_up

__all__ = ["findings_of"]


def findings_of(told: Iterable[Told[FindingRead]], origin: str) -> tuple[FindingTold, ...]:
    """By code, then subject; ``at`` is the time of the newest record."""
    found = [one.record for one in told]
    return tuple(_finding(record, origin) for record in sorted(found, key=lambda one: (one.code, one.subject)))


def _finding(record: FindingRead, origin: str) -> FindingTold:
    words = look_up(FINDINGS, record.code)
    return FindingTold(
        code=record.code,
        subject=record.subject,
        told=words.told,
        next_step=words.next_step,
        at=record.ts,
        seq=record.seq,
        origin=origin,
    )
