"""Notices when the machine's wall clock was set, by comparing it with the seconds that really passed."""

from __future__ import annotations

from datetime import datetime, timedelta

from vmsguard.model.clock import Clock

__all__ = ["WallClockWatch", "step_between"]

TOLERANCE = timedelta(seconds=30)
"""What a clock that is slewed, or a process that was stopped for a moment, may differ by."""


def step_between(before: tuple[datetime, float], after: tuple[datetime, float]) -> timedelta:
    """By how much the wall clock was set between two readings of ``(wall, monotonic)``; nothing below the tolerance."""
    step = (after[0] - before[0]) - timedelta(seconds=after[1] - before[1])
    return step if abs(step) > TOLERANCE else timedelta()


class WallClockWatch:
    """Compares each look at the clock with the one before.

    A step forward cannot be told from a machine that slept, so it counts as time that passed. A step back
    makes times of the ledger lie ahead: they prove nothing until they are proven anew.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = clock.now(), clock.monotonic()

    @property
    def last(self) -> datetime:
        """The wall clock at the last look."""
        return self._last[0]

    def look(self) -> timedelta:
        """The step since the last look; forward is positive."""
        now = self._clock.now(), self._clock.monotonic()
        step = step_between(self._last, now)
        self._last = now
        return step
