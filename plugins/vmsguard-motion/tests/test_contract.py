"""The conformance kit: all levels, where the driver sees motion's files and may have them written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from motion_enrolled import enrolled, everything
from motion_fake import FakeMotion
from vmsguard_motion.driver import MotionDriver

from vmsguard.model.inventory import Target
from vmsguard.net.login import Login
from vmsguard.testing import ContractDevice, DriverContract, Fault


class FakeDevice(ContractDevice):
    def __init__(self, fake: FakeMotion) -> None:
        self.fake = fake
        self._login = Login("secret://test/login", "admin", fake.password)

    @property
    def target(self) -> Target:
        return enrolled(self.fake, **everything(self.fake))

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
        for settings in (self.fake.memory, self.fake.stored):
            for number in [number for number in settings if number != "0"]:
                del settings[number]
        for number in range(1, count + 1):
            self.fake.add_camera(number)

    async def fault(self, kind: Fault) -> None:
        match kind:
            case Fault.ACK_NO_EFFECT:
                self.fake.effective = False
            case Fault.UNAUTHORIZED:
                self.fake.password = "changed meanwhile"
            case Fault.NOT_SUPPORTED:
                self.fake.level = 0
            case Fault.TIMEOUT | Fault.GARBAGE:
                self.fake.before_reply = lambda request: self._failing(kind, request)

    def _failing(self, kind: Fault, request: web.Request) -> web.StreamResponse:
        if kind is Fault.TIMEOUT:
            assert request.transport is not None
            request.transport.pause_reading()  # type: ignore[attr-defined]
            return Silence()
        return web.Response(body=b"<html>\x00\xff not what was asked for")


class Silence(web.StreamResponse):
    async def prepare(self, request: web.BaseRequest) -> None:
        await asyncio.sleep(60)


class TestMotion(DriverContract):
    driver_class = MotionDriver

    @pytest.fixture
    async def device(self, tmp_path: Path) -> AsyncIterator[FakeDevice]:
        async with FakeMotion(tmp_path / "motion") as fake:
            for number in (1, 2, 3):
                fake.add_camera(number, stream_port=f"809{number}")
                fake.add_file(number, "01-20261120-00.jpg")
                fake.add_file(number, "01-20261120.mkv")
                fake.add_file(number, "02-20261121-00.jpg", age=timedelta(days=1))
            yield FakeDevice(fake)
