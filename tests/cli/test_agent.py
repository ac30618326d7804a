"""The agent over the command line, against simulated cameras: duties, orders, and cameras that are gone."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

import pytest

from vmsguard.cli.agent import agent

PIPC = "kr-pipc-thermal-2020"
DAY = 86_400 * 1_000_000
ROLE = ("--by", "role:privacy-officer")


def events(site: Any, name: str) -> list[dict[str, Any]]:
    return [event for event in site.events() if event["event"] == name]


def owing(site: Any, fever: Mapping[str, Any]) -> Any:
    """A camera that cannot stop recording, and so owes a deletion every day."""
    simulator = site.simulate([{**fever, "persona": "cannot-stop-recording"}])
    site.assign(PIPC, "enforce")
    return simulator


def sql(site: Any, statement: str, *values: Any) -> list[Any]:
    with sqlite3.connect(site.folder / "state.db") as state:
        return state.execute(statement, values).fetchall()


def test_the_group_names_each_of_its_commands() -> None:
    assert ["approve", "pause", "resume", "run", "status", "worker"] == sorted(agent.list_commands(None))  # type: ignore[arg-type]


def test_nothing_is_changed_that_no_lock_holds_and_nothing_deleted_that_nobody_approved(
    site: Any, fever: Mapping[str, Any]
) -> None:
    simulator = owing(site, fever)
    answer = site.run("agent", "run", "--once")
    assert 3 == answer.code, answer.err
    assert [] == events(site, "apply.intent")
    assert simulator.camera("cam-1").truth.footage > 0
    (target,) = {event["target"] for event in events(site, "observe")} - {""}
    assert "1 target, 0 due, 0 duties late; rules by their last verdict: 2 fail" in answer.out
    assert 0 == site.run("policy", "lock", *ROLE).code
    sql(site, "UPDATE work SET next_due = next_due - ?", DAY)
    answer = site.run("agent", "run", "--once")
    assert f"vmsguard agent approve {target} --purge 1 --by ROLE" in answer.out
    assert 0 == site.run("agent", "approve", target, "--purge", "10", *ROLE).code
    answer = site.run("agent", "run", "--once")
    assert ("purge", target) in {(event["event"], event["target"]) for event in events(site, "purge")}, answer.err
    assert 0 == len(sql(site, "SELECT * FROM approvals"))
    assert {"saving-off"} <= {event["rule"] for event in events(site, "duty.due")}


def test_a_miss_that_one_round_finds_is_told_before_it_ends(site: Any, fever: Mapping[str, Any]) -> None:
    """Whoever has cron call it is paged as well as whoever lets it live."""
    owing(site, fever)
    site.run("apply", "--yes", "--confirm-purge", "10")
    for table, columns in {"deletions": ("cutoff", "started", "ended"), "duties": ("next_due", "enrolled_at")}.items():
        for column in columns:
            sql(site, f"UPDATE {table} SET {column} = {column} - ?", 3 * DAY)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10)
        address = f"127.0.0.1:{receiver.getsockname()[1]}"
        config = (site.folder / "vmsguard.yaml").read_text()
        site.write("vmsguard.yaml", f"{config}notifications: [{{id: siem, syslog: {{address: '{address}'}}}}]\n")
        site.run("agent", "run", "--once")
        line = receiver.recv(4096).decode()
    assert line.endswith("[PAGE] a deletion was not verified in time: 1 place"), line
    assert [(1,)] == sql(site, "SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL")


def test_a_deletion_is_carried_out_at_half_the_gap_while_its_control_still_passes(
    site: Any, fever: Mapping[str, Any]
) -> None:
    owing(site, fever)
    site.run("apply", "--yes", "--confirm-purge", "10")
    before = len(events(site, "purge"))
    site.run("agent", "run", "--once")
    assert before == len(events(site, "purge")), "nothing is due yet"
    for table, columns in {"deletions": ("cutoff", "started", "ended"), "duties": ("next_due", "enrolled_at")}.items():
        for column in columns:
            sql(site, f"UPDATE {table} SET {column} = {column} - ?", DAY // 2)
    sql(site, "UPDATE work SET next_due = next_due - ?", DAY // 2)
    site.run("agent", "run", "--once")
    assert before < len(events(site, "purge"))
    assert [] == events(site, "duty.missed")


def test_a_pause_stops_configuration_and_no_duty_and_is_on_record(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    site.run("policy", "lock", *ROLE)
    assert 0 == site.run("agent", "pause", "--site", "site-1", "--reason", "works", *ROLE).code
    assert 3 == site.run("agent", "run", "--once").code
    assert simulator.camera("cam-1").truth.records
    said, found = events(site, "writes.paused")
    for paused in (said, found):
        assert ("site", "site-1", "by-hand") == (paused["reach"], paused["name"], paused["reason_code"])
    assert (os.getuid(), None) == (said["uid"], found.get("uid")), "the agent found it standing when it began"
    assert 2 == site.run("agent", "resume").code, "the pause is of a site"
    assert 0 == site.run("agent", "resume", "--site", "site-1").code
    assert [os.getuid()] == [event["uid"] for event in events(site, "writes.resumed")]
    sql(site, "UPDATE work SET next_due = next_due - ?", DAY)
    site.run("agent", "run", "--once")
    assert not simulator.camera("cam-1").truth.records


def test_an_order_needs_no_login_of_any_camera_and_says_what_stands(
    site: Any, fever: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has to stop the agent now may not be able to read what systemd keeps for its service."""
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    target = site.inside(simulator.inventory)["targets"][0]["id"]
    monkeypatch.delenv("VMSGUARD_SIM_LOGIN")

    assert 2 == site.run("check").code, "which does need it"
    assert "deletions are paused: everywhere" in site.run("agent", "pause", "--include-duties", *ROLE).out
    assert 0 == site.run("agent", "pause", "--target", target, *ROLE).code
    assert 0 == site.run("agent", "pause", "--target", target, "--until", "2099-01-01T00:00:00Z", *ROLE).code
    wrong = site.run("agent", "resume", "--site", "site-1")
    assert 2 == wrong.code
    assert f"a pause of: everywhere, target {target}\n" in wrong.err, "named once, though it is paused twice"
    ended = site.run("agent", "resume")
    assert (0, True) == (ended.code, f"still paused: target {target}" in ended.out)
    assert 0 == site.run("agent", "approve", target, "--purge", "1", *ROLE).code


def test_orders_that_cannot_be_meant_are_refused(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "enforce")
    for arguments in (
        ("pause", "--site", "elsewhere", *ROLE),
        ("pause", "--site", "site-1", "--target", "t", *ROLE),
        ("pause", "--by", "a person@example.org"),
        ("pause", "--until", "tomorrow", *ROLE),
        ("pause", "--until", "2020-01-01T00:00:00Z", *ROLE),
        ("approve", "nothing", "--purge", "1", *ROLE),
    ):
        answer = site.run("agent", *arguments)
        assert 2 == answer.code, arguments
        assert "Traceback" not in answer.err


def test_a_camera_that_the_inventory_lost_is_worked_until_its_disposal_is_on_record(
    site: Any, fever: Mapping[str, Any]
) -> None:
    simulator = site.simulate([{**fever, "persona": "cannot-stop-recording"}, {**fever, "id": "cam-2"}])
    site.assign(PIPC, "enforce")
    site.run("apply", "--yes", "--confirm-purge", "10")
    paper = disposal("cam-1")
    site.write("disposal.yaml", paper)
    assert 2 == site.run("inventory", "retire", "cam-1", "--record", "disposal.yaml", *ROLE).code, "it is enrolled"
    inventory = site.inside(simulator.inventory)
    for kind in ("cameras", "targets"):
        inventory[kind] = [one for one in inventory[kind] if not one["id"].endswith("cam-1")]
    site.write("inventory.yaml", inventory)
    for table, columns in {"deletions": ("cutoff", "started", "ended"), "duties": ("next_due", "enrolled_at")}.items():
        for column in columns:
            sql(site, f"UPDATE {table} SET {column} = {column} - ?", DAY // 2)
    before = len(events(site, "purge"))
    site.run("agent", "run", "--once")
    assert before < len(events(site, "purge")), "worked where it was enrolled last"
    assert ["inventory-shrank"] == [event["reason_code"] for event in events(site, "writes.paused")]
    assert [] == ended(site)
    assert 2 == site.run("inventory", "retire", "cam-9", "--record", "disposal.yaml", *ROLE).code
    site.write("other.yaml", disposal("cam-2"))
    assert 2 == site.run("inventory", "retire", "cam-1", "--record", "other.yaml", *ROLE).code, "of another camera"
    assert 0 == site.run("inventory", "retire", "cam-1", "--record", "disposal.yaml", *ROLE).code
    site.run("check")
    assert {"camera-retired"} == set(ended(site))


def ended(site: Any) -> list[str]:
    return [event["reason_code"] for event in events(site, "duty.ended") if event["camera"] == "cam-1"]


def disposal(camera: str) -> dict[str, Any]:
    return {
        "apiVersion": "vmsguard/v1",
        "kind": "Document",
        "metadata": {"id": f"disposal-{camera}"},
        "document": {
            "kind": "disposal",
            "sha256": hashlib.sha256(camera.encode()).hexdigest(),
            "dated": "2026-11-01",
        },
        "covers": {"cameras": [camera]},
    }


def test_it_lives_until_it_is_told_to_stop_and_signs_its_evidence(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "audit")
    command = [sys.executable, "-m", "vmsguard", "agent", "run"]
    with (site.folder / "told.txt").open("wb") as told:
        process = subprocess.Popen(command, cwd=site.folder, stdout=told, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 60
        while not (site.folder / "evidence" / "log").exists() or not events(site, "heartbeat"):
            assert process.poll() is None, (site.folder / "told.txt").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        second = site.run("agent", "run", "--once")
        assert 2 == second.code, "one agent at a time"
        assert f"pid {process.pid}" in second.err
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(30)
    finally:
        process.kill()
        process.wait()
    assert "log.closed" == site.events()[-1]["event"]
    begun, *_, ended = (site.folder / "told.txt").read_text().splitlines()
    assert begun.startswith("agent of vmsguard.example.org/test: 1 target, 1 camera;")
    assert "stopped in order" == ended
