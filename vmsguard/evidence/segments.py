"""The files of a log: segments named by their first sequence number, and what lies beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from vmsguard.evidence.record import MAX_RECORD

__all__ = ["SEGMENT_RECORDS", "Segment", "checkpoint_path", "iter_lines", "list_segments", "segment_path"]

SEGMENT_RECORDS = 65_536
"""256 * 256: a full segment is one full subtree, a node of the level-2 tile."""

_NAME = re.compile(r"([0-9]{20})\.jsonl")


class Segment(Struct, frozen=True):
    first: int
    path: Path


def segment_path(directory: Path, first: int) -> Path:
    return directory / "log" / f"{first:020d}.jsonl"


def checkpoint_path(directory: Path) -> Path:
    return directory / "checkpoint"


def list_segments(directory: Path) -> list[Segment]:
    """The segments that are there, in order; a missing one shows as a gap in ``first``."""
    folder = directory / "log"
    if not folder.is_dir():
        return []
    found = ((_NAME.fullmatch(path.name), path) for path in folder.iterdir())
    return sorted((Segment(int(match[1]), path) for match, path in found if match), key=lambda segment: segment.first)


def iter_lines(path: Path) -> Iterator[bytes]:
    """Lines with their newline; the last may lack it, and a line beyond the limit comes in pieces that do."""
    with path.open("rb") as file:
        while line := file.readline(MAX_RECORD + 1):
            yield line
