"""A disk that is full: people are told at once and every hour, and recording goes on once there is room again.

Until then only deletions and stops are recorded, in the room that was set aside for them.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.schedule.duty_clock import Tell
from vmsguard.errors import EvidenceError
from vmsguard.state.store import State

__all__ = ["AfterAFullDisk", "RoomToRecord"]

_AGAIN = timedelta(hours=1)


class _Log(Protocol):
    @property
    def disk_full(self) -> bool: ...

    def regain(self) -> bool: ...

    def run_short(self) -> bool: ...


@dataclass
class RoomToRecord:
    """Asked in every round."""

    log: _Log
    tell: Tell
    _told: datetime | None = field(default=None, init=False)

    def look(self, now: datetime) -> bool:
        """Whether everything can be recorded."""
        if not self.log.disk_full:
            return True
        if self.log.regain():
            self._told = None
            return True
        if self._told is None or not self._told <= now < self._told + _AGAIN:
            self._told = now
            self.tell([Alert(code="evidence-stopped", site="", subject="evidence", at=now)])
        return False

    def look_ahead(self) -> None:
        """Where the state took nothing: find out now whether that is the disk of the evidence, and full.

        A state on the same disk is stopped by it first, for a record may still fit into a block that the log has; and
        without a lease nothing is deleted that the reserve is there for.
        """
        with contextlib.suppress(EvidenceError):  # a log that broke is found by the next round, which ends the agent
            self.log.run_short()


@dataclass
class AfterAFullDisk:
    """Has everything looked at once there is room again; a state that is away then is asked again in the next round."""

    state: State
    _all: bool = field(default=False, init=False)
    _ending: set[str] = field(default_factory=set, init=False)
    """Targets of which a task was under way then: it may still end as one that could not be recorded, and wait."""

    def there_is_room(self, again: bool, now: datetime) -> None:
        """``again``: not until now. What was under way is woken when its task has ended and left a pause behind."""
        self._all = self._all or again
        if self._all:
            work = self.state.all_work()
            self.state.wake_work([one.target for one in work], now)
            self._ending, self._all = {one.target for one in work if one.owner}, False
        for target in tuple(self._ending):
            one = self.state.work(target)
            if one is None or not one.owner:
                if one is not None and one.not_before is not None:
                    self.state.wake_work([target], now)
                self._ending.discard(target)
