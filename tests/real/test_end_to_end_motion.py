"""The whole way on a real motion: check, plan, apply and verify over the command line."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from real_motion import PASSWORD, RECORDS, USER, RealMotion, live_picture, need_motion
from real_program import free_port, listening, until

from vmsguard.cli.init import write_installation
from vmsguard.cli.main import main

pytestmark = pytest.mark.real

FEVER = {"country": "KR", "modality": "thermal", "visible_face_capture": True, "purpose": "fever-screening"}
PACK = "kr-pipc-thermal-2020"


@pytest.fixture
def motion(tmp_path: Path) -> Iterator[RealMotion]:
    """One camera that records a live picture and shows it on a port of motion's own."""
    need_motion()
    with live_picture() as picture:
        server = RealMotion(tmp_path / "motion", picture, {"stream_port": str(free_port())}, {"1": RECORDS})
        server.folder.mkdir()
        server.write_files()
        server.start()
        yield server
        server.kill()


class Enrolled:
    """An installation with one camera that is a camera of the running motion."""

    def __init__(
        self,
        folder: Path,
        server: RealMotion,
        options: dict[str, str],
        capture: pytest.CaptureFixture[str],
        patch: pytest.MonkeyPatch,
    ) -> None:
        self.folder = folder
        self._capture, self._patch = capture, patch
        write_installation(folder, "vmsguard.example.org/motion")
        patch.setenv("MOTION_LOGIN", f"{USER}:{PASSWORD}")
        target = server.target(stream_ports=server.main["stream_port"], **options)
        self._write(
            "inventory.yaml",
            {
                "kind": "Inventory",
                "targets": [
                    {
                        "id": target.id,
                        "site": "s",
                        "role": "recorder",
                        "driver": "motion",
                        "url": target.url,
                        "login": "secret://env/MOTION_LOGIN",
                        "options": dict(target.options),
                        "limits": {"requests_per_second": 100, "deadline_seconds": 10},
                    }
                ],
                "cameras": [
                    {
                        "id": "cam",
                        "site": "s",
                        "attributes": FEVER,
                        "endpoints": [{"target": target.id, "channels": ["1"]}],
                    }
                ],
            },
        )
        self._write(
            "assignments.yaml",
            {
                "kind": "Assignment",
                "metadata": {"id": "a"},
                "sites": ["s"],
                "packs": [{"pack": PACK, "mode": "enforce"}],
            },
        )

    def _write(self, name: str, value: dict[str, Any]) -> None:
        text = yaml.safe_dump({"apiVersion": "vmsguard/v1", **value}, sort_keys=False)
        (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Exit code and JSON of one command."""
        self._patch.chdir(self.folder)
        self._capture.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([*arguments, "--format", "json"])
        told = self._capture.readouterr()
        assert told.out, told.err
        return int(stopped.value.code or 0), json.loads(told.out)

    def apply(self) -> dict[str, Any]:
        return self.run("apply", "--yes", "--confirm-purge", "1000")[1]

    def evidence(self) -> str:
        return "".join(path.read_text() for path in (self.folder / "evidence/log").glob("*.jsonl"))


def control(told: dict[str, Any], name: str) -> dict[str, Any]:
    """The result of a control at the recorder."""
    return next(one for one in told["results"] if one["control"] == name and one["endpoint"])


def summed(result: dict[str, Any]) -> tuple[str, str, str]:
    return result["verdict"], result["basis"], result["remediation"]


def test_recording_and_stream_are_stopped_purged_and_proven_and_stay_so(
    motion: RealMotion, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    leave = {"config_path": str(motion.config_path), "config_write": "allowed", "restart": "allowed"}
    site = Enrolled(tmp_path / "site", motion, leave, capsys, monkeypatch)
    motion.wait_for_footage()
    code, checked = site.run("check")
    assert 3 == code
    for name in ("storage.vms.off", "transmission.stream.off", "storage.residue.empty"):
        assert "fail" == control(checked, name)["verdict"]
    before = motion.digest()
    planned = site.run("plan")[1]["plan"]["changes"]
    assert {"stream.stop", "recording.stop", "footage.purge"} == {one["change"]["verb"] for one in planned}
    assert before.splitlines()[:50] == motion.digest().splitlines()[:50]

    applied = site.apply()

    for name in ("storage.vms.off", "transmission.stream.off", "storage.residue.empty"):
        result = control(applied, name)
        assert ("pass", "observed", "verified") == summed(result), (name, result["reason"], result["left"])
    assert [] == motion.files("1")
    assert '"event":"purge"' in site.evidence()
    assert PASSWORD not in site.evidence()
    motion.start_again()
    time.sleep(5)
    assert [] == motion.files("1")
    checked = site.run("check")[1]
    assert "pass" == control(checked, "storage.vms.off")["verdict"]
    assert "pass" == control(checked, "transmission.stream.off")["verdict"]


def test_what_only_memory_holds_is_never_a_pass_and_is_found_after_a_restart_and_repaired(
    motion: RealMotion, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Enrolled(tmp_path / "site", motion, {}, capsys, monkeypatch)
    motion.wait_for_footage()
    site.run("check")

    applied = site.apply()

    stored = control(applied, "storage.vms.off")
    assert ("unknown", "applied") == (stored["verdict"], stored["remediation"])
    assert "off" == motion.get("1", "movie_output")
    stream = control(applied, "transmission.stream.off")
    assert ("fail", "refused") == (stream["verdict"], stream["remediation"])

    motion.set("0", "stream_port", "0")  # what somebody may take for the end of the stream
    motion_port = int(motion.main["stream_port"])
    assert listening(motion_port)
    code, checked = site.run("check")
    assert (3, "fail") == (code, control(checked, "transmission.stream.off")["verdict"])

    motion.start_again()
    until(lambda: motion.files("1"), seconds=30, what="recording after the restart")
    code, checked = site.run("check")
    assert (3, "fail") == (code, control(checked, "storage.vms.off")["verdict"])
    site.apply()
    assert "off" == motion.get("1", "movie_output")
    before = motion.files("1"), motion.bytes_of("1")
    time.sleep(3)
    assert before == (motion.files("1"), motion.bytes_of("1"))
