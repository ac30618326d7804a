"""A running ipycam: a camera by other authors that speaks ONVIF, RTSP and HTTP, on all interfaces."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from real_program import CHECKOUT, free_port, listening, until

from vmsguard.model.inventory import Limits, Target
from vmsguard.model.vocabulary import Role
from vmsguard.net.login import Login

__all__ = ["IPYCAM", "RealIpycam", "running_ipycam"]

IPYCAM = CHECKOUT / ".cache/ipycam/bin/ipycam"


@dataclass(frozen=True)
class RealIpycam:
    port: int
    rtsp_port: int
    user: str = "admin"
    password: str = "only-for-tests-9Rk4"

    @property
    def login(self) -> Login:
        return Login("secret://test/ipycam", self.user, self.password)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/onvif/device_service"

    def target(self) -> Target:
        return Target(
            id="t-ipycam",
            site="test",
            role=Role.DEVICE,
            driver="onvif",
            url=self.url,
            limits=Limits(requests_per_second=100.0, deadline_seconds=10.0),
        )


@contextmanager
def running_ipycam(folder: Path) -> Iterator[RealIpycam]:
    """Start a camera that shows a test picture; only in a network without another interface than loopback."""
    camera = RealIpycam(free_port(), free_port())
    video = folder / "picture.avi"
    picture = "testsrc=size=320x240:rate=5"
    drawing = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-t", "10", "-c:v", "mjpeg", str(video)]
    subprocess.run(drawing, check=True, timeout=60)
    settings = {
        "local_ip": "127.0.0.1",
        "onvif_port": camera.port,
        "rtsp_port": camera.rtsp_port,
        "username": camera.user,
        "password": camera.password,
        "main_width": 320,
        "main_height": 240,
        "main_fps": 5,
    }
    (folder / "camera.json").write_text(json.dumps(settings), encoding="utf-8")
    size = ["--width", "320", "--height", "240", "--fps", "5", "--hw", "cpu"]
    command = [str(IPYCAM), "--config", "camera.json", "--source", str(video), *size]
    with (folder / "ipycam.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            until(
                lambda: listening(camera.port) and listening(camera.rtsp_port),
                seconds=60,
                what="ipycam to answer ONVIF and RTSP",
            )
            yield camera
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
