"""The demo's run: simulator in a process of its own, then check, apply and evidence verify as a user would."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from vmsguard.errors import UsageError
from vmsguard.model.results import Result
from vmsguard.run.outcome import RunOutcome

__all__ = [
    "FIELDS",
    "Story",
    "outcome_rows",
    "run_demo",
    "simulator",
]

FIELDS = ("camera", "rule", "control", "endpoint", "verdict", "qualifier", "basis", "remediation")
_START_SECONDS = 30


@dataclass(frozen=True)
class Story:
    """What the demo found, did and proved."""

    folder: Path
    before: RunOutcome
    after: RunOutcome
    verified: tuple[int, str]
    """Exit code and sentence of ``evidence verify``."""
    unexpected: tuple[str, ...]
    seconds: float

    @property
    def as_expected(self) -> bool:
        return not self.unexpected and self.verified[0] == 0


def run_demo(folder: Path, *, keep_running: bool = False, debug: bool = False) -> Story:
    """The story of one demo in a prepared folder."""
    from vmsguard.cli.installation import new_run_id, open_installation, run_with_equipment
    from vmsguard.model.clock import SystemClock
    from vmsguard.run.apply import run_apply
    from vmsguard.run.check import run_check

    clock = SystemClock()
    started = clock.monotonic()
    with simulator(folder) as process:
        installation = open_installation(folder / "vmsguard.yaml")
        fleet = installation.fleet
        before = run_with_equipment(
            installation, lambda equipment: run_check(fleet, equipment, new_run_id(clock)), debug=debug
        )
        after = run_with_equipment(
            installation,
            lambda equipment: run_apply(fleet, equipment, new_run_id(clock), confirm_purge=100),
            debug=debug,
        )
        verified = _verify(folder)
        seconds = clock.monotonic() - started
        if keep_running:
            process.wait()
    return Story(folder, before, after, verified, tuple(_differences(after.results)), seconds)


@contextmanager
def simulator(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The demo's cameras as a process of their own; stopped, and their state kept, at the end."""
    ready = folder / "simulator.ready"
    ready.unlink(missing_ok=True)
    log = folder / "simulator.log"
    command = [sys.executable, "-m", "vmsguard", "simulate", "fleet.yaml", "--state", "simulator-state.json"]
    command += ["--write-inventory", "inventory.yaml", "--ready-file", ready.name]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own arguments
            command, cwd=folder, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise UsageError("the simulator did not start", hint=f"see {log}")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def _verify(folder: Path) -> tuple[int, str]:
    from vmsguard.evidence.trust import load_trust
    from vmsguard.evidence.verifying.verify import verify_directory
    from vmsguard.model.clock import SystemClock

    report = verify_directory(folder / "evidence", trust=load_trust(folder / "trust.policy"), now=SystemClock().now())
    return report.exit_code, f"{report.verdict}, {report.size} records. {report.caveat}"


def outcome_rows(results: Iterable[Result]) -> list[tuple[str, ...]]:
    """What the expectation compares of each rule and control, sorted."""
    return sorted(
        (
            result.camera,
            result.rule,
            result.control,
            result.endpoint.partition("/")[0],
            result.verdict.value,
            "" if result.qualifier is None else result.qualifier.value,
            result.basis,
            result.remediation.value,
        )
        for result in results
        if result.level != "camera"
    )


def _differences(results: Iterable[Result]) -> Iterator[str]:
    """The lines in which the outcome is not the committed one."""
    text = (files("vmsguard.cli") / "templates" / "demo" / "expected.csv").read_text(encoding="utf-8")
    expected = {tuple(row[name] for name in FIELDS) for row in csv.DictReader(io.StringIO(text))}
    actual = set(outcome_rows(results))
    for row in sorted(expected - actual):
        yield f"expected and not found: {', '.join(row)}"
    for row in sorted(actual - expected):
        yield f"found and not expected: {', '.join(row)}"
