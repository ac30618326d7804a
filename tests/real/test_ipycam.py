"""ipycam, an ONVIF camera that nobody here wrote, in a network of its own: it listens on all interfaces."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from real_ipycam import IPYCAM
from real_program import CHECKOUT, missing_programs, unavailable

pytestmark = pytest.mark.real

INSIDE = Path(__file__).with_name("ipycam_inside.py")


def test_the_onvif_driver_is_honest_about_ipycam() -> None:
    missing = missing_programs("unshare", "ip", "ffmpeg")
    if missing:
        unavailable(missing)
    if not IPYCAM.exists():
        unavailable("ipycam is not installed (run tests/real/install.sh)")
    if os.geteuid() != 0:
        unavailable("a network namespace needs root")
    shell = 'ip link set lo up && exec "$@"'
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(INSIDE)]

    run = subprocess.run(
        ["unshare", "--net", "sh", "-c", shell, "sh", *tests],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    assert 0 == run.returncode, run.stdout[-6000:] + run.stderr[-2000:]
    assert "4 passed" in run.stdout
