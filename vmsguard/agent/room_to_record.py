"""A disk that is full: people are told at once and every hour, and recording goes on once there is room again.

Until then only deletions and stops are recorded, in the room that was set aside for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from vmsguard.agent.duty_clock import Tell
from vmsguard.agent.notifications.alert import Alert

__all__ = ["RoomToRecord"]

_AGAIN = timedelta(hours=1)


class _Log(Protocol):
    @property
    def disk_full(self) -> bool: ...

    def regain(self) -> bool: ...


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
