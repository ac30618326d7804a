"""An installation of many kept cameras, as files on disk and processes that are killed and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from history import Asked
from nats_server import NatsServer, free_port

from vmsguard.agent.orders.approvals import approval_of_purge
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import VerifyReport, verify_directory
from vmsguard.model.clock import SystemClock
from vmsguard.state.store import State

__all__ = ["KeptSite", "Program"]

ORIGIN = "vmsguard.example.org/kills"
HERE = Path(__file__).parent
SITES = 4
PATIENCE = 150.0
"""Seconds that a process has to stop in order: more than its grace for what it has in hand."""

PACK = """\
apiVersion: vmsguard/v1
kind: Pack
metadata:
  id: kept
  version: "1.0.0"
  title: Cameras that are emptied again and again
  timezone: site
  reviewed: {{on: "2026-10-01", next: "2030-01-01"}}
sources:
  rule-1: {{title: A rule, force: law, from: "2020-11-05", confirmed: secondary}}
select:
  country: [DE]
rules:
  - id: saving-off
    title: Saving is switched off
    severity: high
    cites: [{{source: rule-1, clause: K1}}]
    select: {{modality: thermal}}
    require: [storage.edge.off]
  - id: emptied
    title: What is stored is deleted again and again
    severity: high
    cites: [{{source: rule-1, clause: K2}}]
    require:
      - deletion.periodic: {{scope: all, max_gap: PT{gap}S}}
"""


@dataclass
class Program:
    """One process, its command and what it told; killed and started again as often as a test likes."""

    name: str
    command: list[str]
    folder: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: int = 0

    def start(self) -> None:
        with self.output.open("ab") as told:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, env=dict(self.environment), stdout=told, stderr=told
            )
        self.started += 1

    @property
    def output(self) -> Path:
        return self.folder / f"{self.name}.txt"

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self) -> int:
        """End it in order; its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@dataclass
class KeptSite:
    """Everything that a site is made of; ``executor`` is ``local`` or ``nats``."""

    folder: Path
    count: int
    gap: int
    seed: int
    executor: str = "local"
    lease: int = 10
    binary: str = ""
    cameras_port: int = field(default_factory=free_port)
    key: SigningKey = field(init=False)
    cameras: Program = field(init=False)
    agent: Program = field(init=False)
    workers: list[Program] = field(init=False)
    nats: NatsServer | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.key = SigningKey.generate(ORIGIN)
        self.key.save(self.folder / "key.pem")
        if self.executor == "nats":
            self.nats = NatsServer(self.folder / "nats", self.binary)
        self._write_files()
        environment = {
            **os.environ,
            "VMSGUARD_PLUGINS": "kept_camera_plugin",
            "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH")))),
            "NO_COLOR": "1",
        }
        vmsguard = [sys.executable, "-m", "vmsguard", "agent"]
        told = [str(self.history), str(self.count), str(self.cameras_port), str(self.seed)]
        serving = [sys.executable, str(HERE / "kept_cameras.py"), *told]
        self.cameras = Program("cameras", serving, self.folder, environment)
        self.agent = Program("agent", [*vmsguard, "run"], self.folder, environment)
        names = [f"worker-{number}" for number in range(1, 5)] if self.executor == "nats" else []
        self.workers = [
            Program(name, [*vmsguard, "worker", "--name", name], self.folder, environment) for name in names
        ]
        accept = [sys.executable, "-m", "vmsguard", "policy", "lock", "--by", "role:officer"]
        subprocess.run(accept, cwd=self.folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        self._approve()

    # what it is made of

    @property
    def history(self) -> Path:
        return self.folder / "history.jsonl"

    @property
    def programs(self) -> tuple[Program, ...]:
        return self.cameras, self.agent, *self.workers

    def honest(self) -> frozenset[str]:
        """Cameras that do what they are told."""
        return frozenset(f"t-{number}" for number in range(self.count) if number % 50 != 49)

    def thermal(self) -> frozenset[str]:
        """Of the honest, those that may not record."""
        return frozenset(name for name in self.honest() if int(name[2:]) % 2)

    def ask_camera(self, number: int, what: str, **more: float) -> dict[str, Any]:
        """One request to a camera by somebody who is no program of vmsguard."""
        url, body = f"http://127.0.0.1:{self.cameras_port}/c/{number}", json.dumps(more).encode()
        asked = urllib.request.Request(f"{url}/{what}", body, method="POST") if what else urllib.request.Request(url)
        with urllib.request.urlopen(asked, timeout=20) as answer:
            told: dict[str, Any] = json.loads(answer.read())
            return told

    def _write_files(self) -> None:
        agent: dict[str, Any] = {
            "executor": self.executor,
            "sweep": f"PT{max(10, self.gap // 2)}S",
            "lease": f"PT{self.lease}S",
            "starts_per_second": 1000,
            "in_flight": 16,
        }
        if self.nats is not None:
            agent["nats"] = {"servers": [self.nats.url], "monitoring": self.nats.monitoring}
        config = {
            "inventory": ["inventory.yaml"],
            "packs": ["packs"],
            "assignments": ["assignments.yaml"],
            "evidence": {"dir": "evidence", "origin": ORIGIN, "key": "secret://file/key.pem"},
            "state": "sqlite:///state.db",
            "agent": agent,
        }
        self._write("vmsguard.yaml", "Config", config)
        sites = [f"site-{number}" for number in range(min(SITES, self.count))]
        base = f"http://127.0.0.1:{self.cameras_port}/c"
        targets, cameras = [], []
        for number in range(self.count):
            where = {"site": sites[number % len(sites)]}
            device = {"role": "device", "driver": "kept-camera", "url": f"{base}/{number}"}
            targets.append({"id": f"t-{number}", **where, **device})
            attributes = {"country": "DE", "modality": "thermal" if number % 2 else "visible"}
            endpoints = [{"target": f"t-{number}", "channels": ["1"]}]
            cameras.append({"id": f"c-{number}", **where, "attributes": attributes, "endpoints": endpoints})
        inventory = {
            "defaults": {"limits": {"requests_per_second": 1000, "deadline_seconds": 20}},
            "sites": {site: {"timezone": "Europe/Berlin"} for site in sites},
            "targets": targets,
            "cameras": cameras,
        }
        self._write("inventory.yaml", "Inventory", inventory)
        packs = [{"pack": "kept", "mode": "enforce"}]
        self._write("assignments.yaml", "Assignment", {"metadata": {"id": "all"}, "sites": sites, "packs": packs})
        (self.folder / "packs" / "kept").mkdir(parents=True)
        (self.folder / "packs" / "kept" / "pack.yaml").write_text(PACK.format(gap=self.gap))

    def _write(self, name: str, kind: str, value: Mapping[str, Any]) -> None:
        text = yaml.safe_dump({"apiVersion": "vmsguard/v1", "kind": kind, **value}, sort_keys=False)
        (self.folder / name).write_text(text)

    def _approve(self) -> None:
        """A person's word on the first deletion everywhere."""
        now = datetime.now(UTC)
        with self.state() as state:
            for number in range(self.count):
                until = now + timedelta(days=1)
                state.add_approval(approval_of_purge(f"t-{number}", 100_000, "role:officer", now, until))

    # life

    def start(self) -> None:
        if self.nats is not None:
            self.nats.start()
        for program in self.programs:
            program.start()

    def end(self) -> None:
        """Leave nothing behind that runs."""
        for program in reversed(self.programs):
            program.kill()
        if self.nats is not None:
            self.nats.kill()

    # what is known of it

    def state(self) -> State:
        return State.open(f"sqlite:///{self.folder / 'state.db'}", clock=SystemClock())

    def asked(self) -> list[Asked]:
        """Everything that the cameras were asked so far, in the order in which it was done."""
        return [Asked(**told) for told in _lines(self.history)]

    def records(self) -> list[dict[str, Any]]:
        """Every whole record of the evidence, in order."""
        segments = sorted((self.folder / "evidence" / "log").glob("*.jsonl"))
        return [record for segment in segments for record in _lines(segment)]

    def ledger(self) -> list[tuple[str, float]]:
        """Targets with the cutoffs of the deletions that the state holds to be verified."""
        with self.state() as state:
            return [(deletion.target, deletion.cutoff.timestamp()) for deletion in state.deletions()]

    def verified(self) -> VerifyReport:
        """What an auditor says of the evidence as it lies there."""
        return verify_directory(
            self.folder / "evidence", trust=Trust(logs=(self.key.verifier,)), now=SystemClock().now()
        )

    def told(self) -> str:
        """The last words of every program, for a failure."""
        return "\n".join(
            f"--- {program.name}\n{program.output.read_text(errors='replace')[-2000:]}"
            for program in self.programs
            if program.output.exists()
        )

    def wait_for(self, so: Callable[[], bool], seconds: float, what: str, every: float = 0.2) -> None:
        ends = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < ends, f"{what}: not within {seconds:g} s\n{self.told()}"
            time.sleep(every)


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    if file.exists():
        for line in file.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                yield json.loads(line)
