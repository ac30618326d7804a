from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from vmsguard_zoneminder.driver import ZoneMinderDriver

from vmsguard.net.login import Login
from vmsguard.testing import Session, open_session

# The fake and its enrolment are shared by the tests of this folder, which is no package.
sys.path.insert(0, str(Path(__file__).parent))

from zoneminder_enrolled import Opening, enrolled
from zoneminder_fake import FakeZoneMinder


@pytest.fixture
async def fake() -> AsyncIterator[FakeZoneMinder]:
    """A 1.36 with two recording monitors; the first has two closed events and an open one."""
    async with FakeZoneMinder() as server:
        server.add_monitor(1)
        server.add_monitor(2, Function="Monitor")
        server.add_event(1)
        server.add_event(1)
        server.add_event(1, closed=False)
        yield server


@pytest.fixture
async def later() -> AsyncIterator[FakeZoneMinder]:
    """A 1.38 with one monitor that records, runs a command for each event, and speaks MQTT."""
    async with FakeZoneMinder("1.38.4") as server:
        server.add_monitor(1, EventStartCommand="/opt/detect %EID%", MQTT_Enabled=True)
        server.add_event(1)
        yield server


@pytest.fixture
def opening() -> Opening:
    """Opens a session with a fake: ``opening(fake, write_allowed=True, storage_path="/srv/events")``."""

    def start(
        server: FakeZoneMinder, *, write_allowed: bool = False, login: Login | None = None, **options: Any
    ) -> AbstractAsyncContextManager[Session]:
        login = login or Login("secret://test", "admin", server.password)
        return open_session(ZoneMinderDriver, enrolled(server, **options), login=login, write_allowed=write_allowed)

    return start


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """A storage area that can be seen, with something in it."""
    (tmp_path / "1").mkdir()
    return tmp_path
