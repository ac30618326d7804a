"""A store in memory, a store in a file, and a clock that stands where the test puts it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vmsguard.state import State

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


class StoppedClock:
    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'state.db'}"


@pytest.fixture(params=["file", "memory"])
def state(request: pytest.FixtureRequest, url: str, clock: StoppedClock) -> Iterator[State]:
    with State.open(url if request.param == "file" else "sqlite://", clock=clock) as opened:
        yield opened
