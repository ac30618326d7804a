"""The conformance kit on a real ZoneMinder: levels read, write, verify and delete of what 1.36 has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from real_program import free_port
from real_zoneminder import RealZoneMinder
from vmsguard_zoneminder.driver import ZoneMinderDriver

from vmsguard.model.inventory import Target
from vmsguard.net.login import Login
from vmsguard.testing import Ability, ContractDevice, DriverContract

pytestmark = pytest.mark.real


class RealDevice(ContractDevice):
    """Two monitors set to record from a camera that does not answer: nothing moves but what a test changes."""

    cannot: Mapping[Ability, str] = {
        Ability.WRITES: "ZoneMinder does not count requests",
        Ability.CHANNELS: "500 capture processes are more than a test machine bears",
        Ability.TIMEOUT: "a real server answers",
        Ability.UNAUTHORIZED: "its refusal is slower than the kit's deadline; shown in test_zoneminder.py",
        Ability.NOT_SUPPORTED: "1.36 has every part of its interface",
        Ability.GARBAGE: "a real server answers in its own format",
        Ability.ACK_NO_EFFECT: "which replies have no effect is shown in test_zoneminder.py",
    }

    def __init__(self, server: RealZoneMinder) -> None:
        self.server = server

    @property
    def target(self) -> Target:
        return self.server.target()

    @property
    def read_login(self) -> Login:
        return self.server.login

    @property
    def change_login(self) -> Login:
        return self.server.login

    async def digest(self) -> str:
        return self.server.digest()


@pytest.fixture(scope="module")
def monitors(zoneminder: RealZoneMinder) -> Iterator[tuple[str, ...]]:
    dead = f"http://127.0.0.1:{free_port()}/"
    made = tuple(zoneminder.create_monitor(f"contract-{number}", source=dead) for number in (1, 2))
    yield made
    for monitor in made:
        zoneminder.remove_monitor(monitor)


class TestZoneMinder(DriverContract):
    driver_class = ZoneMinderDriver

    @pytest.fixture
    def device(self, zoneminder: RealZoneMinder, monitors: tuple[str, ...]) -> RealDevice:
        modes = dict(zoneminder.sql("select Id, Function from Monitors"))
        for monitor in monitors:
            if modes[monitor] != "Record":
                zoneminder.set_function(monitor, "Record")
            if not zoneminder.events(monitor):
                zoneminder.add_event(monitor)
        return RealDevice(zoneminder)
