"""Small real logs for programs that are not ours: written by the product, with a signed head saved at each size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog, Pace
from vmsguard.model.clock import SystemClock

__all__ = ["ORIGIN", "grow_log", "head_path", "raw_lines"]

ORIGIN = "vmsguard.example.org/site-a"


def head_path(directory: Path, size: int) -> Path:
    """Where ``grow_log`` saved the head over so many records: beside the log, as an auditor would."""
    return directory.with_name(f"head-{size}")


def grow_log(
    directory: Path, key: SigningKey, sizes: Sequence[int], *, segment_records: int = 65_536, close: bool = False
) -> None:
    """Write a log up to the largest of the sizes; a segment may seal by the way and put one record more."""
    pace = Pace(segment_records=segment_records)
    with EvidenceLog.open(directory, origin=ORIGIN, key=key, clock=SystemClock(), pace=pace) as log:
        for size in sizes:
            while log.size < size:
                log.append("heartbeat", interval=60)
            log.checkpoint()
            head_path(directory, log.size).write_bytes((directory / "checkpoint").read_bytes())
        if not close:
            log._abandon()  # as a killed process leaves it: the newest head is the last one saved


def raw_lines(directory: Path) -> list[bytes]:
    """Every record of a log whose segments are not compressed, with its line end."""
    paths = sorted((directory / "log").glob("*.jsonl"))
    return [line for path in paths for line in path.read_bytes().splitlines(keepends=True)]
