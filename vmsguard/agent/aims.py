"""From when on each deletion that is owed is worth carrying out, as state and ledger have it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from vmsguard.agent.alarm_levels import aim_of
from vmsguard.model.ledger import Deletion, Duty
from vmsguard.model.vocabulary import WHOLE
from vmsguard.run.duties import DutyKey, key_of
from vmsguard.state.store import State

__all__ = ["aims_at", "aims_by_target"]


def aims_at(target: str, state: State, now: datetime) -> dict[DutyKey, datetime]:
    """The aims of the duties at one target."""
    return aims_by_target(state, now, target).get(target, {})


def aims_by_target(state: State, now: datetime, only: str = "") -> dict[str, dict[DutyKey, datetime]]:
    """The aims of all duties, or of those at one target; deletions that lie ahead of ``now`` count for nothing."""
    watches = {key_of(watch): watch for watch in state.duty_watches() if only in ("", watch.target)}
    reached: dict[tuple[str, str], datetime] = {}
    for entry in state.deletions():
        if only in ("", entry.target) and entry.cutoff <= now:
            reached[_place(entry)] = max(entry.cutoff, reached.get(_place(entry), entry.cutoff))
    found: dict[str, dict[DutyKey, datetime]] = {}
    for duty in state.duties():
        if only in ("", duty.target):
            key = key_of(duty)
            found.setdefault(duty.target, {})[key] = aim_of(duty, watches.get(key), _verified(duty, reached))
    return found


def _place(entry: Deletion) -> tuple[str, str]:
    return entry.target, entry.channel


def _verified(duty: Duty, reached: Mapping[tuple[str, str], datetime]) -> datetime | None:
    """The cutoff of the last verified deletion at the duty's place, or of its target as a whole."""
    cutoffs = [reached[place] for place in ((duty.target, duty.channel), (duty.target, WHOLE)) if place in reached]
    return max(cutoffs, default=None)
