"""The alarm clock of duties: it goes by itself, whether or not anybody reaches the target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from msgspec.structs import replace

from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.schedule.alarm_levels import SHARES, begun_at, newly_reached, time_of
from vmsguard.errors import EvidenceError, StateError
from vmsguard.evidence.writer import EvidenceWriter
from vmsguard.model.duty_watch import AlarmLevel
from vmsguard.model.ledger import Deletion, Duty, HeldPurge
from vmsguard.run.duties import DutyKey, Happened, key_of, latest_deletion, settle
from vmsguard.run.record_duties import record_duty
from vmsguard.state.store import State

__all__ = ["DutyClock", "Tell"]

Tell: TypeAlias = Callable[[Iterable[Alert]], None]
"""Keeps alerts for whoever wants them; returns once they are on disk, or nobody wants them."""

_TO_SETTLE = timedelta(minutes=5)
"""How long a run may take to settle a duty whose deletion it has verified in time already."""

_TOLD_AGAIN = timedelta(minutes=1)
"""How often people are told again of what the state does not keep as told; routes page once an hour about a cause."""

_EVENTS = {AlarmLevel.WARN: "duty.warned", AlarmLevel.PAGE: "duty.paged"}
_ALERTS = {AlarmLevel.WARN: "duty-slow", AlarmLevel.PAGE: "duty-late", AlarmLevel.MISS: "duty-missed"}


_Reached: TypeAlias = tuple[DutyKey, AlarmLevel, datetime]
"""A level of one gap of one duty."""


@dataclass
class DutyClock:
    """Tells each level of each duty once: to the evidence, then to people, then to the state.

    A state that cannot be written silences nobody. What it does not keep as told is remembered here meanwhile: the
    evidence is told once all the same, people again while it lasts.
    """

    state: State
    evidence: EvidenceWriter
    tell: Tell
    _recorded: set[_Reached] = field(default_factory=set, init=False)
    _told: dict[_Reached, datetime] = field(default_factory=dict, init=False)

    def tick(self, now: datetime, sites: Mapping[str, str]) -> datetime | None:
        """Tell what is due to be told; when there is more, or None where nothing is owed. ``sites`` are by camera.

        After a silence only the highest level reached is told. Raises ``StateError`` once all was told, where the
        state does not keep some of it.
        """
        times, not_kept = [], list[StateError]()
        # Of a fleet only those are read that have come so far: the others have nothing to be told of.
        for duty, watch in self.state.duties_to_tell(now, SHARES):
            reached = list(newly_reached(duty, watch, now))
            try:
                if reached and reached[-1] is AlarmLevel.MISS:
                    here = [duty.target]
                    times.append(self._miss(duty, self.state.deletions(here), self.state.held_purges(here), now, sites))
                elif reached:
                    self._raise(duty, reached[-1], now, sites)
            except StateError as error:
                not_kept.append(error)
        if not_kept:
            raise not_kept[0]
        self._recorded.clear()
        self._told.clear()
        following = self.state.next_level_time(now, SHARES)
        return min((*times, *(() if following is None else (following,))), default=None)

    def _raise(self, duty: Duty, level: AlarmLevel, now: datetime, sites: Mapping[str, str]) -> None:
        event = _EVENTS.get(level)
        self._record(duty, level, [Happened(event, duty, now, begun_at(duty))] if event else [])
        self._alert(duty, level, now, sites)
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
        if last is not None and begun_at(duty) < last.cutoff and last.ended <= duty.next_due:
            # In time; but where the gap after it is over as well, there is no doubt left that somebody may settle.
            settled = min(duty.next_due + _TO_SETTLE, last.cutoff + timedelta(seconds=duty.max_gap_seconds))
            if now < settled:
                return settled
        moved, happened = settle(duty, None, last, now, holds=False)
        if _only_held(duty, held):
            happened = [replace(one, code="held") if one.event == "duty.missed" else one for one in happened]
        self._record(duty, AlarmLevel.MISS, happened)
        self._alert(duty, AlarmLevel.MISS, now, sites)
        self.state.put_duty(moved)
        self.state.tell_alarm(moved, AlarmLevel.MISS, now)
        return moved.next_due

    def _record(self, duty: Duty, level: AlarmLevel, happened: Iterable[Happened]) -> None:
        reached = (key_of(duty), level, duty.next_due)
        if reached in self._recorded:
            return
        try:
            record_duty(self.evidence, "", happened, durable=True)
        except EvidenceError:
            # A disk without room, where misses still have a place: people are told of the others all the same.
            if self.evidence.broken:
                raise
        self._recorded.add(reached)

    def _alert(self, duty: Duty, level: AlarmLevel, now: datetime, sites: Mapping[str, str]) -> None:
        """Under the time of the level itself: told again after a crash, it is the same alert."""
        reached = (key_of(duty), level, duty.next_due)
        last = self._told.get(reached)
        if last is not None and last <= now < last + _TOLD_AGAIN:
            return
        self._told[reached] = now
        if code := _ALERTS.get(level):
            site, at = sites.get(duty.camera, ""), time_of(duty, level)
            self.tell([Alert(code=code, site=site, subject=duty.camera, at=at, target=duty.target)])


def _only_held(duty: Duty, held: Iterable[HeldPurge]) -> bool:
    """Whether a purge within the gap left nothing but what a hold keeps."""
    return any((one.target, one.channel) == (duty.target, duty.channel) and one.cutoff > begun_at(duty) for one in held)
