"""How far a gap between two deletions has run: aimed at half of it, warned, paged, and at its end missed. Pure.

The gap counts from the cutoff of the last verified deletion (from the enrolment, where there was none) to the
verified end of the next: a camera that is switched off does not stop it, and neither does an agent that is down.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from vmsguard.model.duty_watch import AlarmLevel, DutyWatch
from vmsguard.model.ledger import Duty

__all__ = ["SHARES", "aim_of", "begun_at", "is_overdue", "level_at", "newly_reached", "next_level_at", "time_of"]

_PERCENT = {AlarmLevel.AIM: 50, AlarmLevel.WARN: 75, AlarmLevel.PAGE: 90, AlarmLevel.MISS: 100}
_ORDER = tuple(AlarmLevel)
SHARES = tuple(_PERCENT.items())
"""The levels in their order, with the percent of the gap at which each is reached."""


def begun_at(duty: Duty) -> datetime:
    """Where the gap that ends at ``next_due`` begins."""
    return duty.next_due - timedelta(seconds=duty.max_gap_seconds)


def time_of(duty: Duty, level: AlarmLevel) -> datetime:
    """When the gap has run so far."""
    return begun_at(duty) + timedelta(seconds=duty.max_gap_seconds) * _PERCENT[level] / 100


def level_at(duty: Duty, now: datetime) -> AlarmLevel:
    """The highest level reached; a deletion verified at the very end of the gap is still in time."""
    if now > duty.next_due:
        return AlarmLevel.MISS
    reached = [level for level in (AlarmLevel.AIM, AlarmLevel.WARN, AlarmLevel.PAGE) if now >= time_of(duty, level)]
    return reached[-1] if reached else AlarmLevel.NONE


def is_overdue(duty: Duty, watch: DutyWatch | None) -> bool:
    """Whether a gap before this one ended without a verified deletion, and none was verified since."""
    return watch is not None and watch.alarm is AlarmLevel.MISS and watch.alarm_due == duty.next_due


def newly_reached(duty: Duty, watch: DutyWatch | None, now: datetime) -> Iterator[AlarmLevel]:
    """The levels reached and not told yet, in their order: each once in a gap, none twice, none backwards.

    Of a duty that is overdue only a further miss is news.
    """
    level = level_at(duty, now)
    if is_overdue(duty, watch):
        if level is AlarmLevel.MISS:
            yield level
        return
    told = watch.alarm if watch is not None and watch.alarm_due == duty.next_due else AlarmLevel.NONE
    yield from _ORDER[_ORDER.index(told) + 1 : _ORDER.index(level) + 1]


def next_level_at(duty: Duty, watch: DutyWatch | None, now: datetime) -> datetime:
    """When there is something to tell next, if nothing is deleted until then."""
    if is_overdue(duty, watch):
        return duty.next_due
    return min((at for level in _PERCENT if (at := time_of(duty, level)) > now), default=duty.next_due)


def aim_of(duty: Duty, watch: DutyWatch | None, verified: datetime | None = None) -> datetime:
    """From when on the deletion is worth carrying out: half the gap, and of one that is overdue at once.

    ``verified`` is the cutoff of the last verified deletion at its place; what came before the enrolment counts
    from that. Both are looked at: whichever says that it is time is right.
    """
    if is_overdue(duty, watch):
        return begun_at(duty)
    since = duty.enrolled_at if verified is None else verified
    half = timedelta(seconds=duty.max_gap_seconds) / 2
    return min(time_of(duty, AlarmLevel.AIM), since + half)
