"""Sites whose time is moved by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from sites import DEVICES, OwnClock, Sites

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> OwnClock:
    return OwnClock(NOON)


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    """Sites that begin on Sunday 25 October 2026 at midnight in UTC."""
    DEVICES.clear()
    made = Sites(tmp_path, datetime(2026, 10, 25, tzinfo=UTC))
    yield made
    made.close()
    DEVICES.clear()
