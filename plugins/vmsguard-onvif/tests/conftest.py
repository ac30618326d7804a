"""Simulated devices for the driver's tests, and personas that only tests need."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from vmsguard_onvif.driver import OnvifDriver

from vmsguard.model.inventory import Limits, Target
from vmsguard.model.vocabulary import Role
from vmsguard.net.login import Login
from vmsguard.simulator import Simulator
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import action_refused, not_supported
from vmsguard.simulator.personas import PERSONAS, Persona, Reply
from vmsguard.simulator.soap import SoapRequest
from vmsguard.testing import Session, open_session


class Garbage(Persona):
    name = "garbage"

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        return Reply(200, b"\x00<html><body>401 Unauthorized</body></html>")


class Truncated(Persona):
    """Its lists break off in the middle, as they do on a bad link."""

    name = "truncated"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        told = operation.handle(call)
        return told[: len(told) // 2] if name in {"GetRecordings", "GetRecordingJobs"} else told


class ForgetsItsSecondMedia(Persona):
    name = "forgets-media2"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if service.name == "media2" and name == "GetProfiles":
            raise action_refused("OutofMemory")
        return operation.handle(call)


class NothingOptional(Persona):
    name = "nothing-optional"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if service.name in {"recording", "search", "analytics", "media2"}:
            raise not_supported()
        return operation.handle(call)


@pytest.fixture(autouse=True)
def _more_personas(monkeypatch: pytest.MonkeyPatch) -> None:
    for persona in (Garbage(), Truncated(), ForgetsItsSecondMedia(), NothingOptional()):
        monkeypatch.setitem(PERSONAS, persona.name, persona)


LOGIN = Login("secret://test/onvif", "admin", "simulated")


@dataclass
class Simulated:
    """Opens sessions with devices of one running simulator."""

    simulator: Simulator

    def target(self, device: str = "cam", role: Role = Role.DEVICE, **options: str) -> Target:
        return Target(
            id=device,
            site="test",
            role=role,
            driver="onvif",
            url=self.simulator.url(device),
            options=options,
            limits=Limits(requests_per_second=1e6, deadline_seconds=12.0),
        )

    def session(
        self,
        device: str = "cam",
        role: Role = Role.DEVICE,
        *,
        login: Login | None = LOGIN,
        write: bool = False,
        **options: str,
    ) -> AbstractAsyncContextManager[Session]:
        return open_session(OnvifDriver, self.target(device, role, **options), login=login, write_allowed=write)


@pytest.fixture
def simulate() -> Callable[..., AbstractAsyncContextManager[Simulated]]:
    """One camera ``cam`` (fields of a fleet group) and, if asked for, the recorder ``nvr`` that pulls it."""

    @asynccontextmanager
    async def run(recorder: dict[str, Any] | None = None, **camera: Any) -> AsyncIterator[Simulated]:
        group: dict[str, Any] = {"id": "cam", "rtsp": True, **camera}
        recorders = []
        if recorder is not None:
            group["recorder"] = "nvr"
            recorders = [{"id": "nvr", **recorder}]
        async with Simulator({"groups": [group], "recorders": recorders}) as simulator:
            yield Simulated(simulator)

    return run
