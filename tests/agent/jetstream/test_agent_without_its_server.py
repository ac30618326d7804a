"""A whole site over NATS as real processes: what it does while its server, or its agent, is away."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from nats_server import free_port, nats_binary, required_nats

sys.path.insert(0, str(Path(__file__).parents[1] / "kills"))  # these folders are no packages

from kept_site import KeptSite

from vmsguard.agent.control.client import ask_agent
from vmsguard.errors import VmsguardError
from vmsguard.evidence.problems import Level

CAMERAS, GAP = 6, 16
SOON = 60.0


@pytest.fixture
def site(tmp_path: Path) -> Iterator[KeptSite]:
    binary = required_nats(nats_binary())
    made = KeptSite(tmp_path / "site", CAMERAS, GAP, 7, executor="nats", lease=10, binary=binary)
    made.workers = made.workers[:1]
    config = yaml.safe_load((made.folder / "vmsguard.yaml").read_text())
    config["agent"]["health"] = f"127.0.0.1:{free_port()}"
    (made.folder / "vmsguard.yaml").write_text(yaml.safe_dump(config))
    yield made
    made.end()


def run(site: KeptSite, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vmsguard", *arguments]
    environment = dict(site.agent.environment)
    return subprocess.run(command, cwd=site.folder, env=environment, capture_output=True, text=True, check=False)


def status(site: KeptSite) -> dict[str, Any]:
    try:
        return ask_agent(site.folder / "agent.sock", "status", {}, seconds=10.0)
    except VmsguardError:
        return {"not_ready": {"agent": "does not answer"}}


def metrics(site: KeptSite) -> str:
    host, port = yaml.safe_load((site.folder / "vmsguard.yaml").read_text())["agent"]["health"].split(":")
    with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def kept_in(site: KeptSite, since: float) -> Callable[[], bool]:
    """Whether every camera was emptied by a deletion that was begun later."""
    return lambda: site.honest() <= {one.target for one in site.asked() if one.what == "purge" and one.began > since}


def count(site: KeptSite, event: str) -> int:
    return sum(one["event"] == event for one in site.records())


@pytest.mark.slow
def test_while_the_server_is_away_alarms_are_raised_and_afterwards_nothing_is_lost(site: KeptSite) -> None:
    site.start()
    site.wait_for(kept_in(site, 0.0), SOON, "every camera emptied")
    site.wait_for(lambda: status(site)["not_ready"] == {}, SOON, "ready")
    assert 1 == status(site)["workers"]
    assert site.nats is not None
    missed = count(site, "duty.missed")

    assert 'vmsguard_tasks_total{kind="due",outcome="done"}' in metrics(site), "the worker's tasks"

    site.nats.kill()
    site.wait_for(lambda: status(site)["not_ready"].get("executor"), SOON, "told that it is not ready")
    site.wait_for(lambda: count(site, "duty.missed") > missed, GAP + SOON, "the miss recorded")
    assert "no connection to the NATS server" == status(site)["not_ready"]["executor"]

    back = time.time()
    site.nats.start()
    site.wait_for(kept_in(site, back), SOON, "every camera emptied again")
    site.wait_for(lambda: status(site)["not_ready"] == {}, SOON, "ready again")
    assert [0, 0] == [site.workers[0].stop(), site.agent.stop()], site.told()
    assert [] == [problem for problem in site.verified().problems if problem.level is not Level.NOTICE]


@pytest.mark.slow
def test_a_worker_waits_for_its_agent_and_the_agent_for_a_worker(site: KeptSite) -> None:
    assert site.nats is not None
    site.nats.start()
    site.cameras.start()
    site.workers[0].start()
    site.wait_for(lambda: "waits for the agent" in site.told(), SOON, "the worker says so")
    assert {"purge"}.isdisjoint(one.what for one in site.asked())
    site.agent.start()
    site.wait_for(kept_in(site, 0.0), SOON, "every camera emptied")

    site.agent.kill()
    site.wait_for(lambda: site.told().count("waits for the agent") > 1, SOON, "the worker waits again")
    gone = time.time()
    site.agent.start()
    site.wait_for(kept_in(site, gone), SOON, "every camera emptied again")

    assert 0 == site.workers[0].stop(), site.told()
    why = "no worker is connected: start vmsguard agent worker"
    site.wait_for(lambda: status(site)["not_ready"].get("executor") == why, SOON, "told that no worker is there")
    assert 0 == site.agent.stop(), site.told()
    assert [] == [problem for problem in site.verified().problems if problem.level is not Level.NOTICE]


def test_what_may_not_be_relied_on_is_refused_by_agent_and_doctor(site: KeptSite) -> None:
    assert site.nats is not None
    site.nats.sync = "sync_interval: 2m"
    site.nats.start()
    told = run(site, "agent", "run")
    assert (2, True) == (told.returncode, "it acknowledges before a message is on disk" in told.stderr), told.stderr
    assert "next: set jetstream { sync_interval: always } and restart it" in told.stderr
    doctor = run(site, "doctor", "--format", "json")
    rows = {row["check"]: row for row in json.loads(doctor.stdout)["checks"]}
    assert (2, False) == (doctor.returncode, rows["NATS server"]["ok"])
    assert "nats: worker processes carry tasks out" == rows["executor"]["found"]

    site.nats.kill()
    rows = {row["check"]: row for row in json.loads(run(site, "doctor", "--format", "json").stdout)["checks"]}
    assert "no NATS server at 127.0.0.1" in rows["NATS server"]["found"]

    site.nats.sync = "sync_interval: always"
    site.nats.start()
    rows = {row["check"]: row for row in json.loads(run(site, "doctor", "--format", "json").stdout)["checks"]}
    assert (True, "") == (rows["NATS server"]["ok"], rows["NATS server"]["next"])


def test_one_round_needs_neither_server_nor_worker(site: KeptSite) -> None:
    site.cameras.start()
    site.wait_for(lambda: answers(site), SOON, "the cameras are up")
    told = run(site, "agent", "run", "--once")
    assert told.returncode in (0, 1, 4), told.stderr
    assert site.honest() <= {one.target for one in site.asked() if one.what == "purge"}


def test_where_one_process_does_the_work_there_are_no_workers(site: KeptSite) -> None:
    config = yaml.safe_load((site.folder / "vmsguard.yaml").read_text())
    config["agent"]["executor"] = "local"
    (site.folder / "vmsguard.yaml").write_text(yaml.safe_dump(config))
    told = run(site, "agent", "worker")
    assert (2, True) == (told.returncode, "agent: executor: local has no workers" in told.stderr)


def answers(site: KeptSite) -> bool:
    try:
        site.ask_camera(0, "")
    except OSError:
        return False
    return True
