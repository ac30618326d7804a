"""A driver that never comes back: its target's time ends it, the others go on, and its duty raises its alarms."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from sites import HOUR, DeviceDriver, Sites, utc

from vmsguard.agent.health.part import HealthPart
from vmsguard.agent.health.service_manager import ServiceManager
from vmsguard.agent.health.vitals import Vitals
from vmsguard.model.clock import SystemClock
from vmsguard.net.blocking import BlockingPool

STUCK = "t-ber-1"
OTHERS = ("t-ber-2", "t-ber-3")


@pytest.fixture
def forever() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def pool(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlockingPool]:
    """Three cameras in one site, whose drivers' blocking calls have two threads."""
    names = ("ber-1", "ber-2", "ber-3")
    sites.enrol(
        {"berlin": "Europe/Berlin"}, {name: ("berlin", {"country": "DE", "modality": "visible"}) for name in names}
    )
    inventory = yaml.safe_load((sites.folder / "inventory.yaml").read_text())
    for target in inventory["targets"]:
        target["limits"] = {"deadline_seconds": 1, "session_seconds": 1}
    sites.write("inventory.yaml", inventory)
    sites.accept()
    sites.approve()
    equip = Sites._equipment
    with BlockingPool(threads=2) as made:
        monkeypatch.setattr(
            Sites, "_equipment", lambda self, *args: dataclasses.replace(equip(self, *args), run_blocking=made)
        )
        yield made


@pytest.mark.parametrize("where", ["awaits", "blocks-a-thread"])
async def test_the_others_go_on_and_its_duty_raises_each_alarm(
    sites: Sites, pool: BlockingPool, forever: threading.Event, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    observe = DeviceDriver.observe
    stuck = False

    async def observed(self: DeviceDriver, want: Mapping[Any, Any]) -> AsyncIterator[Any]:
        if stuck and self.target.id == STUCK:
            if where == "awaits":
                await asyncio.Event().wait()
            await self.ctx.run_blocking(forever.wait)
        await self.ctx.run_blocking(time.monotonic)
        async for one in observe(self, want):
            yield one

    monkeypatch.setattr(DeviceDriver, "observe", observed)
    async with sites.living():
        await sites.live(utc(25, 2), HOUR)
        stuck = True
        await sites.live(utc(26, 4), 2 * HOUR)
        purged = {name: sites.devices[name].purges[-1] for name in (STUCK, *OTHERS)}
        assert purged[STUCK] < utc(25, 3)
        assert all(purged[name] > utc(25, 12) for name in OTHERS)
        told = [(alert.code, alert.subject) for alert in sites.alerts if alert.code.startswith("duty")]
        assert [("duty-slow", "ber-1"), ("duty-late", "ber-1"), ("duty-missed", "ber-1")] == told
        stuck = False
        forever.set()
        await sites.live(utc(26, 8), HOUR)
        assert sites.devices[STUCK].purges[-1] > utc(26, 4), "it came back, and is deleted from"
    assert [] == sites.problems()


async def test_whoever_blocks_the_loop_itself_starves_the_watchdog(tmp_path: Path) -> None:
    """There is nothing left in the process that could end it; systemd does (``WatchdogSec``)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)

        def fed() -> bool:
            found = False
            while True:
                try:
                    found = b"WATCHDOG=1" in listening.recv(4096) or found
                except BlockingIOError:
                    return found

        vitals = Vitals(clock=SystemClock())
        manager = ServiceManager(str(tmp_path / "notify"), watchdog_seconds=0.2)
        part = HealthPart(vitals, manager, status=lambda: "", look=vitals.tick)
        await part.start()
        await asyncio.sleep(0.3)
        assert fed()
        time.sleep(0.6)
        assert not fed()
        await asyncio.sleep(0.3)
        assert fed()
        await part.stop()
