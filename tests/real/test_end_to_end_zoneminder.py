"""The whole way on a real ZoneMinder: check, plan, apply and verify over the command line."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from real_program import until
from real_zoneminder import RealZoneMinder

from vmsguard.cli.init import write_installation
from vmsguard.cli.main import main

pytestmark = pytest.mark.real

FEVER = {"country": "KR", "modality": "thermal", "visible_face_capture": True, "purpose": "fever-screening"}
PACK = "kr-pipc-thermal-2020"

NOT_SHOWN_BY_REST = {
    "transmission.push.off",
    "transmission.cloud.off",
    "analytics.face.identify.off",
    "analytics.face.library.empty",
}
"""Filters, hooks, galleries and cloud services that ZoneMinder's REST interface has no words for."""


class Enrolled:
    """An installation with one camera that is a monitor of the running ZoneMinder."""

    def __init__(
        self,
        folder: Path,
        server: RealZoneMinder,
        monitor: str,
        capture: pytest.CaptureFixture[str],
        patch: pytest.MonkeyPatch,
    ) -> None:
        self.folder, self.server, self.monitor = folder, server, monitor
        self._capture, self._patch = capture, patch
        write_installation(folder, "vmsguard.example.org/zoneminder")
        patch.setenv("ZM_LOGIN", f"{server.user}:{server.password}")
        target = server.target()
        channels = [row[0] for row in server.sql("select Id from Monitors")]
        self._write(
            "inventory.yaml",
            {
                "kind": "Inventory",
                "targets": [
                    {
                        "id": target.id,
                        "site": "s",
                        "role": "recorder",
                        "driver": "zoneminder",
                        "url": target.url,
                        "login": "secret://env/ZM_LOGIN",
                        "options": dict(target.options),
                        "limits": {"requests_per_second": 100, "deadline_seconds": 30},
                    }
                ],
                "cameras": [
                    {
                        "id": "cam" if channel == monitor else f"other-{channel}",
                        "site": "s",
                        "attributes": FEVER if channel == monitor else {"country": "DE"},
                        "endpoints": [{"target": target.id, "channels": [channel]}],
                    }
                    for channel in channels
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
        """Exit code and JSON of one command about the camera."""
        self._patch.chdir(self.folder)
        self._capture.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([*arguments, "--limit", "cam", "--format", "json"])
        told = self._capture.readouterr()
        assert told.out, told.err
        return int(stopped.value.code or 0), json.loads(told.out)

    def purged(self) -> bool:
        """Whether the evidence says that a deletion was proven."""
        return any('"event":"purge"' in path.read_text() for path in (self.folder / "evidence/log").glob("*.jsonl"))


def control(told: dict[str, Any], name: str) -> dict[str, Any]:
    """The result of a control at the recorder."""
    return next(one for one in told["results"] if one["control"] == name and one["endpoint"])


def summed(result: dict[str, Any]) -> tuple[str, str, str]:
    return result["verdict"], result["basis"], result["remediation"]


@pytest.fixture
def enrol(
    zoneminder: RealZoneMinder, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Any:
    def made(monitor: str) -> Enrolled:
        return Enrolled(tmp_path / "site", zoneminder, monitor, capsys, monkeypatch)

    return made


def test_recording_is_stopped_purged_and_proven_and_its_return_is_found(
    zoneminder: RealZoneMinder, recording_monitor: str, enrol: Any
) -> None:
    site = enrol(recording_monitor)
    until(lambda: zoneminder.events(recording_monitor, closed=True), seconds=60, what="a recorded event")
    assert "fail" == control(site.run("check")[1], "storage.vms.off")["verdict"]

    _, applied = site.run("apply", "--yes", "--confirm-purge", "1000")
    assert ("pass", "observed", "verified") == summed(control(applied, "storage.vms.off"))
    residue = control(applied, "storage.residue.empty")
    assert ("pass", "observed", "verified") == summed(residue), (residue["reason"], residue["left"], residue["facts"])
    unseen = {one["control"] for one in applied["results"] if one["endpoint"] and one["verdict"] == "unknown"}
    assert NOT_SHOWN_BY_REST <= unseen
    assert ([], 0) == (zoneminder.events(recording_monitor), zoneminder.files(recording_monitor))
    assert site.purged()

    time.sleep(10)  # longer than two sections: what would still record would have written by now
    assert ([], 0) == (zoneminder.events(recording_monitor), zoneminder.files(recording_monitor))
    _, again = site.run("apply", "--yes", "--confirm-purge", "1000")
    assert 0 == again["run"]["changes_sent"]

    zoneminder.set_function(recording_monitor, "Record")
    code, found = site.run("check")
    assert (3, "fail") == (code, control(found, "storage.vms.off")["verdict"])


def test_plan_changes_nothing_on_the_server(zoneminder: RealZoneMinder, enrol: Any) -> None:
    monitor = zoneminder.create_monitor("dead", source="http://127.0.0.1:9/")
    try:
        zoneminder.add_event(monitor)
        site = enrol(monitor)
        before = zoneminder.digest()
        _, planned = site.run("plan")
        site.run("check")
        assert {"recording.stop", "footage.purge"} <= {one["change"]["verb"] for one in planned["plan"]["changes"]}
        assert before == zoneminder.digest()
    finally:
        zoneminder.remove_monitor(monitor)


def test_an_archived_event_is_not_reported_as_deleted(
    zoneminder: RealZoneMinder, quiet_monitor: str, enrol: Any
) -> None:
    event, directory = zoneminder.add_event(quiet_monitor, archived=True)
    site = enrol(quiet_monitor)
    _, applied = site.run("apply", "--yes", "--confirm-purge", "1000")
    residue = control(applied, "storage.residue.empty")
    assert "fail" == residue["verdict"]
    assert residue["remediation"] in {"refused", "no_effect"}
    assert ([event], True, False) == (zoneminder.events(quiet_monitor), directory.exists(), site.purged())


def test_fast_delete_leaves_files_and_is_not_reported_as_deleted(
    zoneminder: RealZoneMinder, quiet_monitor: str, enrol: Any
) -> None:
    zoneminder.set_config("ZM_OPT_FAST_DELETE", "1")
    _, directory = zoneminder.add_event(quiet_monitor)
    site = enrol(quiet_monitor)
    site.run("check")
    _, applied = site.run("apply", "--yes", "--confirm-purge", "1000")
    residue = control(applied, "storage.residue.empty")
    assert ("fail", "no_effect") == (residue["verdict"], residue["remediation"])
    assert ([], True, False) == (zoneminder.events(quiet_monitor), directory.exists(), site.purged())
