"""Time that tests own, for a loop that otherwise runs for years."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class OwnClock:
    """Stands still until it is moved; the wall clock can be set apart from the seconds that really pass."""

    def __init__(self, start: datetime = NOON) -> None:
        self.start = start
        self.seconds = 0.0
        self.set_by = timedelta()

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds) + self.set_by

    def monotonic(self) -> float:
        return self.seconds

    def pass_time(self, passed: timedelta) -> None:
        self.seconds += passed.total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Waiting that moves the clock: for what alone uses it."""
        self.seconds += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> OwnClock:
    return OwnClock()
