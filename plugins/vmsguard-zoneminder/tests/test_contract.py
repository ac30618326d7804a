"""The conformance kit, on both field sets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from vmsguard_zoneminder.driver import ZoneMinderDriver
from zoneminder_fake import FakeZoneMinder

from vmsguard.model.inventory import Target
from vmsguard.model.vocabulary import Role
from vmsguard.net.login import Login
from vmsguard.testing import ContractDevice, DriverContract, Fault


class FakeDevice(ContractDevice):
    def __init__(self, fake: FakeZoneMinder, storage: Path) -> None:
        self._storage = storage
        self.fake = fake
        self._login = Login("secret://test/login", "admin", fake.password)

    @property
    def target(self) -> Target:
        url = f"http://127.0.0.1:{self.fake.port}/zm"
        options = {"storage_path": str(self._storage)}
        return Target(id="t-zm", site="s", role=Role.RECORDER, driver="zoneminder", url=url, options=options)

    @property
    def read_login(self) -> Login:
        return self._login

    @property
    def change_login(self) -> Login:
        return self.read_login

    async def digest(self) -> str:
        return self.fake.digest()

    async def writes(self) -> int:
        return self.fake.write_requests

    async def with_channels(self, count: int) -> None:
        self.fake.monitors.clear()
        for id_ in range(1, count + 1):
            self.fake.add_monitor(id_)

    async def fault(self, kind: Fault) -> None:
        match kind:
            case Fault.ACK_NO_EFFECT:
                self.fake.effective = False
            case Fault.UNAUTHORIZED:
                self.fake.password = "changed meanwhile"
            case Fault.TIMEOUT | Fault.GARBAGE | Fault.NOT_SUPPORTED:
                self.fake.before_reply = lambda request: self._failing(kind, request)

    def _failing(self, kind: Fault, request: web.Request) -> web.StreamResponse | None:
        if kind is Fault.TIMEOUT:
            assert request.transport is not None
            request.transport.pause_reading()  # type: ignore[attr-defined]
            return Silence()
        if kind is Fault.GARBAGE:
            return web.Response(body=b"<html>\x00\xff not what was asked for")
        optional = ("storage", "logs", "users", "configs")
        path = request.match_info["path"]
        return web.json_response({"data": {"name": "Not Found"}}, status=404) if path.startswith(optional) else None


class Silence(web.StreamResponse):
    async def prepare(self, request: web.BaseRequest) -> None:
        await asyncio.sleep(60)


class _OnFake(DriverContract):
    driver_class = ZoneMinderDriver
    release = ""

    @pytest.fixture
    async def device(self, storage: Path) -> AsyncIterator[FakeDevice]:
        async with FakeZoneMinder(self.release) as fake:
            extra = {"EventStartCommand": "/opt/detect %EID%", "MQTT_Enabled": True} if fake.splits_modes else {}
            for id_ in (1, 2, 3):
                fake.add_monitor(id_, **extra)
                fake.add_event(id_)
                fake.add_event(id_, closed=False)
            yield FakeDevice(fake, storage)


class TestFieldsOf136(_OnFake):
    release = "1.36.33"


class TestFieldsOf138(_OnFake):
    release = "1.38.4"
