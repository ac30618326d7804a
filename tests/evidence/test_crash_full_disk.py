"""A real file system that is really full: the alarm is out, stops and deletions go on, and nothing is torn."""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from vmsguard.errors import EvidenceError
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog, Pace
from vmsguard.evidence.segments import iter_lines, list_segments
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory
from vmsguard.model.clock import SystemClock

SIZE = 3 << 20
PAGE = 4096
STOP = {"change": "t-1/1:recording.stop(job=J1)", "verb": "recording.stop", "target": "t-1"}
PURGED = {"target": "t-1", "cutoff": "2026-11-22T03:00:00.000000Z", "before": 1, "after": 0, "observed": True}
_libc = ctypes.CDLL(None, use_errno=True)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A tmpfs of three megabytes; one of them goes to the reserve."""
    folder = tmp_path / "small"
    folder.mkdir()
    if _libc.mount(b"tmpfs", str(folder).encode(), b"tmpfs", 0, f"size={SIZE}".encode()) != 0:
        why = f"no tmpfs can be mounted here: {os.strerror(ctypes.get_errno())}"
        if os.environ.get("VMSGUARD_REQUIRE_REAL"):
            pytest.fail(why)
        pytest.skip(why)
    yield folder
    _libc.umount2(str(folder).encode(), 2)


def leave(folder: Path, pages: int) -> Path:
    """Fill the file system up to so many pages; the file that fills it."""
    filler = folder / "filler"
    told = os.statvfs(folder)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, (told.f_bavail - pages) * told.f_frsize)
    return filler


def records(folder: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for segment in list_segments(folder) for line in iter_lines(segment.path)]


@pytest.mark.parametrize("segment_records", [8, 65_536], ids=["sealing", "one segment"])
def test_a_full_disk_at_many_offsets_stops_all_but_stops_and_deletions(
    small: Path, key: SigningKey, trust: Trust, segment_records: int
) -> None:
    pace = Pace(checkpoint_records=64, segment_records=segment_records)
    offsets = random.Random(5)
    for number in range(40):
        folder = small / f"evidence-{number}"

        def opened(folder: Path = folder) -> EvidenceLog:
            return EvidenceLog.open(folder, origin=key.name, key=key, clock=SystemClock(), pace=pace)

        log = opened()
        log.append("observe", target="t-1", model="m" * offsets.randrange(500))
        log.settle()
        filler = leave(small, number % 5)
        while not log.disk_full:
            with contextlib.suppress(EvidenceError):
                log.append("observe", durable=True, target="t-1", model="m" * offsets.randrange(500))
        assert not log.broken
        alarms = [record for record in records(folder) if record["event"] == "write.failed"]
        assert ["ENOSPC"] == [alarm["error"] for alarm in alarms]
        with pytest.raises(EvidenceError, match="disk is full"):
            log.append("observe", target="t-1")
        with pytest.raises(EvidenceError, match="disk is full"):
            log.append("apply.intent", change="c", verb="retention.set", target="t-1")
        intent = log.append("apply.intent", **STOP)
        log.append("apply.result", cause=[intent], change=STOP["change"], outcome="accepted")
        log.append("purge", durable=True, **PURGED)
        log.checkpoint()
        written = records(folder)
        filler.unlink()
        log.close()
        again = opened()
        assert not again.disk_full
        again.append("apply.intent", change="c", verb="retention.set", target="t-1")
        again.append("apply.result", change="c", outcome="accepted")
        again.close()
        assert written == records(folder)[: len(written)]
        report = verify_directory(folder, trust=trust, now=SystemClock().now())
        assert {problem.kind for problem in report.problems} <= {"write-failed", "torn-record"}
        assert report.size == report.signed_size
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
