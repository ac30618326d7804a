"""The conformance kit on a simulated camera and a simulated recorder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from vmsguard_onvif.driver import OnvifDriver

from vmsguard.model.inventory import Limits, Target
from vmsguard.model.vocabulary import Role
from vmsguard.net.login import Login
from vmsguard.simulator import Simulator
from vmsguard.testing import ContractDevice, DriverContract, Fault
from vmsguard.testing.level_delete import DeleteLevel
from vmsguard.testing.level_read import ReadLevel

LOGIN = Login("secret://test/onvif", "admin", "simulated")
PERSONAS = {
    Fault.TIMEOUT: "silent",
    Fault.GARBAGE: "garbage",
    Fault.NOT_SUPPORTED: "nothing-optional",
    Fault.ACK_NO_EFFECT: "acknowledges-everything",
}


def camera_fleet(channels: int) -> dict[str, Any]:
    return {
        "groups": [
            {
                "id": "subject",
                "channels": channels,
                "rtsp": True,
                "audio": True,
                "multicast": True,
                "allowed": ["192.0.2.0/24"],
                "tunnels": ["websocket"],
                "masks": [True, False],
                "recordings": {"jobs": 2, "triggers": ["continuous", "schedule"], "export_seconds": 0},
                "thermal": [1],
                "rules": [
                    "tt:FaceRecognition",
                    {"type": "tt:ObjectDetection", "name": "hall", "parameters": {"ClassFilter": "Person Face"}},
                    {"type": "acme:FaceDetect", "name": "door", "parameters": {"IncludeImage": "LocalStorage"}},
                ],
                "modules": ["tt:CellMotionEngine"],
                "webrtc": ["wss://signal.example.org"],
                "brokers": ["mqtts://broker.example.org"],
                "uplinks": ["https://cloud.example.org"],
                "storages": [{"uri": "nfs://nas.example.org/a", "used": True, "strategy": "Both"}],
            }
        ]
    }


def recorder_fleet(channels: int, storage: Path) -> dict[str, Any]:
    return {
        "groups": [{"id": "cam-{n}", "count": channels, "recorder": "subject"}],
        "recorders": [{"id": "subject", "storage_path": str(storage)}],
    }


class SimulatedContractDevice(ContractDevice):
    """One device of a simulated fleet, rebuilt when another number of channels is wanted."""

    def __init__(self, role: Role, storage: Path) -> None:
        self._role = role
        self._storage = storage
        self.simulator: Simulator | None = None
        self.options: dict[str, str] = {}

    async def with_channels(self, count: int) -> None:
        await self.stop()
        camera = self._role is Role.DEVICE
        self.simulator = Simulator(camera_fleet(count) if camera else recorder_fleet(count, self._storage))
        await self.simulator.start()

    async def stop(self) -> None:
        if self.simulator is not None:
            await self.simulator.stop()

    @property
    def running(self) -> Simulator:
        assert self.simulator is not None
        return self.simulator

    @property
    def target(self) -> Target:
        return Target(
            id="subject",
            site="test",
            role=self._role,
            driver="onvif",
            url=self.running.url("subject"),
            options=self.options | ({"storage_path": str(self._storage)} if self._role is Role.RECORDER else {}),
            limits=Limits(deadline_seconds=10.0),
        )

    @property
    def read_login(self) -> Login:
        return LOGIN

    @property
    def change_login(self) -> Login:
        return LOGIN

    async def digest(self) -> str:
        return self.running.digest()

    async def writes(self) -> int:
        return self.running.writes

    async def fault(self, kind: Fault) -> None:
        device = self.running.camera("subject").state
        if kind is Fault.UNAUTHORIZED:
            for account in device.accounts:
                account.password = "changed meanwhile"
        else:
            device.persona = PERSONAS[kind]


async def _device(role: Role, storage: Path) -> AsyncIterator[SimulatedContractDevice]:
    device = SimulatedContractDevice(role, storage)
    await device.with_channels(2)
    try:
        yield device
    finally:
        await device.stop()


class TestCamera(DriverContract):
    driver_class = OnvifDriver

    @pytest.fixture
    async def device(self, tmp_path: Path) -> AsyncIterator[SimulatedContractDevice]:
        async for device in _device(Role.DEVICE, tmp_path):
            yield device

    async def test_a_change_shows_in_every_layer(self, device: ContractDevice, verb: str) -> None:
        """Lists that ONVIF can never complete show that the item is gone, and no more."""
        if verb not in {"push.stop", "cloud.disconnect"}:
            await super().test_a_change_shows_in_every_layer(device, verb)
            return
        change = await self.some_change(device, verb)
        async with self.changing(device) as session:
            await self.settle_job(session, change)
        facts = await self.facts_after(device, change)
        name = {"push.stop": "push.destinations", "cloud.disconnect": "cloud.links"}[verb]
        lists = [fact.reading.value for key, fact in facts.items() if key.name == name]
        gone = next(iter(change.arguments.values()))
        assert len(lists) == 2
        assert [item.id for items in lists for item in items.values if item.id == gone] == []
        assert [items.complete for items in lists] == [False, False]

    test_a_change_shows_in_every_layer.level = "verify"
    test_a_change_shows_in_every_layer.deletes = False


class TestIdleCamera(DeleteLevel):
    """A camera whose jobs are idle already: its footage is closed, and can be asked to be deleted."""

    driver_class = OnvifDriver

    @pytest.fixture
    async def device(self, tmp_path: Path) -> AsyncIterator[SimulatedContractDevice]:
        async for device in _device(Role.DEVICE, tmp_path):
            for job in device.running.camera("subject").state.configuration.jobs:
                job.mode = "Idle"
            yield device


class TestListeningCamera(ReadLevel, DeleteLevel):
    """The idle camera, with an event subscription asked for: no write, no more requests than declared, none left."""

    driver_class = OnvifDriver

    @pytest.fixture
    async def device(self, tmp_path: Path) -> AsyncIterator[SimulatedContractDevice]:
        async for device in _device(Role.DEVICE, tmp_path):
            device.options["event_subscription"] = "on"
            for job in device.running.camera("subject").state.configuration.jobs:
                job.mode = "Idle"
            yield device
            assert device.running.open_subscriptions("subject") == 0


class TestRecorder(DriverContract):
    driver_class = OnvifDriver

    @pytest.fixture
    async def device(self, tmp_path: Path) -> AsyncIterator[SimulatedContractDevice]:
        async for device in _device(Role.RECORDER, tmp_path):
            yield device
