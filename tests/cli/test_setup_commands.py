"""init, doctor, plugins list, and the root command."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from vmsguard.cli.main import COMMANDS, main
from vmsguard.evidence.lock import WriterLock


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    told = capsys.readouterr()
    return int(stopped.value.code or 0), told.out, told.err


def test_init_writes_a_configuration_that_passes_doctor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 0 == run(capsys, "init", str(tmp_path / "new"))[0]
    monkeypatch.chdir(tmp_path / "new")
    code, out, err = run(capsys, "doctor", "--format", "json")
    assert (0, "") == (code, err)
    assert {True} == {row["ok"] for row in json.loads(out)["checks"]}
    assert 0o600 == stat.S_IMODE((tmp_path / "new" / "keys" / "evidence.pem").stat().st_mode)


@pytest.mark.parametrize("origin", ["#x", "{a", "null", "yes", "1", "*a", '"q"', "it's", "a:b", "example.org/서울"])
def test_an_origin_that_yaml_would_read_otherwise_is_quoted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, origin: str
) -> None:
    assert 0 == run(capsys, "init", str(tmp_path), "--origin", origin)[0]
    monkeypatch.chdir(tmp_path)

    assert 0 == run(capsys, "doctor")[0]
    assert 0 == run(capsys, "evidence", "verify", "--trust", "trust.policy")[0]


def test_a_folder_is_no_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for code, command in ((2, ("check",)), (3, ("report",))):
        told = run(capsys, "--config", str(tmp_path), *command)

        assert code == told[0]
        assert told[2].startswith(f"error: {tmp_path}: ")


def test_doctor_says_when_it_began_a_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, "init", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    first, second = run(capsys, "doctor")[1], run(capsys, "doctor")[1]

    assert f"evidence log: {tmp_path / 'evidence'}, begun now, for there was none\n" in first
    assert f"evidence log: {tmp_path / 'evidence'}, 3 records\n" in second


def test_doctor_finds_nothing_wrong_with_a_log_that_an_agent_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, "init", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    run(capsys, "doctor")
    held = WriterLock(tmp_path / "evidence")
    code, out, _ = run(capsys, "doctor")
    held.release()

    assert (0, True) == (code, f"is being written by process {os.getpid()}" in out)


def test_init_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "inventory.yaml").write_text("mine")
    code, _, err = run(capsys, "init", str(tmp_path))
    assert 2 == code
    assert "inventory.yaml exists" in err
    assert ["inventory.yaml"] == [path.name for path in tmp_path.iterdir()]


def test_doctor_names_what_to_mend_and_asks_no_device(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    site.assign("kr-pipc-thermal-2020", "audit")
    (site.folder / "keys" / "evidence.pem").chmod(0o644)
    told = site.run("doctor")
    assert 2 == told.code
    assert "chmod 600" in told.out
    assert 0 == simulator.requests("cam-1")


ROUTES = """
agent: {sign_of_life: {url: secret://env/LIFE}}
notifications:
  - {id: phone, webhook: {url: "https://pager.example.org/hook", secret: secret://env/PAGER}}
  - {id: office, mail: {server: localhost, tls: none, from: v@example.org, to: [a@example.org]}}
"""


def test_doctor_finds_a_route_that_could_tell_nobody_before_it_is_needed(
    site: Any, fever: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.simulate([fever])
    site.assign("kr-pipc-thermal-2020", "enforce")
    before = site.run("doctor")
    assert (0, True) == (before.code, "nobody is told by the agent" in before.out)
    assert "repairs nothing while no pack is locked" in before.out
    site.write("vmsguard.yaml", (site.folder / "vmsguard.yaml").read_text() + ROUTES)
    monkeypatch.setenv("PAGER", "no base64 at a11")

    told = site.run("doctor")

    assert 2 == told.code
    assert "FAIL  sign of life: secret://env/LIFE: the environment variable is not set" in told.out
    assert "FAIL  route phone: secret://env/PAGER: is no webhook key" in told.out
    assert "ok    route office: mail over localhost, none" in told.out
    assert "a11" not in told.out
    monkeypatch.setenv("PAGER", "whsec_c2VjcmV0")
    monkeypatch.setenv("LIFE", "https://life.example.org/1")
    site.run("policy", "lock", "--by", "role:it")
    told = site.run("doctor")
    assert (0, False) == (told.code, "repairs" in told.out or "life.example.org" in told.out)


def test_doctor_tells_no_password_of_a_database(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign("kr-pipc-thermal-2020", "audit")
    config = (site.folder / "vmsguard.yaml").read_text()
    url = "postgresql+psycopg://vms:secret-word@127.0.0.1:9/vms?connect_timeout=1"
    site.write("vmsguard.yaml", config.replace("sqlite:///state.db", url))

    told = site.run("doctor")

    assert (2, False) == (told.code, "secret-word" in told.out + told.err)
    assert "postgresql on 127.0.0.1" in told.out


def test_plugins_list_shows_what_claims_rest_on(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "plugins", "list", "--format", "json")
    drivers = {row["driver"]: row for row in json.loads(out)["drivers"]}
    assert 0 == code
    assert {"motion", "onvif", "zoneminder"} <= set(drivers)
    assert {"supported", "documented", "experimental"} == set(drivers["onvif"]["verbs"])


def test_a_broken_plugin_is_listed_and_the_others_work(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VMSGUARD_PLUGINS", "vmsguard_onvif.plugin,no_such_plugin")
    code, out, _ = run(capsys, "plugins", "list", "--format", "json")
    told = json.loads(out)
    assert (2, ["onvif"], 1) == (code, [row["driver"] for row in told["drivers"]], len(told["failures"]))


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, out, _ = run(capsys, command, "--help")
    assert 0 == code
    assert "Usage: vmsguard" in out


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == run(capsys, "chekc")[0]


def test_an_internal_error_exits_1_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("x")

    monkeypatch.setattr("vmsguard.cli.main.cli.main", broken)
    code, _, err = run(capsys, "doctor")
    assert 1 == code
    assert "bug in vmsguard" in err
    assert "Traceback" not in err


def test_doctor_goes_on_after_a_login_that_is_missing_and_sums_up(
    site: Any, fever: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.simulate([{**fever, "id": f"cam-{number}"} for number in range(1, 6)])
    site.assign("kr-pipc-thermal-2020", "audit")
    (site.folder / "keys" / "evidence.pem").chmod(0o644)
    monkeypatch.delenv("VMSGUARD_SIM_LOGIN")

    told = site.run("doctor")

    assert 2 == told.code
    (login,) = [line for line in told.out.splitlines() if "FAIL  read logins" in line]
    assert login.endswith("the environment variable is not set; needed by t-cam-1, t-cam-2, t-cam-3 and 2 more")
    assert "chmod 600" in told.out, "what comes after it is looked at"
    assert "ok    state: " in told.out
    rows = site.run("doctor", "--format", "json").json
    wrong = [row["check"] for row in rows["checks"] if not row["ok"]]
    assert {"read logins", "evidence key", "evidence log"} <= set(wrong)
    assert len(wrong) == rows["to_mend"]
    assert f"{len(wrong)} of {len(rows['checks'])} checks to mend" == told.out.splitlines()[-1]


def test_a_mistake_in_a_policy_hides_no_login_that_is_missing(
    site: Any, fever: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.simulate([fever])
    site.assign("kr-pipc-thermal-2002", "audit")
    monkeypatch.delenv("VMSGUARD_SIM_LOGIN")

    told = site.run("doctor")

    assert 2 == told.code
    assert "FAIL  policies and inventory" in told.out
    assert "FAIL  read logins" in told.out
    assert "ok    evidence log" in told.out
