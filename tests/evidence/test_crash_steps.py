"""The writer dies, or the disk fails it, at every single step of what it does: each leaves a log that goes on.

Every job is run once for each call it makes to the disk. At that call the process is killed (after half of the
bytes, where it writes), or the call fails, or takes only a part of the bytes. Then the log is opened again.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import EvidenceError
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog, Pace
from vmsguard.evidence.record import prepare
from vmsguard.evidence.segments import iter_lines, list_segments, segment_path
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory
from vmsguard.model.clock import SystemClock

ORIGIN = "vmsguard.example.org/site-a"
KILLED = 9
PACE = Pace(checkpoint_records=64, segment_records=256)
Job = Callable[[Path, Disk, SigningKey, SigningKey, "Acknowledge"], None]
Acknowledge = Callable[[int], None]
STEPS = ("allocate", "datasync", "open_append", "remove", "rename", "sync", "sync_directory", "truncate", "write")


class StepDisk(Disk):
    """The real disk without the waiting, which does something else at one of the calls."""

    def __init__(self, at: int, what: Callable[[str, tuple[Any, ...]], Any]) -> None:
        self.calls = 0
        self._at, self._what = at, what

    def __getattribute__(self, name: str) -> Any:
        real = super().__getattribute__(name)
        if name not in STEPS:
            return real

        def step(*arguments: Any) -> Any:
            self.calls += 1
            return self._what(name, arguments) if self.calls == self._at else real(*arguments)

        return step

    def datasync(self, descriptor: int) -> None:
        pass

    def sync(self, descriptor: int) -> None:
        pass

    def sync_directory(self, path: Path) -> None:
        pass


def die(name: str, arguments: tuple[Any, ...]) -> None:
    if name == "write":
        descriptor, data = arguments
        os.write(descriptor, data[: len(data) // 2])
    os._exit(KILLED)


def fail(name: str, arguments: tuple[Any, ...]) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def take_a_part(name: str, arguments: tuple[Any, ...]) -> Any:
    if name != "write":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    descriptor, data = arguments
    return os.write(descriptor, data[: len(data) // 2])


def opened(folder: Path, disk: Disk, key: SigningKey, *also: SigningKey) -> EvidenceLog:
    return EvidenceLog.open(folder, origin=ORIGIN, key=key, also=also, clock=SystemClock(), disk=disk, pace=PACE)


def found(folder: Path, disk: Disk, old: SigningKey, new: SigningKey, acknowledge: Acknowledge) -> None:
    with opened(folder, disk, old) as log:
        acknowledge(log.append("observe", durable=True, target="t-1"))


def seal(folder: Path, disk: Disk, old: SigningKey, new: SigningKey, acknowledge: Acknowledge) -> None:
    with opened(folder, disk, old) as log:
        while log.size < 258:
            acknowledge(log.append("observe", durable=True, target="t-1"))
        log.settle()
        acknowledge(log.append("observe", durable=True, target="t-1"))


def rotate(folder: Path, disk: Disk, old: SigningKey, new: SigningKey, acknowledge: Acknowledge) -> None:
    with opened(folder, disk, new, old) as log:
        acknowledge(log.append("observe", durable=True, target="t-1"))


def keep_old_ones(folder: Path, disk: Disk, old: SigningKey, new: SigningKey, acknowledge: Acknowledge) -> None:
    with opened(folder, disk, old) as log:
        log.settle()


@pytest.fixture
def keys() -> tuple[SigningKey, SigningKey]:
    old = SigningKey.generate(ORIGIN)
    return old, SigningKey.generate(ORIGIN).carrying_on(old)


@pytest.fixture(params=["founding", "sealing", "rotating", "recovering", "compressing", "border"])
def scene(request: pytest.FixtureRequest, tmp_path: Path, keys: tuple[SigningKey, SigningKey]) -> tuple[Path, Job]:
    """The log as it is before the job, and the job."""
    before = tmp_path / "before"
    before.mkdir()
    job = {
        "founding": found,
        "sealing": seal,
        "rotating": rotate,
        "recovering": found,
        "compressing": keep_old_ones,
        "border": found,
    }[request.param]
    if request.param == "founding":
        return before, job
    uncompressed = Pace(checkpoint_records=64, segment_records=256, compress_sealed=False)
    disk = StepDisk(0, fail)
    with EvidenceLog.open(before, origin=ORIGIN, key=keys[0], clock=SystemClock(), disk=disk, pace=uncompressed) as log:
        until = {"sealing": 250, "compressing": 300, "border": 255}.get(request.param, 20)
        while log.size < until:
            log.append("observe", target="t-1")
        if request.param == "border":
            # The process died between the seal's record and the head over it.
            log._write(prepare("log.sealed", {}, log._allow), log._time.next())
            log._abandon()
    if request.param == "recovering":
        path = segment_path(before, 0)
        path.write_bytes(path.read_bytes() + b'{"torn')
    if request.param == "compressing":
        shutil.rmtree(before / "tile")
    return before, job


class Trial:
    """One log after another, each met by one mishap."""

    def __init__(self, scene: tuple[Path, Job], folder: Path, keys: tuple[SigningKey, SigningKey]) -> None:
        self.before, self.job = scene
        self.folder = folder
        self.old, self.new = keys
        self.acknowledged: list[int] = []
        self.disk = Disk()

    def logs(self, what: Callable[[str, tuple[Any, ...]], Any]) -> Iterator[int]:
        """A fresh copy for every step until the job makes no more calls; the number of the step."""
        step = 0
        while True:
            step += 1
            shutil.rmtree(self.folder, ignore_errors=True)
            shutil.copytree(self.before, self.folder)
            self.acknowledged.clear()
            self.disk = StepDisk(step, what)
            yield step
            if self.disk.calls < step:
                return

    def lines(self) -> list[bytes]:
        return [line for segment in list_segments(self.folder) for line in iter_lines(segment.path)]

    def check(self, step: int) -> None:
        """Open the log again, and see that it holds what it held and what was acknowledged, and verifies."""
        before = self.lines()
        with opened(self.folder, StepDisk(0, fail), self.new, self.old) as log:
            log.settle()
            assert () == log.troubles
        after = self.lines()
        whole = before[:-1] if before and not before[-1].endswith(b"\n") else before
        assert whole == after[: len(whole)], step
        for seq in self.acknowledged:
            assert f'"seq":{seq},'.encode() in after[seq], step
        trust = Trust(logs=(self.old.verifier, self.new.verifier))
        report = verify_directory(self.folder, trust=trust, now=SystemClock().now())
        kinds = {problem.kind for problem in report.problems}
        assert kinds <= {"torn-record", "write-failed"}, (step, report.problems)
        assert (report.size, report.size) == (len(after), report.signed_size)
        raw = [segment for segment in list_segments(self.folder)[:-1] if not segment.compressed]
        assert raw == [], step


@pytest.fixture
def trial(scene: tuple[Path, Job], tmp_path: Path, keys: tuple[SigningKey, SigningKey]) -> Trial:
    return Trial(scene, tmp_path / "evidence", keys)


def test_killed_at_every_step_it_loses_nothing_that_was_acknowledged(trial: Trial) -> None:
    kills = 0
    for step in trial.logs(die):
        status, told = in_a_child(trial)
        if status == KILLED:
            kills += 1
            trial.disk.calls = step
        else:
            assert (0, "done") == (status, told.pop())
        trial.acknowledged = [int(word) for word in told]
        trial.check(step)
    assert kills >= 15


def in_a_child(trial: Trial) -> tuple[int, list[str]]:
    """The job in a process of its own: how that ended, and what it acknowledged before."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            trial.job(trial.folder, trial.disk, trial.old, trial.new, lambda seq: tell(write, str(seq)))
            tell(write, "done")
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read) as told:
        words = told.read().split()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), words


def tell(pipe: int, word: str) -> None:
    os.write(pipe, f"{word}\n".encode())


@pytest.mark.parametrize("what", [fail, take_a_part], ids=["EIO", "full"])
def test_failed_at_every_step_it_says_so_and_loses_nothing(
    trial: Trial, what: Callable[[str, tuple[Any, ...]], Any]
) -> None:
    for step in trial.logs(what):
        with contextlib.suppress(EvidenceError):
            trial.job(trial.folder, trial.disk, trial.old, trial.new, trial.acknowledged.append)
        trial.check(step)
