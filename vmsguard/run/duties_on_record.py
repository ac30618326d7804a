"""Duties as the evidence tells them: what a state that was put back from an older copy no longer knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from vmsguard.model.ledger import Duty

__all__ = ["duties_on_record"]


def duties_on_record(records: Iterable[Mapping[str, Any]]) -> dict[tuple[str, ...], Duty]:
    """By key, each duty that was due and has not ended since, due when the newest record of it says."""
    known: dict[tuple[str, ...], Duty] = {}
    for record in records:
        key = tuple(str(record.get(name, "")) for name in ("camera", "pack", "rule", "target", "channel"))
        if record.get("event") == "duty.ended":
            known.pop(key, None)
        elif record.get("event") == "duty.due" and (duty := _read(key, record)) is not None:
            known[key] = duty
    return known


def _read(key: tuple[str, ...], record: Mapping[str, Any]) -> Duty | None:
    """None for a record that does not say when it is due, as one whose content was erased."""
    due, gap = record.get("due"), record.get("max_gap_seconds")
    if not isinstance(due, str) or not due or not isinstance(gap, int) or gap <= 0:
        return None
    next_due = datetime.fromisoformat(due)
    camera, pack, rule, target, channel = key
    return Duty(
        camera=camera,
        pack=pack,
        rule=rule,
        target=target,
        channel=channel,
        max_gap_seconds=gap,
        next_due=next_due,
        enrolled_at=next_due - timedelta(seconds=gap),
    )
