"""A log of fifty records, cut at every byte: each cut recovers to the whole records before it, or is a rollback."""

from __future__ import annotations

import os
import random
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.examine import examine
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog, Pace
from vmsguard.evidence.segments import checkpoint_path, segment_path
from vmsguard.evidence.tree import EMPTY_ROOT, leaf_hash, root_hash
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory

RECORDS = 50
SIGNED = 12
SOAK = bool(os.environ.get("VMSGUARD_SOAK"))


class VolatileDisk(Disk):
    """The real file system that is never asked to make anything durable: thousands of logs are opened here."""

    def datasync(self, descriptor: int) -> None:
        pass

    def sync_directory(self, path: Path) -> None:
        pass

    def allocate(self, path: Path, size: int) -> None:
        pass

    def truncate(self, path: Path, size: int) -> None:
        os.truncate(path, size)

    def put(self, path: Path, chunks: Iterable[bytes]) -> None:
        path.write_bytes(b"".join(chunks))


@pytest.fixture
def cut_log(
    folder: Path, key: SigningKey, clock: Any, abandon: Callable[[EvidenceLog], None]
) -> tuple[Callable[[], EvidenceLog], bytes, bytes]:
    """How to open the log, its only segment, and its head: over 12 of 50 records."""

    def open_log() -> EvidenceLog:
        pace = Pace(checkpoint_seconds=1e9)
        return EvidenceLog.open(folder, origin=key.name, key=key, clock=clock, disk=VolatileDisk(), pace=pace)

    log = open_log()
    for number in range(1, RECORDS):
        log.append("observe", target=f"t-{number}", model="m" * (number % 7))
        if log.size == SIGNED:
            log.checkpoint()
    abandon(log)
    return open_log, segment_path(folder, 0).read_bytes(), checkpoint_path(folder).read_bytes()


def test_a_cut_at_every_byte_recovers_the_whole_records_or_is_refused(
    cut_log: tuple[Callable[[], EvidenceLog], bytes, bytes], folder: Path, trust: Trust, clock: Any
) -> None:
    """Every cut is judged; every twentieth, and those around line ends, are opened too (all of them when soaking)."""
    open_log, whole, head = cut_log
    ends = [place + 1 for place, byte in enumerate(whole) if byte == ord("\n")]
    assert RECORDS == len(ends)
    everywhere = range(len(whole) + 1)
    opened = {place + by for place in ends for by in (-2, -1, 0, 1) if place + by in everywhere}
    opened |= set(everywhere if SOAK else random.Random(7).sample(everywhere, len(whole) // 20))
    refused = 0
    for cut in everywhere:
        segment_path(folder, 0).write_bytes(whole[:cut])
        intact = bisect_right(ends, cut)
        end = ends[intact - 1] if intact else 0
        told = examine(folder)
        if intact < SIGNED:
            assert told.refused.startswith("the evidence log was rolled back or edited")
            refused += 1
        else:
            assert (intact, cut - end, "") == (told.records, told.torn_bytes, told.refused)
        if cut not in opened:
            continue
        if intact < SIGNED:
            with pytest.raises(EvidenceError, match="rolled back or edited"):
                open_log()
            assert whole[:cut] == segment_path(folder, 0).read_bytes()
            continue
        with open_log() as log:
            assert intact + (2 if cut > end else 1) == log.size
        assert whole[:end] == segment_path(folder, 0).read_bytes()[:end]
        torn = folder / f"torn-{intact}.bin"
        assert whole[end:cut] == (torn.read_bytes() if cut > end else b"")
        kinds = {problem.kind for problem in verify_directory(folder, trust=trust, now=clock.now()).problems}
        assert kinds == ({"torn-record"} if cut > end else set())
        torn.unlink(missing_ok=True)
        checkpoint_path(folder).write_bytes(head)
    assert ends[SIGNED - 1] == refused


def test_a_first_record_torn_at_any_byte_is_begun_again(
    folder: Path, key: SigningKey, clock: Any, abandon: Callable[[EvidenceLog], None]
) -> None:
    """Of a new log, and of a new segment: nothing whole stands before the tear in that file."""
    pace = Pace(segment_records=8, compress_sealed=False)

    def open_log() -> EvidenceLog:
        return EvidenceLog.open(folder, origin=key.name, key=key, clock=clock, disk=VolatileDisk(), pace=pace)

    abandon(open_log())
    line = segment_path(folder, 0).read_bytes()
    nothing = key.signed_bytes(Checkpoint(key.name, 0, EMPTY_ROOT))
    for cut in range(0, len(line), 7):
        segment_path(folder, 0).write_bytes(line[:cut])
        checkpoint_path(folder).write_bytes(nothing)
        with open_log() as log:
            assert log.size == (2 if cut else 1)
        (folder / "torn-0.bin").unlink(missing_ok=True)
    log = open_log()
    while log.size < 7:
        log.append("observe", target="t-1")
    log._seal(log._time.next())
    abandon(log)
    assert not segment_path(folder, 8).exists()
    for cut in range(1, 300, 7):
        segment_path(folder, 8).write_bytes(line[:cut])
        abandon(open_log())
        events = re.findall(rb'"event":"([a-z.]+)"', segment_path(folder, 8).read_bytes())
        assert [b"log.recovered", b"log.opened"] == events
        assert line[:cut] == (folder / "torn-8.bin").read_bytes()
        (folder / "torn-8.bin").unlink()
        segment_path(folder, 8).unlink()
        checkpoint_path(folder).write_bytes(_head_of(folder, key, 8))


def _head_of(folder: Path, key: SigningKey, size: int) -> bytes:
    lines = [line for path in sorted((folder / "log").iterdir()) for line in path.read_bytes().splitlines()]
    return key.signed_bytes(Checkpoint(key.name, size, root_hash(map(leaf_hash, lines[:size]))))
