"""Mistakes people make: each a clear message, the designed exit code, no traceback, and nothing lost or sent."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import vmsguard

PIPC = "kr-pipc-thermal-2020"

PACK = """apiVersion: vmsguard/v1
kind: Pack
metadata: {{id: my-pack, version: "1.0.0", title: T, timezone: UTC, reviewed: {{on: "2026-11-22", next: "2027-11-22"}}}}
sources: {{s: {{title: S, force: guidance, from: "2020-01-01", confirmed: primary}}}}
select: {{country: KR}}
rules:
  - id: r
    title: T
    severity: high
    cites: [{{source: s, clause: "1"}}]
    require:
{require}
"""


@pytest.mark.parametrize(
    ("require", "fragments"),
    [
        ("      - storage.edge.of", ["12:", "storage.edge.of", "did you mean"]),
        ("      - storage.edge.off\n    tittle: x", ["13:", "unknown key", "tittle"]),
        ("      - storage.edge.off\n    title: twice", ["13:", "title"]),
        ("      - deletion.periodic: {scope: all, max_gap: PT0S}", ["12:", "PT0S"]),
        ("      - deletion.periodic: {scope: all, max_gap: 12:30}", ["12:", "12:30"]),
        ("      - documents.impact_assessment: {kind: human-rights, independent: off}", ["12:", "true or false"]),
    ],
    ids=["unknown-control", "unknown-key", "duplicate-key", "zero-duration", "12-30-unquoted", "off"],
)
def test_a_broken_pack_is_told_with_its_place(site: Any, require: str, fragments: list[str]) -> None:
    site.write("my-packs/my-pack/pack.yaml", PACK.format(require=require))
    config = (site.folder / "vmsguard.yaml").read_text().replace("packs: []", "packs: [my-packs/]")
    site.write("vmsguard.yaml", config)
    told = site.run("check")
    assert 2 == told.code
    assert "my-packs/my-pack/pack.yaml:" in told.err
    for fragment in fragments:
        assert fragment in told.err
    assert "Traceback" not in told.err
    assert not (site.folder / "evidence").exists()


def test_a_bad_inventory_is_told_all_at_once(site: Any) -> None:
    site.write(
        "inventory.yaml",
        """apiVersion: vmsguard/v1
kind: Inventory
targets:
  - {id: t-1, site: s, role: devise, driver: onvif, url: "http://127.0.0.1:1/"}
  - {id: t-2, site: s, role: device, driver: onvif, url: "http://u:secret9@127.0.0.1:1/"}
  - {id: t-3, site: s, role: device, driver: onvif, url: "http://127.0.0.1:1/", login: "admin:secret9"}
cameras:
  - {id: c-1, site: s, endpoints: [{target: t-9, channels: all}]}
""",
    )
    told = site.run("check")
    assert 2 == told.code
    for fragment in ("inventory.yaml:4:", "devise", "inventory.yaml:5:", "inventory.yaml:6:", "t-9"):
        assert fragment in told.err
    assert "secret9" not in told.err + told.out


def test_a_missing_secret_stops_before_anything_is_asked(
    site: Any, fever: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    monkeypatch.delenv("VMSGUARD_SIM_LOGIN")
    told = site.run("check")
    assert 2 == told.code
    assert "secret://env/VMSGUARD_SIM_LOGIN" in told.err
    assert "export VMSGUARD_SIM_LOGIN" in told.err
    assert 0 == simulator.requests("cam-1")


def test_an_unreachable_target_is_unknown_and_exits_4(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "audit")
    site.inside(simulator.stop)
    told = site.run("check", "--format", "json")
    assert 4 == told.code
    rules = {entry["rule"]: entry["verdict"] for entry in told.json["results"] if entry["level"] == "rule"}
    assert "not_applicable" == rules.pop("held-on-order")  # no hold names the camera, reachable or not
    assert {"unknown"} == set(rules.values())
    assert ["unreachable"] == [entry["why"] for entry in told.json["unreachable"]]


def test_a_wrong_password_is_tried_once_and_exits_4(
    site: Any, fever: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "audit")
    monkeypatch.setenv("VMSGUARD_SIM_LOGIN", "admin:wrong")
    told = site.run("check", "--format", "json")
    assert 4 == told.code
    assert ["login-refused"] == [entry["why"] for entry in told.json["unreachable"]]
    assert 1 == simulator.refused_logins("cam-1")
    assert "wrong" not in (site.folder / "state.db").read_bytes().decode("latin-1")


def test_a_refused_password_opens_the_breaker_after_three_targets(
    site: Any, fever: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = site.simulate([{**fever, "id": "cam-{n}", "count": 5}])
    site.assign(PIPC, "audit")
    monkeypatch.setenv("VMSGUARD_SIM_LOGIN", "admin:wrong")
    site.run("check")
    asked = [simulator.requests(f"cam-{n}") for n in range(1, 6)]
    told = site.run("check", "--format", "json")
    assert asked == [simulator.requests(f"cam-{n}") for n in range(1, 6)]
    assert {"credential-breaker-open"} == {entry["why"] for entry in told.json["unreachable"]}
    monkeypatch.setenv("VMSGUARD_SIM_LOGIN", "admin:simulated")
    assert [] == site.run("check", "--format", "json").json["unreachable"]


def test_evidence_that_cannot_be_written_stops_apply_before_any_write(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    script = (
        'mount -t tmpfs -o size=1m none evidence && mount -o remount,ro none evidence && exec "$@"'
        if os.geteuid() == 0
        else 'chmod 0500 evidence && exec "$@"'
    )
    (site.folder / "evidence").mkdir()
    command = [sys.executable, "-m", "vmsguard", "apply", "--yes", "--confirm-purge", "5"]
    wrapped = ["sh", "-c", script, "sh", *command]
    if os.geteuid() == 0:  # root may write anywhere but on a read-only file system, mounted where nobody else sees it
        wrapped = ["unshare", "-m", *wrapped]
    process = subprocess.run(wrapped, cwd=site.folder, capture_output=True, timeout=60, check=False, text=True)
    assert 2 == process.returncode, process.stderr
    assert "evidence" in process.stderr
    assert "next:" in process.stderr
    assert "Traceback" not in process.stderr
    assert 0 == simulator.writes


def test_a_second_run_at_the_same_time_is_refused_and_named(site: Any, fever: Mapping[str, Any]) -> None:
    from vmsguard.state.lock import exclusive_run

    site.simulate([fever])
    site.assign(PIPC, "audit")
    with exclusive_run(site.folder / ".vmsguard.lock"):
        told = site.run("check")
    assert 2 == told.code
    assert str(os.getpid()) in told.err


def test_a_service_writes_nothing_beside_its_configuration(site: Any, fever: Mapping[str, Any], tmp_path: Path) -> None:
    """The unit that ships gives it a configuration that it cannot write to, and a folder of its own."""
    site.simulate([fever])
    site.assign(PIPC, "audit")
    own = tmp_path / "own" / "vmsguard"
    own.mkdir(parents=True)
    config = (site.folder / "vmsguard.yaml").read_text()
    config = config.replace("dir: evidence", f"dir: {own}/evidence").replace(
        "sqlite:///state", f"sqlite:///{own}/state"
    )
    site.write("vmsguard.yaml", f"{config}agent: {{socket: {own}/agent.sock}}\n")
    before = sorted(site.folder.iterdir())

    assert 3 == site.run("check").code
    assert 3 == site.run("agent", "run", "--once").code

    assert before == sorted(site.folder.iterdir())
    assert {".vmsguard.lock", "evidence", "state.db"} <= {path.name for path in own.iterdir()}


def test_no_configuration_says_how_to_make_one(site: Any) -> None:
    (site.folder / "vmsguard.yaml").unlink()
    told = site.run("check")
    assert 2 == told.code
    assert "vmsguard init" in told.err


def test_apply_without_a_terminal_and_without_yes_changes_nothing(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    told = site.run("apply")
    assert 2 == told.code
    assert "--yes" in told.err
    assert 0 == simulator.writes


def test_an_unknown_camera_in_limit_is_a_usage_error(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "audit")
    told = site.run("check", "--limit", "cam-2")
    assert 2 == told.code
    assert "cam-1" in told.err


def test_a_profile_must_be_named_where_a_pack_has_readings(site: Any, plaza: Mapping[str, Any]) -> None:
    site.simulate([plaza])
    site.assign("kr-nhrck-frt-moratorium-2023", "audit")
    told = site.run("check")
    assert 2 == told.code
    assert "literal" in told.err


def test_a_plan_that_cannot_be_saved_is_a_usage_error(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "enforce")
    planned = site.run("plan", "-o", "no-such-folder/plan.json")
    assert (2, "internal error" in planned.err) == (planned.code, False)
    assert "no-such-folder/plan.json" in planned.err


def test_a_reader_that_has_gone_takes_nothing_from_the_exit_code(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "enforce")
    checked = subprocess.run(
        ["/bin/sh", "-c", f"{{ {sys.executable} -m vmsguard check --format json; echo $? >code; }} | true"],
        cwd=site.folder,
        env={**os.environ, "PYTHONPATH": str(Path(vmsguard.__file__).parent.parent)},
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert ("3", b"") == ((site.folder / "code").read_text().strip(), checked.stderr)


def test_a_mistyped_site_drops_no_rule(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "enforce")
    assigned = (site.folder / "assignments.yaml").read_text()
    site.write("assignments.yaml", assigned.replace("site-1", "site-l"))
    checked = site.run("check")
    assert 2 == checked.code
    assert "no camera is at the site 'site-l'" in checked.err
    assert "site-1" in checked.err


def test_a_route_of_a_mistyped_site_is_refused(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "enforce")
    config = (site.folder / "vmsguard.yaml").read_text()
    route = "notifications: [{id: phone, sites: [site-l], syslog: {address: /dev/log}}]\n"
    site.write("vmsguard.yaml", config + route)
    checked = site.run("check")
    assert 2 == checked.code
    assert "route phone: no camera is at the site 'site-l'" in checked.err
    assert "site-1" in checked.err


def test_a_log_that_was_there_before_is_never_begun_again(site: Any, fever: Mapping[str, Any]) -> None:
    """The evidence disk is not mounted, or somebody put an older copy of the log back."""
    site.simulate([fever])
    site.assign(PIPC, "audit")
    site.run("check")
    log, older, newer = (site.folder / name for name in ("evidence", "older", "newer"))
    shutil.copytree(log, older)
    site.run("check")
    log.rename(newer)

    done = site.run("check")
    assert (2, False) == (done.code, log.exists())
    assert "records was written before" in done.err
    assert "mount its disk" in done.err
    assert 2 == site.run("doctor").code
    assert not log.exists()

    shutil.copytree(older, log)
    done = site.run("check")
    assert 2 == done.code
    assert "were under a signed head before" in done.err

    shutil.rmtree(log)
    newer.rename(log)
    assert 2 != site.run("check").code
