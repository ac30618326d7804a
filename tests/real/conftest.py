"""Fixtures of tests that talk to real programs; each says why it is skipped where its program is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# What these tests share is no package.
sys.path.insert(0, str(Path(__file__).parent))

from real_zoneminder import RealZoneMinder, running_zoneminder


@pytest.fixture(scope="session")
def zoneminder() -> Iterator[RealZoneMinder]:
    """A real ZoneMinder for the whole run; tests make monitors of their own."""
    with running_zoneminder() as server:
        yield server


@pytest.fixture
def recording_monitor(zoneminder: RealZoneMinder) -> Iterator[str]:
    """A monitor that records a live picture in events of five seconds; gone afterwards."""
    monitor = zoneminder.create_monitor("live")
    yield monitor
    zoneminder.remove_monitor(monitor)


@pytest.fixture
def quiet_monitor(zoneminder: RealZoneMinder) -> Iterator[str]:
    """A monitor that shows a live picture, records nothing, and is gone afterwards."""
    monitor = zoneminder.create_monitor("quiet", function="Monitor")
    yield monitor
    zoneminder.set_config("ZM_OPT_FAST_DELETE", "0")
    zoneminder.remove_monitor(monitor)
