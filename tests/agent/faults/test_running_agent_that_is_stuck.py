"""A process of its own with a driver that blocks its event loop: the service manager hears nothing more of it."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

from running_agent import cli_tests, owing, running

site, receiver = cli_tests("conftest").site, cli_tests("test_agent_beside").receiver

PROGRAM = """\
import sys, time
from pathlib import Path

from vmsguard.cli.main import main
from vmsguard.plugin.registry import Registry

stuck, driver_class = Path({stuck!r}), Registry.driver_class


def that_blocks(self, name):
    class Blocking(driver_class(self, name)):
        async def open(self):
            while stuck.exists():
                time.sleep(0.05)
            return await super().open()

    return Blocking


Registry.driver_class = that_blocks
main(sys.argv[1:])
"""
WATCHDOG_SECONDS = 2


def test_its_watchdog_is_not_fed_while_its_loop_is_blocked(site: Any, receiver: Any, tmp_path: Path) -> None:
    health = owing(site, receiver, state=".", evidence=".")
    stuck = tmp_path / "stuck"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.setblocking(False)
        environment = {
            **os.environ,
            "NOTIFY_SOCKET": str(tmp_path / "notify"),
            "WATCHDOG_USEC": str(WATCHDOG_SECONDS * 1_000_000),
        }
        program = ("-c", PROGRAM.format(stuck=str(stuck)))
        heard = time.monotonic()

        def fed() -> bool:
            nonlocal heard
            found = "WATCHDOG=1" in cli_tests("test_agent_beside").heard(manager)
            heard = time.monotonic() if found else heard
            return found

        with running(site, health, tmp_path / "told.txt", environment, program) as agent:
            agent.until(fed)
            stuck.touch()
            agent.until(lambda: not fed() and time.monotonic() - heard > 2 * WATCHDOG_SECONDS)
            assert (0, "") == agent.page("livez"), "it answers nobody"
            stuck.unlink()
            agent.until(fed)
            agent.until(agent.ready)
            agent.process.send_signal(signal.SIGTERM)
            assert 0 == agent.process.wait(60), agent.told[-3000:]
            assert [] == agent.found_wrong()
