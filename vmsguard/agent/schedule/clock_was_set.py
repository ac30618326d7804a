"""What a wall clock that was set leaves behind: no success dated ahead of itself, no duty that is due too late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from vmsguard.agent.schedule.alarm_levels import begun_at
from vmsguard.evidence.writer import EvidenceWriter
from vmsguard.model.ledger import Deletion, Duty
from vmsguard.model.vocabulary import WHOLE
from vmsguard.run.duties import Happened, latest_deletion
from vmsguard.run.record_duties import record_duty
from vmsguard.state.store import State

__all__ = ["Step", "after_set_back", "counted_anew", "in_doubt_since"]

_IN_DOUBT = timedelta(days=2)
"""How long after a step forward a step back may be the end of it; a clock that stands so for longer was right."""


class Step(Struct, frozen=True):
    """A step forward: the last time the clock told before it, and by how much it was set."""

    before: datetime
    by: timedelta


def in_doubt_since(forward: Sequence[Step], back: timedelta, now: datetime) -> datetime:
    """From when on what was dated is in doubt, after the clock was set back by so much to ``now``.

    What is dated later than now has not been. And where a step forward is taken back, all that was dated after
    it was dated ahead of its time, and claims more than is known.
    """
    since, left = now, back
    for step in reversed(forward):
        if left <= timedelta() or now - step.before > _IN_DOUBT:
            break
        since, left = min(since, step.before), left - step.by
    return since


def counted_anew(duty: Duty, done: Collection[Deletion], now: datetime) -> Duty:
    """The duty counted from the last deletion that is left, or from the enrolment; never from later than now."""
    last = latest_deletion([entry for entry in done if entry.cutoff <= now], duty.target, duty.channel)
    since = min(duty.enrolled_at, now) if last is None else last.cutoff
    return replace(duty, next_due=since + timedelta(seconds=duty.max_gap_seconds))


def after_set_back(state: State, evidence: EvidenceWriter, since: datetime, now: datetime, lease: timedelta) -> int:
    """Put the state right: deletions dated later than ``since`` count no more; at how many places there were some.

    Every target is looked at anew. The evidence keeps what was recorded, and tells of the step.
    """
    places = state.forget_deletions_after(since)
    done = state.deletions()
    for duty in state.duties():
        lost = {(duty.target, duty.channel), (duty.target, WHOLE)} & places
        moved = counted_anew(duty, done, now) if lost or begun_at(duty) > now else duty
        if moved != duty:
            record_duty(evidence, "", [Happened("duty.due", moved)], durable=True)
            state.put_duty(moved)
    state.shorten_leases(now, lease)
    state.wake_work([work.target for work in state.all_work()], now)
    return len(places)
