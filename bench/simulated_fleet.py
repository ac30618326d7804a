"""An installation with thousands of simulated cameras, served by another process, and what a check of it takes.

The client is the program itself, ``vmsguard check --format json``, in a process of its own that writes down its own
peak: what the kernel accounts to a child begins with the peak of whoever started it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Checked", "check_fleet", "simulated_installation"]

PACKS = (("kr-pipc-thermal-2020", "audit", ""), ("kr-nhrck-frt-moratorium-2023", "audit", "literal"))
_FEVER = {"country": "KR", "modality": "thermal", "visible_face_capture": True, "purpose": "fever-screening"}
_PLAZA = {"country": "KR", "modality": "visible", "space": "public", "operator": "public-institution"}
_CAMERAS_IN_A_FILE = 1000
"""An inventory file ends at one mebibyte."""

_LOGIN = "admin:simulated"
_START_SECONDS = 600.0
_CHECK_SECONDS = 7200.0

_MEASURED = """
import atexit, pathlib, resource, runpy, sys
peak = pathlib.Path(sys.argv.pop(1))

def told():
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    used = resource.getrusage(resource.RUSAGE_SELF)
    high = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    peak.write_text(f"{high} {used.ru_utime + used.ru_stime}")

atexit.register(told)
runpy.run_module("vmsguard", run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One check of a fleet as its own process took it."""

    cameras: int
    judged: int
    """Cameras with a verdict of their own in what the check printed."""
    verdicts: dict[str, int]
    """How many cameras have each verdict."""
    peak_mebibytes: float
    cpu_seconds: float
    wall_seconds: float
    exit_code: int
    evidence_records: int


def _groups(cameras: int) -> list[dict[str, Any]]:
    """Seven in ten fever cameras, of which a few lie or are silent, the rest in public squares; in ten sites."""
    shares = (
        ("fever", 60, {"persona": "honest", "thermal": True, "storages": [], "attributes": _FEVER}),
        ("fixed", 5, {"persona": "cannot-stop-recording", "thermal": True, "storages": [], "attributes": _FEVER}),
        ("liar", 5, {"persona": "acknowledges-everything", "thermal": True, "storages": [], "attributes": _FEVER}),
        ("plaza", 30, {"persona": "honest", "rules": ["tt:FaceRecognition"], "attributes": _PLAZA}),
    )
    found: list[dict[str, Any]] = []
    for number in range(1, 11):
        site_cameras = cameras // 10 + (1 if number <= cameras % 10 else 0)
        left = site_cameras
        for name, share, of in reversed(shares):
            count = left if name == shares[0][0] else site_cameras * share // 100
            left -= count
            if count:
                group = {"id": f"s{number}-{name}-{{n:05}}", "name": f"s{number}-{name}", "count": count}
                found.append({**group, "site": f"site-{number:02}", **of})
    return found


@contextmanager
def simulated_installation(folder: Path, cameras: int) -> Iterator[Path]:
    """A folder to run ``vmsguard check`` in, while its cameras answer."""
    _vmsguard(folder.parent, "init", str(folder))
    groups = _groups(cameras)
    sites = sorted({group["site"] for group in groups})
    fleet = {"apiVersion": "vmsguard/v1", "kind": "Fleet", "seed": 11, "groups": groups}
    (folder / "fleet.yaml").write_text(json.dumps(fleet), encoding="utf-8")
    packs = [{"pack": name, "mode": mode, **({"profile": profile} if profile else {})} for name, mode, profile in PACKS]
    assignment = {"apiVersion": "vmsguard/v1", "kind": "Assignment", "metadata": {"id": "all"}}
    (folder / "assignments.yaml").write_text(json.dumps({**assignment, "sites": sites, "packs": packs}))
    with _simulator(folder):
        _split_inventory(folder)
        yield folder


def _vmsguard(cwd: Path, *arguments: str) -> None:
    cwd.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "vmsguard", *arguments], cwd=cwd, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _simulator(folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "vmsguard", "simulate", "fleet.yaml", "--ready-file", "ready"]
    command += ["--write-inventory", "whole.yaml"]
    with (folder / "simulator.log").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not (folder / "ready").exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the simulator did not start:\n{(folder / 'simulator.log').read_text()[-4000:]}")
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _split_inventory(folder: Path) -> None:
    whole = yaml.load((folder / "whole.yaml").read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    parts = folder / "inventory"
    parts.mkdir()
    targets = {target["id"]: target for target in whole["targets"]}
    head = {key: whole[key] for key in ("apiVersion", "kind", "defaults")}
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    for first in range(0, len(whole["cameras"]), _CAMERAS_IN_A_FILE):
        cameras = whole["cameras"][first : first + _CAMERAS_IN_A_FILE]
        named = {group for camera in cameras for group in camera["groups"]}
        used = {
            endpoint["target"]: targets[endpoint["target"]] for camera in cameras for endpoint in camera["endpoints"]
        }
        part = {
            **head,
            "groups": {name: group for name, group in whole["groups"].items() if name in named},
            "targets": list(used.values()),
            "cameras": cameras,
        }
        text = yaml.dump(part, Dumper=dumper, sort_keys=False)
        (parts / f"part-{first // _CAMERAS_IN_A_FILE:03}.yaml").write_text(text, encoding="utf-8")
    config = folder / "vmsguard.yaml"
    config.write_text(re.sub(r"(?m)^inventory: \[.*?\]", "inventory: [inventory/]", config.read_text()))


def check_fleet(folder: Path, cameras: int) -> Checked:
    """The figures of one ``vmsguard check --format json``."""
    peak, told = folder / "peak", folder / "check.json"
    command = [sys.executable, "-c", _MEASURED, str(peak), "check", "--format", "json"]
    environment = {**os.environ, "VMSGUARD_SIM_LOGIN": _LOGIN}
    began = time.monotonic()
    with told.open("wb") as output, (folder / "check.log").open("wb") as said:
        done = subprocess.run(
            command, cwd=folder, env=environment, stdout=output, stderr=said, timeout=_CHECK_SECONDS, check=False
        )
    wall = time.monotonic() - began
    if done.returncode not in (0, 3, 4):
        raise RuntimeError(f"check ended with {done.returncode}:\n{(folder / 'check.log').read_text()[-4000:]}")
    high, cpu = peak.read_text().split()
    outcome = json.loads(told.read_bytes())
    own = {entry["camera"]: entry["verdict"] for entry in outcome["results"] if entry["level"] == "camera"}
    counts: dict[str, int] = {}
    for verdict in own.values():
        counts[verdict] = counts.get(verdict, 0) + 1
    return Checked(
        cameras=cameras,
        judged=len(own),
        verdicts=dict(sorted(counts.items())),
        peak_mebibytes=int(high) / 1024,
        cpu_seconds=float(cpu),
        wall_seconds=wall,
        exit_code=done.returncode,
        evidence_records=outcome["evidence"]["size"],
    )
