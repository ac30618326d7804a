"""How gently a target is treated: a steady rate with a small burst, and a bounded number at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from vmsguard.model.clock import Clock
from vmsguard.model.inventory import Limits

__all__ = ["Lane", "Pace"]


class Pace:
    """A token bucket of one second's worth, kept as the time at which it is full again (GCRA)."""

    __slots__ = ("_clock", "_full_at", "_interval", "_sleep", "_tolerance")

    def __init__(self, per_second: float, clock: Clock, sleep: Callable[[float], Awaitable[None]]) -> None:
        if per_second <= 0:
            raise ValueError("requests_per_second must be above zero")
        self._interval = 1.0 / per_second
        self._tolerance = max(0.0, 1.0 - self._interval)
        self._clock = clock
        self._sleep = sleep
        self._full_at = 0.0

    async def wait(self) -> float:
        """Sleep until the next request may leave; returns the seconds slept."""
        now = self._clock.monotonic()
        full_at = max(self._full_at, now)
        delay = full_at - self._tolerance - now
        self._full_at = full_at + self._interval
        if delay <= 0:
            return 0.0
        await self._sleep(delay)
        return delay


@dataclass(frozen=True)
class Lane:
    """What all sessions with one target share: its rate, and how many requests may be in flight."""

    turn: asyncio.Semaphore
    pace: Pace

    @classmethod
    def of(cls, limits: Limits, clock: Clock, sleep: Callable[[float], Awaitable[None]]) -> Lane:
        return cls(asyncio.Semaphore(max(1, limits.connections)), Pace(limits.requests_per_second, clock, sleep))
