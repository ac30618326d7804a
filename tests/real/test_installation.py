"""What an installation is made of: the service unit as systemd judges it, and wheels that install without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from real_program import missing_programs, unavailable

ROOT = Path(__file__).parents[2]
UNITS = ("vmsguard-agent.service", "vmsguard-hub.service", "vmsguard-worker@.service")
EXPOSURE = 20
"""Tenths: systemd's own scale ends at 10.0, and calls what is below 2.0 fine."""

PR_SET_MDWE = 65
UNDER_MDWE = f"""
import ctypes
assert ctypes.CDLL(None).prctl({PR_SET_MDWE}, 1, 0, 0, 0) == 0
import asyncio, uvloop, ssl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from lxml import etree
import vmsguard.agent.agent, vmsguard.hub.receive, vmsguard.cli.installation, vmsguard_onvif.driver, zeep
Ed25519PrivateKey.generate().sign(b"x")
etree.fromstring(b"<a/>")
ssl.create_default_context()
with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(asyncio.sleep(0))
print("works")
"""


@pytest.fixture(params=UNITS)
def unit(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A unit as it ships, its program at a place that exists here; of a template the first instance."""
    if why := missing_programs("systemd-analyze"):
        unavailable(why)
    file = tmp_path / request.param.replace("@.", "@1.")
    shipped = (ROOT / "packaging" / "systemd" / request.param).read_text()
    file.write_text(shipped.replace("/opt/vmsguard/bin/vmsguard", shutil.which("true") or "/bin/true"))
    return file


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


def test_systemd_finds_nothing_wrong_with_the_unit(unit: Path) -> None:
    told = analyze("verify", "--man=no", str(unit))
    assert (0, "") == (told.returncode, told.stderr)


def test_systemd_would_find_a_misspelt_key(unit: Path) -> None:
    unit.write_text(unit.read_text().replace("RestartSec", "RestartSecs"))
    assert "RestartSecs" in analyze("verify", "--man=no", str(unit)).stderr


def test_the_unit_is_hardened(unit: Path) -> None:
    told = analyze("security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", str(unit))
    assert 0 == told.returncode, told.stdout
    bare = unit.with_name("bare.service")
    bare.write_text("[Service]\nExecStart=/bin/true\n")
    assert 0 != analyze("security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", str(bare)).returncode


def test_the_agent_works_without_memory_that_is_both_written_and_run() -> None:
    """``MemoryDenyWriteExecute=`` of the unit, as the kernel enforces it."""
    told = subprocess.run([sys.executable, "-c", UNDER_MDWE], capture_output=True, text=True, check=False)
    if "AssertionError" in told.stderr and "prctl" in told.stderr:
        pytest.skip("this kernel cannot deny memory that is both written and run (it is older than 6.3)")
    assert ("works\n", 0) == (told.stdout, told.returncode), told.stderr


def test_the_wheelhouse_installs_without_a_network_and_refuses_a_changed_file(tmp_path: Path) -> None:
    house, home = tmp_path / "wheelhouse", tmp_path / "installed"
    subprocess.run([sys.executable, str(ROOT / "packaging" / "wheelhouse.py"), str(house)], check=True)
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    pip = [str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "--no-index"]
    pip += ["--find-links", str(house), "--require-hashes", "-r", str(house / "requirements.txt")]
    offline = {**os.environ, "PIP_CONFIG_FILE": os.devnull}
    changed = next(house.glob("pluggy-*.whl"))
    right = changed.read_bytes()
    changed.write_bytes(right + b"\0")
    assert 0 != subprocess.run(pip, env=offline, capture_output=True, check=False).returncode
    changed.write_bytes(right)
    subprocess.run(pip, env=offline, check=True)
    told = subprocess.run(
        [str(home / "bin" / "vmsguard"), "plugins", "list", "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert '"onvif"' in told.stdout
