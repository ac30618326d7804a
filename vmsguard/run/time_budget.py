"""How long one target may be talked to as a whole, so that none holds its place in a run for days.

Each request has its deadline, and each phase the sum of its requests' deadlines. A target that answers every one of
them just in time, and lists thousands of channels, still takes days by that: 4,096 channels of fourteen requests a
week. The budget is over the session as a whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from vmsguard.errors import OutOfTime
from vmsguard.model.inventory import Limits, Target
from vmsguard.model.manifest import RequestBound

__all__ = ["LEAST_SECONDS", "MOST_SECONDS", "TimeBudget", "session_seconds", "time_budget"]

LEAST_SECONDS = 60.0
"""What every target has: a camera with its one channel and a first contact fits in."""

MOST_SECONDS = 7200.0
"""A recorder of 500 channels, read with two requests a second, takes an hour; what needs longer is told so."""

_SHARE_OF_DEADLINE = 0.25
"""Of what a request may take at worst, what it may take on the average: a deadline is meant for the exception."""


def session_seconds(limits: Limits, bound: RequestBound, channels: int) -> float:
    """How long a session that reads so many channels may take; what the inventory says goes before the estimate."""
    if limits.session_seconds:
        return limits.session_seconds
    requests = bound.base + bound.per_channel * channels
    each = 1 / limits.requests_per_second + _SHARE_OF_DEADLINE * limits.deadline_seconds
    # A driver's bound of a few requests must leave room for one that takes its whole deadline.
    return min(max(LEAST_SECONDS, 3 * limits.deadline_seconds, requests * each), MOST_SECONDS)


class TimeBudget:
    """The end of one session, which moves when its channels are known; it is counted from the beginning."""

    def __init__(self, limits: Limits, timeout: asyncio.Timeout, begun: float) -> None:
        self._limits = limits
        self._timeout = timeout
        self._begun = begun
        self.seconds = 0.0

    def allow(self, bound: RequestBound, channels: int) -> None:
        """Allow what so many channels need; never less than was allowed before."""
        self.seconds = max(self.seconds, session_seconds(self._limits, bound, channels))
        self._timeout.reschedule(self._begun + self.seconds)


@asynccontextmanager
async def time_budget(target: Target, bound: RequestBound) -> AsyncIterator[TimeBudget]:
    """The time that all of one session may take, first without any channel; raises ``OutOfTime`` after it."""
    begun = asyncio.get_running_loop().time()
    timeout = asyncio.timeout(None)
    budget = TimeBudget(target.limits, timeout, begun)
    try:
        async with timeout:
            budget.allow(bound, 0)
            yield budget
    except TimeoutError as error:
        if not timeout.expired():
            raise
        raise OutOfTime(
            target.id,
            "session",
            f"not read within {budget.seconds:g} s as a whole",
            hint="Look at the target and its link; where it needs longer, set limits.session_seconds.",
        ) from error
