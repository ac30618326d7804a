"""One measured promise, and how the benchmarks take time: CPU, interleaved, the least of several rounds."""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A ratio of one run: what was measured against its floor. Raw amounts are in ``unit``."""

    value: float
    goal: float
    higher_is_better: bool = False
    measured: float
    floor: float
    unit: str
    against: str
    note: str = ""

    @property
    def reached(self) -> bool:
        return self.value >= self.goal if self.higher_is_better else self.value <= self.goal

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "reached": self.reached}


def cpu_of(work: Callable[[], object]) -> float:
    """CPU seconds of this process (user and system, all threads) that the work takes."""
    gc.collect()
    before = time.process_time()
    work()
    return time.process_time() - before


def least_cpu(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The least CPU of each work; rounds are interleaved, so that a slow moment of the machine hits all of them."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            taken[name].append(cpu_of(work))
    return {name: min(seconds) for name, seconds in taken.items()}


def cpu_of_program(command: Sequence[str], cwd: Path | None = None) -> float:
    """CPU seconds of a child that must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=cwd)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def least_cpu_of_programs(
    commands: Mapping[str, Sequence[str]], rounds: int, cwd: Path | None = None
) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            taken[name].append(cpu_of_program(command, cwd))
    return {name: min(seconds) for name, seconds in taken.items()}


def told_by(script: str, *arguments: str, python: str = sys.executable) -> Any:
    """What a script beside this file prints as its last line, as JSON; it runs in a process of its own."""
    command = [python, str(Path(__file__).with_name(script)), *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{script} failed:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])
