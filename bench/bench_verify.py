"""What it costs an auditor to check a whole log, beside hashing the same bytes once."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench_append import ORIGIN, verdict
from measure import Measured

from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog, Pace
from vmsguard.evidence.record import planned_digest
from vmsguard.model.clock import SystemClock

RAW = Pace(compress_sealed=False)
"""What is hashed and what is verified are the same files."""


def write_log(directory: Path, count: int) -> str:
    """A log with one complete run; gives the auditor's trust file."""
    key = SigningKey.generate(ORIGIN)
    records = [verdict(number) for number in range(count)]
    pairs = [[record["camera"], record["pack"], record["rule"], record["control"]] for record in records]
    with EvidenceLog.open(directory, origin=ORIGIN, key=key, clock=SystemClock(), pace=RAW) as log:
        log.append("run.planned", run="r-1", pairs=count, digest=planned_digest(pairs), command="check", mode="audit")
        for record in records:
            log.append("verify", run="r-1", **record)
        log.append("run.ended", run="r-1", verdicts={"pass": count}, exit=0)
    return f"log {key.vkey}\nquorum none\n"


def seconds(command: Sequence[str]) -> float:
    before = time.monotonic()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} said {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.monotonic() - before


def measure(*, quick: bool) -> Measured:
    count, rounds, jobs = (5_000, 1, 1) if quick else (1_000_000, 3, 2)
    with tempfile.TemporaryDirectory() as folder:
        directory, trust = Path(folder, "evidence"), Path(folder, "trust.policy")
        trust.write_text(write_log(directory, count), encoding="utf-8")
        segments = sorted((directory / "log").glob("*.jsonl"))
        size = sum(segment.stat().st_size for segment in segments)
        vmsguard = str(Path(sys.executable).with_name("vmsguard"))
        verify = [vmsguard, "evidence", "verify", str(directory), "--trust", str(trust), "--jobs", str(jobs)]
        floor_command = ["sha256sum", *map(str, segments)]
        told = [(seconds(verify), seconds(floor_command)) for _ in range(rounds)]
    ours, floor = min(pair[0] for pair in told), min(pair[1] for pair in told)
    return Measured(
        value=ours / floor,
        goal=4,
        measured=ours,
        floor=floor,
        unit="s",
        against="sha256sum of the same files",
        note=(
            f"{count} records, {size / 1e6:.0f} MB, {jobs} processes, wall clock, start of the program included; "
            f"{ours / count * 1e6:.1f} µs a record, sha256sum at {size / floor / 1e6:.0f} MB/s"
        ),
    )
