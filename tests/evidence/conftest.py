"""Fixtures of the evidence tests: an owned clock, a fixed key, a disk that records and fails on demand."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vmsguard.evidence.canonical import canonical_json
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog, Pace
from vmsguard.evidence.record import SCHEMA, planned_digest
from vmsguard.evidence.recover import NO_RECORD
from vmsguard.evidence.segments import checkpoint_path, iter_lines, list_segments, segment_path
from vmsguard.evidence.tombstone import leaf_of_line
from vmsguard.evidence.tree import root_hash
from vmsguard.evidence.trust import Trust

ORIGIN = "vmsguard.example.org/site-a"

PAIR = ("cam-1", "pack-1", "rule-1", "storage.edge.off")


class OwnClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
        self.seconds = 1_000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds


class ToldDisk(Disk):
    """The real file system with a diary, a fixed boot and random source, and failures on order."""

    def __init__(self, clock: OwnClock | None = None) -> None:
        self.clock = clock
        """Time since boot follows it, as a machine's own does."""
        self.diary: list[str] = []
        self.room: int | None = None
        """Bytes still free for records; None for plenty."""
        self.fail: dict[str, int] = {}
        """Operation to the errno it raises from now on."""
        self.boot = 0

    def write(self, descriptor: int, data: bytes) -> int:
        self._raise("write")
        if self.room is not None and len(data) > self.room:
            taken, self.room = self.room, 0
            if not taken:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(descriptor, data[:taken])
        if self.room is not None:
            self.room -= len(data)
        self.diary.append("write")
        return super().write(descriptor, data)

    def datasync(self, descriptor: int) -> None:
        self._raise("datasync")
        self.diary.append("datasync")

    def truncate(self, path: Path, size: int) -> None:
        self._raise("truncate")
        if path.name == ".reserve" and self.room is not None:
            self.room += path.stat().st_size
        super().truncate(path, size)

    def replace(self, path: Path, data: bytes) -> None:
        self._raise("replace")
        super().replace(path, data)
        self.diary.append(f"replace {path.name}")

    def sync_directory(self, path: Path) -> None:
        """Not asked of the real disk: hundreds of logs are opened here."""

    def boottime_ns(self) -> int:
        self.boot += 1
        return self.boot + (0 if self.clock is None else int(self.clock.monotonic() * 1_000_000_000))

    def boot_id(self) -> str:
        return "boot-1"

    def random_bytes(self, count: int) -> bytes:
        return bytes(count)

    def _raise(self, operation: str) -> None:
        if operation in self.fail:
            raise OSError(self.fail[operation], os.strerror(self.fail[operation]))


@pytest.fixture
def clock() -> OwnClock:
    return OwnClock()


@pytest.fixture
def disk(clock: OwnClock) -> ToldDisk:
    return ToldDisk(clock)


@pytest.fixture
def key() -> SigningKey:
    return SigningKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.fixture
def trust(key: SigningKey) -> Trust:
    return Trust(logs=(key.verifier,))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


Opener = Callable[..., EvidenceLog]


@pytest.fixture
def opened(folder: Path, key: SigningKey, clock: OwnClock, disk: ToldDisk) -> Opener:
    """Opens the log in ``folder`` as a fresh process would."""

    def open_log(**settings: object) -> EvidenceLog:
        pace = Pace(**{"segment_records": 65_536, "compress_sealed": False, **settings})
        return EvidenceLog.open(folder, origin=ORIGIN, key=key, clock=clock, disk=disk, pace=pace)

    return open_log


@pytest.fixture
def write_run() -> Callable[..., None]:
    """Writes a complete run of ``pairs`` passing verdicts; ``judged`` and ``end`` cut it short."""

    def write(
        log: EvidenceLog, run: str = "run-1", *, pairs: int = 2, judged: int | None = None, end: bool = True
    ) -> None:
        planned = [(f"cam-{number}", *PAIR[1:]) for number in range(pairs)]
        log.append("run.planned", run=run, pairs=pairs, digest=planned_digest(planned), command="check", mode="audit")
        for pair in planned[:judged]:
            names = dict(zip(("camera", "pack", "rule", "control"), pair, strict=True))
            log.append("verify", run=run, verdict="pass", final=True, **names)
        if end:
            log.append("run.ended", run=run, verdicts={"pass": pairs}, exit=0)

    return write


@pytest.fixture
def abandon() -> Callable[[EvidenceLog], None]:
    """Leaves a log as a killed process leaves it: nothing more written, the lock gone."""
    return lambda log: log._abandon()


@pytest.fixture
def read_log(folder: Path) -> Callable[[], list[dict[str, Any]]]:
    """Every record in the folder, parsed."""

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for segment in list_segments(folder) for line in iter_lines(segment.path)]

    return read


Forger = Callable[..., None]


@pytest.fixture
def forged(folder: Path, key: SigningKey) -> Forger:
    """Writes a log that is numbered, chained and signed, whatever it says: what holds the key can write anything.

    Records are dictionaries without their envelope, or whole lines; ``splits`` are the numbers at which a new
    segment begins.
    """

    def write(records: Sequence[Mapping[str, Any] | bytes], *, splits: Sequence[int] = (), first: int = 0) -> None:
        lines, leaves, prev = [], [], NO_RECORD
        for seq, told in enumerate(records):
            line = told if isinstance(told, bytes) else canonical_json(_enveloped(told, seq, prev))
            prev = leaf_of_line(line)
            lines.append(line)
            leaves.append(prev)
        (folder / "log").mkdir(parents=True, exist_ok=True)
        for begin, end in pairwise((first, *splits, len(lines))):
            segment_path(folder, begin).write_bytes(b"".join(line + b"\n" for line in lines[begin:end]))
        checkpoint_path(folder).write_bytes(key.signed_bytes(Checkpoint(key.name, len(lines), root_hash(leaves))))

    return write


def _enveloped(told: Mapping[str, Any], seq: int, prev: bytes) -> dict[str, Any]:
    envelope = {
        "boot_id": "boot-1",
        "id": "01a201c8-ff14-7993-bec2-2099b2d7f347",
        "mono_ns": seq,
        "salt": "00" * 16,
        "schema": SCHEMA,
        "ts": "2026-11-22T03:00:00.000000Z",
    }
    return {**envelope, **told, "prev": prev.hex(), "seq": seq}
