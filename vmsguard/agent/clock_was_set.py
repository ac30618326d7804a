"""What a wall clock that was set leaves behind: no success that lies ahead, no duty that is due too late."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from msgspec.structs import replace

from vmsguard.agent.alarm_levels import begun_at
from vmsguard.evidence.log import EvidenceLog
from vmsguard.model.ledger import Deletion, Duty
from vmsguard.run.duties import Happened, latest_deletion
from vmsguard.run.record_duties import record_duty
from vmsguard.state.store import State

__all__ = ["after_set_back", "no_later_than_possible"]


def no_later_than_possible(duty: Duty, done: Collection[Deletion], now: datetime) -> Duty:
    """The duty, counted anew where its gap would begin later than now.

    Then from the last deletion that does not lie ahead itself, or from the enrolment; never from later than now.
    """
    if begun_at(duty) <= now:
        return duty
    last = latest_deletion([entry for entry in done if entry.cutoff <= now], duty.target, duty.channel)
    since = min(duty.enrolled_at, now) if last is None else last.cutoff
    return replace(duty, next_due=since + timedelta(seconds=duty.max_gap_seconds))


def after_set_back(state: State, evidence: EvidenceLog, now: datetime, lease: timedelta) -> int:
    """Put the state right after the clock was set back to ``now``; how many deletions lay ahead and count no more.

    Every target is looked at anew. The evidence keeps what was recorded, and tells of the step.
    """
    ahead = state.forget_deletions_ahead(now)
    done = state.deletions()
    for duty in state.duties():
        moved = no_later_than_possible(duty, done, now)
        if moved != duty:
            record_duty(evidence, "", [Happened("duty.due", moved)], durable=True)
            state.put_duty(moved)
    state.shorten_leases(now, lease)
    state.wake_work([work.target for work in state.all_work()], now)
    return ahead
