"""Commands beside a running agent, a process of its own: they tell what they would tell alone."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

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
        self.until(lambda: "vmsguard agent status asks it" in self.said and (site.folder / "agent.sock").exists())

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
    told = re.sub(r"root [0-9a-f]+|[0-9a-f]{64}", "HEX", told)
    return re.sub(r'"size": \d+|\d+ records|size \d+', "SIZE", told)


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
    agent.stop()
    alone = {command: site.run(*command) for command in COMMANDS}
    for command in COMMANDS:
        assert alone[command].code == beside[command].code, command
        assert without_what_moves(alone[command].out) == without_what_moves(beside[command].out)
        assert alone[command].err == beside[command].err
    assert {2, 3, 4} == {told.code for told in beside.values()}
    assert [os.getuid()] * 12 == [event["uid"] for event in asked(site)]
    assert {"check", "plan"} == {event["command"] for event in asked(site)}
