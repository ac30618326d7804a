"""The conformance kit on a camera that searches in every way at once, and leaves as much open as it can."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from vmsguard_onvif.driver import OnvifDriver

from vmsguard.model.inventory import Limits, Target
from vmsguard.model.vocabulary import Role
from vmsguard.net.login import Login
from vmsguard.simulator import Simulator
from vmsguard.testing import ContractDevice, DriverContract, Fault

LOGIN = Login("secret://test/onvif", "admin", "simulated")
PERSONAS = {
    Fault.TIMEOUT: "silent",
    Fault.GARBAGE: "garbage",
    Fault.NOT_SUPPORTED: "nothing-optional",
    Fault.ACK_NO_EFFECT: "acknowledges-everything",
}
SEARCHING = {
    "supported": [
        {"type": "acme:X9", "topics": ["tns1:RuleEngine/Recognition/Face"], "items": ["EnrollmentID"]},
        {"type": "acme:Guess"},
        {"type": "tt:ObjectDetection", "classes": ["Person", "Face"]},
        {"type": "acme:WiseAI", "kind": "module", "sample": {"classes": ["Human", "Face"], "face": ["Temperature"]}},
    ],
    "announces": ["tns1:VideoSource/tnssamsung:FaceDetection", "tns1:OpenApp/WiseAI/ObjectDetection"],
    "image_search": True,
    "language_search": True,
    "credentials": ["pt:Card", "pt:Face"],
    "levels": [["pt:Card", "pt:Face"]],
    "radiometry": True,
}


def fleet(channels: int) -> dict[str, Any]:
    return {
        "groups": [
            {
                "id": "subject",
                "channels": channels,
                "recordings": None,
                "thermal": [1],
                "rules": ["acme:X9", "tt:ObjectDetection", "tt:BodyTemperatureAlarm"],
                "modules": ["acme:WiseAI", "ttr:RadiometryBox"],
                "applications": [{"id": "FaceRecognition", "does": "face-identification"}, {"id": "Counter"}],
                "searching": SEARCHING,
            }
        ]
    }


class SearchingCamera(ContractDevice):
    """One simulated camera, rebuilt when another number of channels is wanted."""

    simulator: Simulator

    async def with_channels(self, count: int) -> None:
        if hasattr(self, "simulator"):
            await self.simulator.stop()
        self.simulator = Simulator(fleet(count))
        await self.simulator.start()

    @property
    def target(self) -> Target:
        return Target(
            id="subject",
            site="test",
            role=Role.DEVICE,
            driver="onvif",
            url=self.simulator.url("subject"),
            limits=Limits(deadline_seconds=10.0),
        )

    @property
    def read_login(self) -> Login:
        return LOGIN

    @property
    def change_login(self) -> Login:
        return LOGIN

    async def digest(self) -> str:
        return self.simulator.digest()

    async def writes(self) -> int:
        return self.simulator.writes

    async def fault(self, kind: Fault) -> None:
        device = self.simulator.camera("subject").state
        if kind is Fault.UNAUTHORIZED:
            for account in device.accounts:
                account.password = "changed meanwhile"
        else:
            device.persona = PERSONAS[kind]


class TestSearchingCamera(DriverContract):
    driver_class = OnvifDriver

    @pytest.fixture
    async def device(self) -> AsyncIterator[SearchingCamera]:
        device = SearchingCamera()
        await device.with_channels(2)
        try:
            yield device
        finally:
            await device.simulator.stop()
