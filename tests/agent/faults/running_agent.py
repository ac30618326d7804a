"""A real ``vmsguard agent run`` beside a simulated camera, which owes a deletion every half minute."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory

__all__ = ["RunningAgent", "cli_tests", "owing", "running"]

PATIENCE = 90.0

_PACK = {
    "apiVersion": "vmsguard/v1",
    "kind": "Pack",
    "metadata": {
        "id": "short",
        "version": "1.0.0",
        "title": "Half a minute at most",
        "timezone": "UTC",
        "reviewed": {"on": "2026-11-22", "next": "2030-11-22"},
    },
    "sources": {
        "own": {"title": "A rule of the site's own", "force": "law", "from": "2020-01-01", "confirmed": "primary"}
    },
    "select": {"country": "KR"},
    "rules": [
        {
            "id": "deleted",
            "title": "What is stored is deleted every half minute",
            "severity": "high",
            "cites": [{"source": "own", "clause": "1"}],
            "require": [{"deletion.periodic": {"scope": "all", "max_gap": "PT30S"}}],
        }
    ],
}


def cli_tests(name: str) -> ModuleType:
    """A module of the command line's tests, whose folder is no package."""
    full = f"faults_cli_{name}"
    if full not in sys.modules:
        spec = spec_from_file_location(full, Path(__file__).parents[2] / "cli" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[full] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[full])
    return sys.modules[full]


def owing(site: Any, receiver: Any, *, state: str, evidence: str) -> int:
    """Set up the site, with what is stored now deleted already; the port of its health pages."""
    fever = cli_tests("conftest").FEVER
    site.simulate([{"id": "cam-1", "thermal": True, "persona": "cannot-stop-recording", "attributes": fever}])
    site.write("packs/short/pack.yaml", _PACK)
    site.assign("short", "enforce")
    beside = cli_tests("test_agent_beside")
    health: int = beside.free_port()
    beside.configured(site, receiver, health)
    path = site.folder / "vmsguard.yaml"
    config = yaml.safe_load(path.read_text())
    config |= {"packs": ["packs/"], "state": f"sqlite:///{state}/state.db"}
    config["evidence"]["dir"] = f"{evidence}/evidence"
    config["agent"] |= {"sweep": "PT1H", "watch": "PT10S"}  # what is due is due for a deletion
    path.write_text(yaml.safe_dump(config))
    locked = site.run("policy", "lock", "--by", "role:privacy-officer")
    assert 0 == locked.code, locked.err
    applied = site.run("apply", "--yes", "--confirm-purge", "100")
    assert "purge" in applied.out, applied.out + applied.err
    return health


class RunningAgent:
    """The process, and what of it is seen from outside."""

    def __init__(
        self,
        site: Any,
        health: int,
        told: Path,
        environment: Mapping[str, str] | None = None,
        program: Sequence[str] = ("-m", "vmsguard"),
    ) -> None:
        self._told, self._health, self._folder = told, health, site.folder
        config = yaml.safe_load((site.folder / "vmsguard.yaml").read_text())
        self._log = site.folder / config["evidence"]["dir"] / "log"
        self._state = site.folder / config["state"].removeprefix("sqlite:///")
        with told.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *program, "agent", "run"],
                cwd=site.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
            )

    @property
    def told(self) -> str:
        """All that it said."""
        return self._told.read_text()

    def page(self, name: str) -> tuple[int, str]:
        found: tuple[int, str] = cli_tests("test_agent_beside").page(self._health, name)
        return found

    def ready(self) -> bool:
        return self.page("readyz") == (200, "ready\n")

    def until(self, so: Callable[[], bool], patience: float = PATIENCE) -> None:
        deadline = time.monotonic() + patience
        while not so():
            assert self.process.poll() is None, self.told[-3000:]
            assert time.monotonic() < deadline, self.told[-3000:]
            time.sleep(0.2)

    def events(self, *names: str) -> list[dict[str, Any]]:
        """Whole records of these events."""
        lines = [line for one in sorted(self._log.glob("*.jsonl")) for line in one.read_bytes().splitlines(True)]
        found = [json.loads(line) for line in lines if line.endswith(b"\n")]
        return [one for one in found if one["event"] in names]

    def between_runs(self) -> bool:
        """Whether each run that began has ended."""
        return len(self.events("run.planned")) == len(self.events("run.ended"))

    def found_wrong(self) -> list[str]:
        """The kinds of what an auditor finds wrong with the evidence."""
        key = SigningKey.load(self._folder / "keys" / "evidence.pem", "vmsguard.example.org/test")
        found = verify_directory(self._log.parent, trust=Trust(logs=(key.verifier,)), now=datetime.now(UTC))
        return [one.kind for one in found.problems]

    def unrecorded_deletions(self) -> list[int]:
        """Cutoffs of which the state says that all before them is gone, and no record does."""
        recorded = {one["cutoff"] for one in self.events("purge")}
        with sqlite3.connect(f"file:{self._state}?mode=ro", uri=True) as state:
            told = [row[0] for row in state.execute("SELECT cutoff FROM deletions")]
        moments = {time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(cutoff // 1_000_000)): cutoff for cutoff in told}
        assert told, "something was deleted"
        return [cutoff for moment, cutoff in moments.items() if moment not in recorded]


@contextmanager
def running(
    site: Any,
    health: int,
    told: Path,
    environment: Mapping[str, str] | None = None,
    program: Sequence[str] = ("-m", "vmsguard"),
) -> Iterator[RunningAgent]:
    """An agent that is ready; what is left of it at the end is killed."""
    agent = RunningAgent(site, health, told, environment, program)
    try:
        agent.until(agent.ready)
        yield agent
    finally:
        agent.process.kill()
        agent.process.wait(30)
