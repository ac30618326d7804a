"""From when on each deletion that is owed is worth carrying out, as state and ledger have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from vmsguard.agent.schedule.alarm_levels import aim_of
from vmsguard.model.ledger import Deletion, Duty, HeldPurge
from vmsguard.model.vocabulary import WHOLE
from vmsguard.run.duties import DutyKey, key_of
from vmsguard.state.store import State

__all__ = ["aims_at", "aims_by_target"]


def aims_at(target: str, state: State, now: datetime) -> dict[DutyKey, datetime]:
    """The aims of the duties at one target."""
    return aims_by_target(state, now, target).get(target, {})


def aims_by_target(state: State, now: datetime, only: str = "") -> dict[str, dict[DutyKey, datetime]]:
    """The aims of all duties, or of those at one target; deletions that lie ahead of ``now`` count for nothing."""
    targets = [only] if only else None
    watches = {key_of(watch): watch for watch in state.duty_watches(targets)}
    reached = _reached(state.deletions(targets), now)
    around = _reached(state.held_purges(targets), now)
    found: dict[str, dict[DutyKey, datetime]] = {}
    for duty in state.duties(targets):
        key = key_of(duty)
        aim = aim_of(duty, watches.get(key), _furthest(duty, reached))
        purged = [at for at in (_furthest(duty, reached), _furthest(duty, around)) if at is not None]
        if purged:
            # Where a store is not seen, or a hold keeps a window, no purge meets the duty: the rest is deleted
            # as often as it would be otherwise. More often would gain nothing.
            aim = max(aim, max(purged) + timedelta(seconds=duty.max_gap_seconds) / 2)
        found.setdefault(duty.target, {})[key] = aim
    return found


def _reached(entries: Iterable[Deletion | HeldPurge], now: datetime) -> Mapping[tuple[str, str], datetime]:
    reached: dict[tuple[str, str], datetime] = {}
    for entry in entries:
        place = (entry.target, entry.channel)
        if entry.cutoff <= now:
            reached[place] = max(entry.cutoff, reached.get(place, entry.cutoff))
    return reached


def _furthest(duty: Duty, reached: Mapping[tuple[str, str], datetime]) -> datetime | None:
    """The cutoff of the last one at the duty's place, or on its target as a whole."""
    cutoffs = [reached[place] for place in ((duty.target, duty.channel), (duty.target, WHOLE)) if place in reached]
    return max(cutoffs, default=None)
