from __future__ import annotations

import subprocess
import sys

import pytest

from vmsguard.model.clock import SystemClock
from vmsguard.model.inventory import Target
from vmsguard.model.vocabulary import Role
from vmsguard.net.pool import ConnectionPool

TARGET = Target(id="t-1", site="s", role=Role.DEVICE, driver="d", url="http://127.0.0.1/")


def test_a_pool_that_is_not_open_has_no_transport() -> None:
    with pytest.raises(RuntimeError, match="not open"):
        _ = ConnectionPool().transport


async def test_a_target_has_one_lane_however_many_sessions() -> None:
    async with ConnectionPool() as pool:
        assert pool.lane(TARGET, SystemClock()) is pool.lane(TARGET, SystemClock())


def test_importing_the_client_does_not_import_aiohttp() -> None:
    asked = "import sys, vmsguard.net.client, vmsguard.plugin.loader; print('aiohttp' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
