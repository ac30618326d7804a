from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from vmsguard.net.pace import Pace


class FakeTime:
    """A monotonic clock that only sleeping moves."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


async def paced(per_second: float, count: int, idle: float = 0) -> list[float]:
    time = FakeTime()
    pace = Pace(per_second, time, time.sleep)
    left = []
    for _ in range(count):
        await pace.wait()
        left.append(time.seconds - 100)
        time.seconds += idle
    return left


async def test_two_a_second_after_a_burst_of_two() -> None:
    assert await paced(2, 5) == [0, 0, 0.5, 1.0, 1.5]


async def test_one_in_five_seconds_has_no_burst() -> None:
    assert await paced(0.2, 3) == [0, 5, 10]


async def test_who_is_slow_anyway_never_waits() -> None:
    assert await paced(2, 4, idle=0.5) == [0, 0.5, 1.0, 1.5]


async def test_idle_time_is_not_saved_up_beyond_one_second() -> None:
    time = FakeTime()
    pace = Pace(2, time, time.sleep)
    await pace.wait()
    time.seconds += 1000
    assert [0, 0, 0.5] == [await pace.wait() for _ in range(3)]


async def test_sessions_that_wait_together_leave_one_by_one() -> None:
    slept: list[float] = []
    time = FakeTime()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    pace = Pace(2, time, sleep)
    await asyncio.gather(*(pace.wait() for _ in range(4)))
    assert slept == [0.5, 1.0]


@pytest.mark.parametrize("rate", [0, -1])
def test_a_rate_of_nothing_is_refused(rate: float) -> None:
    time = FakeTime()
    with pytest.raises(ValueError, match="above zero"):
        Pace(rate, time, time.sleep)
