"""Commands beside a running agent, a process of its own: they tell what they would tell alone."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from vmsguard.simulator.personas.pace import Slow

PIPC = "kr-pipc-thermal-2020"
ROLE = ("--by", "role:privacy-officer")
PATIENCE = 60.0
SLOW = "PT12H"


class RunningAgent:
    """``vmsguard agent run`` beside a site of the test."""

    def __init__(self, site: Any, told: Path) -> None:
        self.site = site
        self._told = told
        with told.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "vmsguard", "agent", "run"],
                cwd=site.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def until_it_answers(self) -> None:
        self.until(lambda: "vmsguard agent status asks it" in self.said and (self.site.folder / "agent.sock").exists())

    @property
    def said(self) -> str:
        return self._told.read_text()

    def until(self, so: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + PATIENCE
        while not (found := so()):
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.02)
        return found

    def at_rest(self) -> None:
        """Wait until it has nothing more to do of its own."""

        def nothing() -> bool:
            told = self.site.run("agent", "status", "--format", "json").json
            return told["running"] == told["waiting"] == 0 and ", 0 due," in told["status"]

        self.until(nothing)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)


@pytest.fixture
def agent_of(tmp_path: Path) -> Iterator[Callable[[Any], RunningAgent]]:
    started: list[RunningAgent] = []

    def start(site: Any) -> RunningAgent:
        started.append(RunningAgent(site, tmp_path / f"agent-{len(started)}.txt"))
        started[-1].until_it_answers()
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


def settled(site: Any, agent_of: Callable[[Any], RunningAgent]) -> RunningAgent:
    """An agent that has looked at everything and will not again of itself while the test lasts."""
    config = yaml.safe_load((site.folder / "vmsguard.yaml").read_text())
    config["agent"] = {"sweep": SLOW, "watch": SLOW}
    (site.folder / "vmsguard.yaml").write_text(yaml.safe_dump(config))
    agent = agent_of(site)
    agent.at_rest()
    return agent


def events(site: Any, name: str) -> list[dict[str, Any]]:
    return [event for event in site.events() if event["event"] == name]


def asked(site: Any) -> list[dict[str, Any]]:
    """The first records of runs that somebody asked for."""
    return [event for event in events(site, "run.planned") if "uid" in event]


def without_what_moves(told: str) -> str:
    """What two runs say alike: no run id, no time, no size or root of the log."""
    told = re.sub(r"run-\d{8}T\d{6}-[0-9a-f]{8}", "RUN", told)
    told = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?Z?", "TIME", told)
    told = re.sub(r'"(root|facts_digest)": "[0-9a-f]{64}"', r'"\1": "HEX"', told)
    told = re.sub(r'"shows": "-?[01]"', '"shows": "SECONDS"', told)  # how far the device's clock is off
    told = re.sub(r'seconds": -?\d+', 'seconds": AGE', told)
    told = re.sub(r"\s*root\s+[0-9a-f]+|[0-9a-f]{64}", "HEX", told)  # on a line of its own, or not
    return re.sub(r'"size": \d+|\d+ records|size \d+', "SIZE", told)


def explained(site: Any) -> str:
    """Why each camera is judged as it is; how long ago a fact was seen is told in words too, which are left out."""
    told = site.run("policy", "explain", PIPC, "--camera", "all", "--format", "json")
    assert 0 == told.code, told.err
    facts = {name: value for name, value in told.json.items() if name != "sentences"}
    assert ["cam-1", "cam-p"] == [camera["camera"] for camera in facts["cameras"]]
    return without_what_moves(json.dumps(facts))


COMMANDS = (
    ("check",),
    ("check", "--controls"),
    ("check", "--format", "json"),
    ("check", "--limit", "cam-1", "--fail-on", "unknown"),
    ("check", "--limit", "cam-9"),
    ("check", "--fail-on", "everything"),
    ("plan",),
    ("plan", "--format", "json"),
    ("apply",),
)


def test_a_command_prints_beside_the_agent_what_it_prints_alone(
    site: Any, fever: Mapping[str, Any], plaza: Mapping[str, Any], agent_of: Any
) -> None:
    site.simulate([fever, plaza])
    site.assign(PIPC, "propose")
    agent = settled(site, agent_of)
    beside = {command: site.run(*command) for command in COMMANDS}
    explained_beside = explained(site)
    agent.stop()
    alone = {command: site.run(*command) for command in COMMANDS}
    assert explained(site) == explained_beside
    for command in COMMANDS:
        assert alone[command].code == beside[command].code, command
        assert without_what_moves(alone[command].out) == without_what_moves(beside[command].out)
        assert alone[command].err == beside[command].err
    assert {2, 3, 4} == {told.code for told in beside.values()}
    assert [os.getuid()] * 12 == [event["uid"] for event in asked(site)]
    assert {"check", "plan"} == {event["command"] for event in asked(site)}


def test_an_apply_beside_the_agent_changes_and_proves_what_it_does_alone(
    site: Any, fever: Mapping[str, Any], agent_of: Any
) -> None:
    simulator = site.simulate([{**fever, "id": name} for name in ("cam-1", "cam-2", "cam-3")])
    site.assign(PIPC, "enforce")  # no lock holds it: the agent changes nothing by itself
    agent = settled(site, agent_of)
    assert 2 == site.run("apply").code, "nobody is there to ask"
    beside = site.run("apply", "--yes", "--limit", "cam-1")
    plan = site.folder / "plan.json"
    assert 3 == site.run("plan", "--limit", "cam-3", "-o", str(plan)).code
    saved = site.run("apply", str(plan), "--yes", "--format", "json").json
    assert [False, True, False] == [simulator.camera(name).truth.records for name in ("cam-1", "cam-2", "cam-3")]
    first, second, _ = (one["id"] for one in site.inside(simulator.inventory)["targets"])
    agent.stop()
    alone = site.run("apply", "--yes", "--limit", "cam-2")
    as_first = alone.out.replace("cam-2", "cam-1").replace(second, first)
    assert (alone.code, without_what_moves(as_first)) == (beside.code, without_what_moves(beside.out))
    assert (os.getuid(), "apply") == (asked(site)[0]["uid"], asked(site)[0]["command"])
    assert saved["run"]["changes_sent"] > 0
    assert {one["run"] for one in events(site, "apply.intent")} <= {one["run"] for one in asked(site)}


def test_what_people_order_bears_the_user_who_did(site: Any, fever: Mapping[str, Any], agent_of: Any) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "audit")
    target = site.inside(simulator.inventory)["targets"][0]["id"]
    agent = settled(site, agent_of)
    assert "configuration writes are paused: everywhere\n" == site.run("agent", "pause", *ROLE).out
    assert 2 == site.run("agent", "resume", "--target", target).code
    assert "the pause has ended: everywhere\n" == site.run("agent", "resume").out
    assert 0 == site.run("agent", "approve", target, "--purge", "7", *ROLE).code
    assert 2 == site.run("inventory", "retire", "cam-1", "--record", "inventory.yaml", *ROLE).code
    assert 2 == site.run("trust", "accept", target, "--fingerprint", "00" * 32, *ROLE).code
    for name in ("writes.paused", "writes.resumed", "purge.approved"):
        (event,) = events(site, name)
        assert os.getuid() == event["uid"], name
    assert (target, 7) == (event["target"], event["count"])
    assert None is agent.process.poll()


def test_files_that_are_not_the_agents_own_are_told(site: Any, fever: Mapping[str, Any], agent_of: Any) -> None:
    site.simulate([fever])
    site.assign(PIPC, "audit")
    settled(site, agent_of)
    other = (site.folder / "vmsguard.yaml").read_text().replace("assignments.yaml", "others.yaml")
    (site.folder / "other.yaml").write_text(other)
    assignments = (site.folder / "assignments.yaml").read_text()
    (site.folder / "others.yaml").write_text(assignments.replace("audit", "enforce"))
    told = site.run("--config", "other.yaml", "check")
    assert "note: the running agent goes by other files than these: policies; its own decide\n" == told.err
    assert "audit" == events(site, "run.planned")[-1]["mode"]
    foreign = other.replace("vmsguard.example.org/test", "vmsguard.example.org/other")
    (site.folder / "other.yaml").write_text(foreign)
    told = site.run("--config", "other.yaml", "check")
    assert 2 == told.code
    assert "the agent there is that of vmsguard.example.org/test" in told.err


def slow_command(site: Any, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "vmsguard", *command],
        cwd=site.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Where the tests themselves run in a shell's background that signal is ignored, and children inherit it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_who_interrupts_a_command_ends_its_run_and_an_agent_that_is_killed_over_one_is_said(
    site: Any, fever: Mapping[str, Any], agent_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.simulate([{**fever, "persona": "slow"}])
    site.assign(PIPC, "audit")
    agent = settled(site, agent_of)
    # From here on a run takes longer than a machine that has much to do needs to interrupt it.
    monkeypatch.setattr(Slow, "delay", lambda device, operation: 8.0 if "Recording" in operation else 0.0)
    before = len(asked(site))
    command = slow_command(site, "check")
    agent.until(lambda: "asked" in leases(site))
    command.send_signal(signal.SIGINT)
    _, err = command.communicate(timeout=PATIENCE)
    assert (130, "stopped") == (command.returncode, err.strip())
    agent.until(lambda: "asked" not in leases(site))
    assert before == len(asked(site)), "it had not judged yet"
    assert None is agent.process.poll(), "the agent goes on"
    command = slow_command(site, "check")
    agent.until(lambda: "asked" in leases(site))
    agent.process.kill()
    out, err = command.communicate(timeout=PATIENCE)
    assert (4, "") == (command.returncode, out)
    assert "error: the agent ended" in err
    assert "next: see its log" in err


def leases(site: Any) -> str:
    with sqlite3.connect(site.folder / "state.db") as state:
        return " ".join(owner for (owner,) in state.execute("SELECT owner FROM work"))


def test_where_something_else_than_an_agent_is_at_its_socket_a_command_works_alone(
    site: Any, fever: Mapping[str, Any], tmp_path: Path
) -> None:
    site.simulate([fever])
    site.assign(PIPC, "audit")
    (site.folder / "agent.sock").write_text("not a socket")
    assert 3 == site.run("check").code
    assert 2 == site.run("agent", "status").code
    assert "not a socket" == (site.folder / "agent.sock").read_text()
