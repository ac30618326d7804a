"""Records of sealed segments that opening a log still needs, each compared with its leaf hash before it counts.

Opening takes the tree of sealed segments from their tiles, which the signed root vouches for, and does not read the
records. What it needs of them is little: the last one, and the changes that had no result by then.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from vmsguard.errors import EvidenceError
from vmsguard.evidence.announced import ERASURE
from vmsguard.evidence.intents import IntentBook, intent_of
from vmsguard.evidence.record import MAX_RECORD
from vmsguard.evidence.segments import Segment, iter_lines
from vmsguard.evidence.tiles import read_leaf_hash
from vmsguard.evidence.tombstone import leaf_of_line, read_tombstone

__all__ = ["CHANGE", "MOST_CARRIED", "TilesDisagree", "carried_intents", "erase_records"]

CHANGE = b'"event":"apply.'
"""In every record of a change as it is written; within a text its quotes would be escaped."""

MOST_CARRIED = 256
"""Open intents that a ``log.sealed`` names. One that names as many may have left some off."""


class TilesDisagree(EvidenceError):
    """A record is not what the tiles say, or is not there: which of them is wrong, only the root can tell."""


def carried_intents(
    directory: Path, segments: Sequence[Segment], segment_records: int, before: IntentBook
) -> tuple[IntentBook, dict[str, Any]]:
    """The intents still open at the end of consecutive full segments, and the last record of those.

    ``before`` holds the open intents from before them.
    """
    book, start, last = before, 0, None
    for place in reversed(range(len(segments))):
        record = _last_record(directory, segments[place], segment_records)
        last = record if last is None else last
        named = record.get("open_intents", [])
        if record.get("event") == "log.sealed" and len(named) < MOST_CARRIED:
            book, start = _book_of(directory, segments[: place + 1], before, named), place + 1
            break
    for segment in segments[start:]:
        for _, line in _vouched(directory, segment, CHANGE):
            book.follow(orjson.loads(line))
    return book, last or {}


def erase_records(directory: Path, segments: Iterable[Segment]) -> Iterator[dict[str, Any]]:
    """The records of erasures in full segments."""
    for segment in segments:
        for _, line in _vouched(directory, segment, ERASURE):
            yield _loaded(line)


def _last_record(directory: Path, segment: Segment, segment_records: int) -> dict[str, Any]:
    """The last record of a full segment; empty where it was erased."""
    lines = iter_lines(segment.path) if segment.compressed else _tail(segment.path)
    line = next(iter(deque(lines, maxlen=1)), b"").removesuffix(b"\n")
    _require_leaf(directory, segment.first + segment_records - 1, line)
    return {} if read_tombstone(line) else _loaded(line)


def _book_of(directory: Path, segments: Sequence[Segment], before: IntentBook, named: Sequence[int]) -> IntentBook:
    """The intents with these sequence numbers, those of erased or pruned records left out: nobody can name them."""
    book = IntentBook()
    lacking = set(named)
    for seq in sorted(lacking & before.open.keys()):
        book.open[seq] = before.open[seq]
        lacking.discard(seq)
    for place, segment in enumerate(segments):
        end = segments[place + 1].first if place + 1 < len(segments) else None
        here = {seq for seq in lacking if segment.first <= seq and (end is None or seq < end)}
        if here:
            for seq, line in _vouched(directory, segment, CHANGE):
                if seq in here:
                    book.open[seq] = intent_of(_loaded(line))
    return book


def _vouched(directory: Path, segment: Segment, marked: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of the records that hold ``marked``, each with the leaf hash of its tile."""
    for seq, line in enumerate(iter_lines(segment.path), segment.first):
        if marked in line:
            whole = line.removesuffix(b"\n")
            _require_leaf(directory, seq, whole)
            yield seq, whole


def _require_leaf(directory: Path, seq: int, line: bytes) -> None:
    if read_leaf_hash(directory, seq) != leaf_of_line(line):
        raise TilesDisagree(f"record {seq} is not what its tile says", hint="verify the log")


def _loaded(line: bytes) -> dict[str, Any]:
    record: dict[str, Any] = orjson.loads(line)
    return record


def _tail(path: Path) -> list[bytes]:
    """The last lines of a plain file."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 2 * MAX_RECORD))
        return file.readlines()
