"""The conformance kit on a real motion: levels read, write, verify and delete of what 4.5 has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from real_motion import RealMotion, live_picture, need_motion
from real_program import free_port
from vmsguard_motion.driver import MotionDriver

from vmsguard.model.inventory import Target
from vmsguard.net.login import Login
from vmsguard.testing import Ability, ContractDevice, DriverContract

pytestmark = pytest.mark.real

SET = {"picture_output": "on", "movie_output": "on", "threshold": "76800"}


class RealDevice(ContractDevice):
    """Two cameras set to record when every point of the picture changes: nothing moves but what a test changes.

    Their picture is live: a motion that cannot reach its cameras takes half a minute to restart.
    """

    cannot: Mapping[Ability, str] = {
        Ability.WRITES: "motion does not count requests",
        Ability.CHANNELS: "500 cameras are more than a test machine bears",
        Ability.TIMEOUT: "a real program answers",
        Ability.UNAUTHORIZED: "motion has one login; shown in test_motion.py",
        Ability.NOT_SUPPORTED: "4.5 has every part of its web control",
        Ability.GARBAGE: "a real program answers in its own format",
        Ability.ACK_NO_EFFECT: "which replies have no effect is shown in test_motion.py",
    }

    def __init__(self, motion: RealMotion) -> None:
        self.motion = motion

    @property
    def target(self) -> Target:
        options = {"config_path": str(self.motion.config_path), "config_write": "allowed", "restart": "allowed"}
        return self.motion.target(**options)

    @property
    def read_login(self) -> Login:
        return self.motion.login

    @property
    def change_login(self) -> Login:
        return self.motion.login

    async def digest(self) -> str:
        return self.motion.digest()


@pytest.fixture(scope="module")
def motion(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealMotion]:
    need_motion()
    cameras = {number: {**SET, "stream_port": str(free_port())} for number in ("1", "2")}
    with live_picture() as picture:
        server = RealMotion(tmp_path_factory.mktemp("motion"), picture, cameras=cameras)
        server.write_files()
        server.start()
        yield server
        server.kill()


class TestMotion(DriverContract):
    driver_class = MotionDriver

    @pytest.fixture
    def device(self, motion: RealMotion) -> RealDevice:
        if any(motion.get(number, name) != value for number in motion.cameras for name, value in SET.items()) or any(
            motion.get(number, "stream_port") == "0" for number in motion.cameras
        ):
            motion.write_files()
            motion.start_again()
        for number in motion.cameras:
            if not motion.files(number):
                motion.add_file(number, "01-20261120.jpg")
                motion.add_file(number, "01-20261120.mkv")
        return RealDevice(motion)
