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

__all__ = ["RoomToRecord"]

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
