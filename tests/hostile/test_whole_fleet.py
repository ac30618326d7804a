"""Every hostile camera at once, in one process of its own: it ends in time, stays small, and judges the honest one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest
from hostile_camera.http_tricks import HTTP_CASES
from hostile_camera.list_tricks import LIST_CASES
from hostile_camera.login_tricks import LOGIN_CASES
from hostile_camera.ordinary import ordinary
from hostile_camera.server import Camera
from hostile_camera.xml_tricks import XML_CASES

ALL = {**HTTP_CASES, **XML_CASES, **LIST_CASES, **LOGIN_CASES}
SECONDS, MEBIBYTES = 90.0, 300.0
MEASURED = """
import atexit, pathlib, runpy, sys
peak = pathlib.Path(sys.argv.pop(1))

def told():
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    peak.write_text(next(line.split()[1] for line in lines if line.startswith("VmHWM")))

atexit.register(told)
runpy.run_module("vmsguard", run_name="__main__", alter_sys=True)
"""
"""Writes down its own peak: what the kernel accounts to a child begins with the peak of whoever started it."""


@pytest.mark.slow
def test_a_fleet_of_them_harms_nobody(scene: Any) -> None:
    for case in ALL.values():
        case.prepare()
    cameras = {f"t-{number}": scene.opened(Camera(case.tricks, ordinary)) for number, case in enumerate(ALL.values())}
    scene.install(
        *(
            {
                "id": target,
                "url": f"{camera.origin}/onvif/device_service",
                "login": {"read": f"secret://env/HOSTILE_LOGIN_{target.removeprefix('t-')}"},
            }
            for target, camera in cameras.items()
        ),
        # One process plays them all and the honest one too: what is slow here may be theirs.
        deadline=10,
    )
    logins = {f"HOSTILE_LOGIN_{number}": f"admin{number}:{os.environ['HOSTILE_LOGIN']}" for number in range(len(ALL))}
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", MEASURED, str(scene.folder / "peak"), "check", "--format", "json"],
        cwd=scene.folder,
        env={**os.environ, **logins},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    told, said = process.communicate(timeout=SECONDS * 2)
    seconds = time.monotonic() - begun
    assert process.returncode in (3, 4), said.decode()
    peak = int((scene.folder / "peak").read_text()) / 1024
    outcome = json.loads(told)
    honest = sorted(
        (result["rule"], result["control"], result["endpoint"], result["verdict"])
        for result in outcome["results"]
        if result["camera"] == "cam-honest"
    )
    assert scene.ordinary_verdicts == honest
    # No camera that could not be read passes anything, and each says why.
    whys = {entry["target"]: entry["why"] for entry in outcome["unreachable"]}
    assert {f"t-{number}": case.why for number, case in enumerate(ALL.values()) if case.why is not None} == whys
    passed = {result["camera"] for result in outcome["results"] if result["verdict"] == "pass"}
    assert set() == {f"cam-{target}" for target in whys} & passed
    assert (True, True) == (seconds < SECONDS, peak < MEBIBYTES), (seconds, peak)
    assert 0 == scene.lure.connections
