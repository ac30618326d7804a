"""What a person has to know of exceptions that do not stand: those that never could, and those that ended lately."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from vmsguard.model.results import Finding
from vmsguard.model.snapshot import CameraSnapshot, ExceptionStanding

__all__ = ["exception_notices"]

_LATELY = timedelta(days=14)
"""For as long as the end was announced beforehand it is told afterwards; then the file is a record of the past."""

_OF_THE_CALENDAR = frozenset({"exception-not-started", "exception-expired"})


def exception_notices(snapshots: Mapping[str, CameraSnapshot], now: datetime) -> tuple[Finding, ...]:
    """One for each exception, by id; ``now`` is the time exceptions are decided at."""
    standing: dict[str, list[ExceptionStanding]] = {}
    for snapshot in snapshots.values():
        for one in snapshot.exceptions:
            standing.setdefault(one.grant.id, []).append(one)
    return tuple(notice for _, of in sorted(standing.items()) for notice in _notices(of, now))


def _notices(standings: list[ExceptionStanding], now: datetime) -> Iterator[Finding]:
    grant = standings[0].grant
    refused = dict.fromkeys(
        reason
        for one in standings
        for reason, code in zip(one.reasons, one.codes, strict=True)
        if code not in _OF_THE_CALENDAR
    )
    ended = grant.expires.tzinfo is not None and now >= grant.expires
    if refused and not ended:
        yield Finding(
            code="exception-refused",
            subject=grant.id,
            message=f"the exception lifts nothing: {'; '.join(refused)}",
            next_step="correct its file, or remove it and let the rule hold",
        )
    elif ended and now - grant.expires <= _LATELY:
        yield Finding(
            code="exception-ended",
            subject=grant.id,
            message=f"the exception ended on {grant.expires.isoformat()}; the rule holds again",
            next_step="run vmsguard plan to see what the rule asks for now",
        )
