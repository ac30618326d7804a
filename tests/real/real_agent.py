"""A running ``vmsguard agent run`` as tests use it: its installation, its process, its evidence, and its socket."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from real_program import until

from vmsguard.cli.init import write_installation
from vmsguard.model.clock import SystemClock
from vmsguard.model.last_seen import LastSeen
from vmsguard.state import State

__all__ = ["ROLE", "Installation", "moment", "now"]

ROLE = "role:site-manager"


@dataclass
class Installation:
    """One site in a folder: written by a person, looked after by the agent."""

    folder: Path
    origin: str
    environment: Mapping[str, str]
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def write(self, settings: Mapping[str, Any]) -> None:
        """A fresh installation with packs of its own, and the agent's settings."""
        write_installation(self.folder, self.origin)
        path = self.folder / "vmsguard.yaml"
        config = yaml.safe_load(path.read_text())
        path.write_text(yaml.safe_dump({**config, "packs": ["packs/"], "agent": dict(settings)}, sort_keys=False))

    def put(self, name: str, value: Mapping[str, Any]) -> None:
        """One policy file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump({"apiVersion": "vmsguard/v1", **value}, sort_keys=False))

    def enrol(self, targets: Sequence[Mapping[str, Any]], cameras: Sequence[Mapping[str, Any]]) -> None:
        """The inventory, all of it at the site ``s``."""
        self.put(
            "inventory.yaml",
            {
                "kind": "Inventory",
                "targets": [{"site": "s", "role": "recorder", **target} for target in targets],
                "cameras": [{"site": "s", **camera} for camera in cameras],
            },
        )

    def assign(self, pack: str, mode: str) -> None:
        """The pack to the site, accepted by a person."""
        packs = [{"pack": pack, "mode": mode}]
        self.put("assignments.yaml", {"kind": "Assignment", "metadata": {"id": "a"}, "sites": ["s"], "packs": packs})
        code, told = self.run("policy", "lock", "--by", ROLE)
        assert 0 == code, told

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and output of one command."""
        command = [sys.executable, "-m", "vmsguard", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def status(self) -> dict[str, Any]:
        """What the running agent says of itself; empty while it does not answer."""
        code, told = self.run("agent", "status", "--format", "json")
        answer: dict[str, Any] = json.loads(told) if code in (0, 4) and told.startswith("{") else {}
        return answer

    def last_seen(self, target: str) -> LastSeen | None:
        """What the agent's watch remembers of a target."""
        with State.open(f"sqlite:///{self.folder / 'state.db'}", clock=SystemClock()) as state:
            return state.seen().get(target)

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    # the agent

    @contextmanager
    def agent(self) -> Iterator[None]:
        """The agent's process, for as long as the block lasts, unless it was stopped before."""
        command = [sys.executable, "-m", "vmsguard", "agent", "run"]
        with open(self.folder / "agent.out", "ab") as out:
            self._process = subprocess.Popen(command, cwd=self.folder, env=self._environment, stdout=out, stderr=out)
        try:
            until(lambda: self.status() or self._process.poll() is not None, seconds=60, what="the agent")  # type: ignore[union-attr]
            assert self._process.poll() is None, self.journal()
            yield
        finally:
            if self._process.poll() is None:
                self._process.kill()
            self._process.wait()

    def stop(self) -> int:
        """The agent's exit code after SIGTERM."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=60)

    def journal(self) -> str:
        """What the agent printed and logged."""
        return (self.folder / "agent.out").read_text(errors="replace")

    # what is on record

    def records(self, *events: str, since: datetime | None = None) -> list[dict[str, Any]]:
        """The records of these events, in order; what is being written at this moment is left out."""
        lines = [
            json.loads(line)
            for segment in sorted((self.folder / "evidence" / "log").glob("*.jsonl"))
            for line in segment.read_bytes().splitlines(keepends=True)
            if line.endswith(b"\n")
        ]
        return [
            line
            for line in lines
            if (not events or line["event"] in events) and (since is None or moment(line["ts"]) >= since)
        ]


def now() -> datetime:
    return datetime.now(UTC)


def moment(told: str) -> datetime:
    """A time as the evidence writes it."""
    return datetime.fromisoformat(told)
