from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from vmsguard_motion.driver import MotionDriver

from vmsguard.net.login import Login
from vmsguard.testing import Session, open_session

# The fake and its enrolment are shared by the tests of this folder, which is no package.
sys.path.insert(0, str(Path(__file__).parent))

from motion_enrolled import Opening, enrolled
from motion_fake import FakeMotion


@pytest.fixture
async def fake(tmp_path: Path) -> AsyncIterator[FakeMotion]:
    """Two cameras that record pictures and movies, each with two old files; the second has a stream of its own."""
    async with FakeMotion(tmp_path / "motion") as server:
        server.add_camera(1)
        server.add_camera(2, stream_port="8092")
        for number in (1, 2):
            server.add_file(number, "01-20261120-00.jpg")
            server.add_file(number, "01-20261120.mkv")
        yield server


@pytest.fixture
def opening() -> Opening:
    """Opens a session with a fake: ``opening(fake, write_allowed=True, storage_path="/srv/footage")``."""

    def start(
        server: FakeMotion, *, write_allowed: bool = False, login: Login | None = None, **options: str
    ) -> AbstractAsyncContextManager[Session]:
        login = login or Login("secret://test", "admin", server.password)
        return open_session(MotionDriver, enrolled(server, **options), login=login, write_allowed=write_allowed)

    return start
