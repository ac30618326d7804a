"""Health beside the loop: the watchdog hears of an agent only while its loop goes round."""

from __future__ import annotations

import asyncio
import socket

import pytest

from vmsguard.agent.health.part import HealthPart
from vmsguard.agent.health.service_manager import ServiceManager
from vmsguard.agent.health.vitals import Vitals


@pytest.fixture
def manager(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening


def heard(listening: socket.socket) -> list[str]:
    found = []
    while True:
        try:
            found.append(listening.recv(4096).decode())
        except BlockingIOError:
            return found


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_the_watchdog_hears_of_it_only_while_the_loop_goes_round(manager, tmp_path, clock) -> None:
    vitals = Vitals(clock=clock, longest_round=60)
    slept: list[float] = []
    wake = asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await wake.wait()
        wake.clear()

    part = HealthPart(vitals, ServiceManager(str(tmp_path / "notify"), 8.0), status=lambda: "3 targets", sleep=sleep)
    vitals.tick()
    await part.start()
    await turns()
    assert ["READY=1\nSTATUS=3 targets", "WATCHDOG=1", "STATUS=3 targets"] == heard(manager)
    clock.forward(seconds=61)
    wake.set()
    await turns()
    assert ["STATUS=3 targets"] == heard(manager)
    vitals.tick()
    wake.set()
    await turns()
    assert ["WATCHDOG=1", "STATUS=3 targets"] == heard(manager)
    await part.stop()
    assert ["STOPPING=1"] == heard(manager)
    assert [4.0, 4.0, 4.0] == slept
    assert vitals.stopping
