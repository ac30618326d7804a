"""``vmsguard agent run`` beside a real motion: what a restart of the daemon brings back is found and repaired."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from real_agent import Installation, moment, now
from real_motion import PASSWORD, RECORDS, USER, RealMotion, live_picture, need_motion
from real_program import until
from vmsguard_motion.driver import MotionDriver

from vmsguard.testing import open_session

pytestmark = pytest.mark.real

ORIGIN = "vmsguard.example.org/agent-motion"
TARGET = "motion"

PACK = {
    "kind": "Pack",
    "metadata": {
        "id": "off",
        "version": "1.0.0",
        "title": "Nothing is saved",
        "timezone": "UTC",
        "reviewed": {"on": "2026-11-22", "next": "2027-11-22"},
    },
    "sources": {
        "own": {"title": "A rule of the site's own", "force": "guidance", "from": "2020-01-01", "confirmed": "primary"}
    },
    "select": {"country": "DE"},
    "rules": [
        {
            "id": "saving-off",
            "title": "Saving is switched off",
            "severity": "critical",
            "cites": [{"source": "own", "clause": "1"}],
            "require": ["storage.vms.off"],
        }
    ],
}


@pytest.fixture
def motion(tmp_path: Path) -> Iterator[RealMotion]:
    """One camera that records a live picture."""
    need_motion()
    with live_picture() as picture:
        server = RealMotion(tmp_path / "motion", picture, {}, {"1": RECORDS})
        server.folder.mkdir()
        server.write_files()
        server.start()
        yield server
        server.kill()


@pytest.fixture
def site(motion: RealMotion, tmp_path: Path) -> Installation:
    site = Installation(tmp_path / "site", ORIGIN, {"MOTION_LOGIN": f"{USER}:{PASSWORD}"})
    site.write({"sweep": "PT10S", "watch": "PT10S"})
    site.put("packs/off/pack.yaml", PACK)
    options = {"storage_path": str(motion.footage), "config_path": str(motion.config_path), "config_write": "allowed"}
    target = {
        "id": TARGET,
        "driver": "motion",
        "url": motion.url,
        "login": "secret://env/MOTION_LOGIN",
        "options": options,
        "limits": {"requests_per_second": 100, "deadline_seconds": 10},
    }
    attributes = {"country": "DE", "modality": "visible"}
    site.enrol(
        [target], [{"id": "cam", "attributes": attributes, "endpoints": [{"target": TARGET, "channels": ["1"]}]}]
    )
    site.assign("off", "enforce")
    return site


def verdicts(site: Installation) -> list[dict[str, Any]]:
    """The verdicts of the camera's rule, in order."""
    return [one for one in site.records("verify") if one.get("rule") and not one.get("control")]


def windows(site: Installation) -> list[dict[str, Any]]:
    """Windows in which the rule was broken, that are over."""
    return [one for one in verdicts(site) if one.get("exposure_to")]


def test_what_a_restart_of_the_daemon_brings_back_is_switched_off_again(motion: RealMotion, site: Installation) -> None:
    motion.wait_for_footage()
    with site.agent():
        until(lambda: windows(site), seconds=60, what="the first repair", every=0.5)
        assert "off" == motion.get("1", "movie_output")

        # Somebody puts the old files back; the daemon is restarted, and records.
        motion.write_files()
        restarted = now()
        motion.start_again()
        until(lambda: motion.get("1", "movie_output") == "on", seconds=10, what="recording")
        until(lambda: len(windows(site)) >= 2, seconds=60, what="the second repair", every=0.5)
        told = windows(site)[-1]
        assert ("pass", "verified") == (told["verdict"], told["remediation"])
        assert restarted < moment(told["exposure_from"]) < moment(told["exposure_to"])
        assert "off" == motion.get("1", "movie_output")
        assert 0 == site.stop()

    motion.start_again()  # what was written to its files holds
    assert "off" == motion.get("1", "movie_output")
    code, said = site.run("evidence", "verify", "evidence", "--trust", "trust.policy")
    assert 0 == code, said
    assert PASSWORD not in site.journal()


async def test_a_restart_that_ends_a_pause_is_told(motion: RealMotion) -> None:
    motion.ask("1/detection/pause")
    paused = await run_state(motion)
    motion.start_again()
    assert ("1 PAUSE", "1 ACTIVE") == (paused, await run_state(motion))


async def run_state(server: RealMotion) -> str:
    async with open_session(MotionDriver, server.target(), login=server.login) as session:
        return session.identity.run_state
