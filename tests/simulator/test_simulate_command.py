"""``vmsguard simulate`` serves until it is told to stop, and keeps what it was told to keep."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
FLEET = """
kind: Fleet
groups: [{id: "cam-{n:02}", count: 14, rtsp: true}]
"""


def start(folder: Path) -> subprocess.Popen[str]:
    (folder / "fleet.yaml").write_text(FLEET)
    (folder / "ready").unlink(missing_ok=True)
    options = ["--state", "state.json", "--write-inventory", "inventory.yaml", "--ready-file", "ready"]
    process = subprocess.Popen(
        [sys.executable, "-m", "vmsguard", "simulate", "fleet.yaml", *options],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (folder / "ready").exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return process


def stop(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return output


def test_it_serves_writes_the_inventory_and_continues_on_the_same_ports(tmp_path) -> None:
    process = start(tmp_path)
    inventory = yaml.safe_load((tmp_path / "inventory.yaml").read_text())
    picture = inventory["targets"][13]["url"].replace("onvif/device_service", "snapshot.jpg")
    try:
        with urllib.request.urlopen(picture, timeout=60) as reply:
            assert reply.headers["Content-Type"] == "image/jpeg"
    finally:
        output = stop(process)
    assert "14 simulated devices" in output
    assert "and 2 more" in output
    assert "Ctrl-C stops" in output
    again = start(tmp_path)
    stop(again)
    assert yaml.safe_load((tmp_path / "inventory.yaml").read_text()) == inventory
