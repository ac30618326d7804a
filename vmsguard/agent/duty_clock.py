"""The alarm clock of duties: it goes by itself, whether or not anybody reaches the target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from msgspec.structs import replace

from vmsguard.agent.alarm_levels import begun_at, newly_reached, next_level_at, time_of
from vmsguard.agent.notifications.alert import Alert
from vmsguard.evidence.writer import EvidenceWriter
from vmsguard.model.duty_watch import AlarmLevel, DutyWatch
from vmsguard.model.ledger import Deletion, Duty, HeldPurge
from vmsguard.run.duties import Happened, key_of, latest_deletion, settle
from vmsguard.run.record_duties import record_duty
from vmsguard.state.store import State

__all__ = ["DutyClock", "Tell"]

Tell: TypeAlias = Callable[[Iterable[Alert]], None]
"""Keeps alerts for whoever wants them; returns once they are on disk, or nobody wants them."""

_TO_SETTLE = timedelta(minutes=5)
"""How long a run may take to settle a duty whose deletion it has verified in time already."""

_EVENTS = {AlarmLevel.WARN: "duty.warned", AlarmLevel.PAGE: "duty.paged"}
_ALERTS = {AlarmLevel.WARN: "duty-slow", AlarmLevel.PAGE: "duty-late", AlarmLevel.MISS: "duty-missed"}


@dataclass
class DutyClock:
    """Tells each level of each duty once: to the evidence, then to the state, then to people."""

    state: State
    evidence: EvidenceWriter
    tell: Tell

    def tick(self, now: datetime, sites: Mapping[str, str]) -> datetime | None:
        """Tell what is due to be told; when there is more, or None where nothing is owed. ``sites`` are by camera.

        After a silence only the highest level reached is told.
        """
        watches = {key_of(watch): watch for watch in self.state.duty_watches()}
        done, held = self.state.deletions(), self.state.held_purges()
        times = []
        for duty in self.state.duties():
            watch = watches.get(key_of(duty))
            reached = list(newly_reached(duty, watch, now))
            if reached and reached[-1] is AlarmLevel.MISS:
                times.append(self._miss(duty, done, held, now, sites))
                continue
            if reached:
                self._raise(duty, reached[-1], now, sites)
                watch = _told(watch, duty, reached[-1])
            times.append(next_level_at(duty, watch, now))
        return min(times, default=None)

    def _raise(self, duty: Duty, level: AlarmLevel, now: datetime, sites: Mapping[str, str]) -> None:
        if event := _EVENTS.get(level):
            record_duty(self.evidence, "", [Happened(event, duty, now, begun_at(duty))], durable=True)
        self._alert(duty, level, sites)
        self.state.tell_alarm(duty, level, now)

    def _miss(
        self,
        duty: Duty,
        done: Iterable[Deletion],
        held: Iterable[HeldPurge],
        now: datetime,
        sites: Mapping[str, str],
    ) -> datetime:
        """Record a miss, and have the next gap counted; when to look again."""
        deletions = tuple(done)
        last = latest_deletion(deletions, duty.target, duty.channel)
        in_time = last is not None and begun_at(duty) < last.cutoff and last.ended <= duty.next_due
        if in_time and now < duty.next_due + _TO_SETTLE:
            return duty.next_due + _TO_SETTLE
        moved, happened = settle(duty, None, last, now, holds=False)
        if _only_held(duty, held):
            happened = [replace(one, code="held") if one.event == "duty.missed" else one for one in happened]
        record_duty(self.evidence, "", happened, durable=True)
        self._alert(duty, AlarmLevel.MISS, sites)
        self.state.put_duty(moved)
        self.state.tell_alarm(moved, AlarmLevel.MISS, now)
        return moved.next_due

    def _alert(self, duty: Duty, level: AlarmLevel, sites: Mapping[str, str]) -> None:
        """Under the time of the level itself: told again after a crash, it is the same alert."""
        if code := _ALERTS.get(level):
            site, at = sites.get(duty.camera, ""), time_of(duty, level)
            self.tell([Alert(code=code, site=site, subject=duty.camera, at=at, target=duty.target)])


def _told(watch: DutyWatch | None, duty: Duty, level: AlarmLevel) -> DutyWatch | None:
    return None if watch is None else replace(watch, alarm=level, alarm_due=duty.next_due)


def _only_held(duty: Duty, held: Iterable[HeldPurge]) -> bool:
    """Whether a purge within the gap left nothing but what a hold keeps."""
    return any((one.target, one.channel) == (duty.target, duty.channel) and one.cutoff > begun_at(duty) for one in held)
