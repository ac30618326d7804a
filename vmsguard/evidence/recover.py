"""What a log is when it is opened: replayed up to its last whole record, and compared with its signed head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.announced import ERASURE, AnnouncedErasures
from vmsguard.evidence.canonical import check_canonical
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.intents import IntentBook
from vmsguard.evidence.sealed import CHANGE, carried_intents, erase_records
from vmsguard.evidence.segments import Segment, iter_lines, list_segments, segment_path
from vmsguard.evidence.tiles import TILE_WIDTH, extend_from_tiles
from vmsguard.evidence.tombstone import read_tombstone
from vmsguard.evidence.tree import EMPTY_ROOT, Frontier, leaf_hash

__all__ = ["NO_RECORD", "SealedSegment", "Standing", "place_to_write", "refuse", "replay"]

NO_RECORD = bytes(32)
"""``prev`` of the first record."""


class SealedSegment(Struct, frozen=True):
    """A full segment under a signed head, and what its records must come to."""

    first: int
    count: int
    base: Frontier
    """The tree before it."""
    root: bytes
    """Of the tree up to its end."""
    tiled: bool = False
    """Its tiles are there and right, or it is too small for any."""


class Standing(Struct):
    """Where the next record goes."""

    frontier: Frontier
    prev: bytes
    segment: Segment | None
    """The newest one."""
    offset: int
    """Bytes of the newest segment that are whole records, if those were read."""
    last: dict[str, Any]
    intents: IntentBook
    root: bytes
    """At the size of the signed head; empty until that is reached."""
    base: Frontier
    """The tree before the newest segment."""
    unkept: list[SealedSegment]
    """Sealed segments that wait to be compressed or to get their tiles."""
    read: bool = False
    """The records of the newest segment were read, and not its tiles alone: it may end in torn bytes."""
    pruned: int = 0
    """Records taken out before the first one that is there."""


def replay(directory: Path, head: Checkpoint, segment_records: int) -> Standing:
    """The standing after the last whole record; reads only.

    Records the head covers must be there and give its root: a shorter or different log is never continued.
    Of sealed segments the tiles are read, and the records only where tiles are missing or do not give the root.
    """
    segments = list_segments(directory)
    try:
        standing = _Replay(directory, segments, head, segment_records, tiles=True).run()
        if standing.root == head.root:
            return standing
    except EvidenceError:
        pass  # a wrong tile can look like a wrong record: the records themselves decide
    standing = _Replay(directory, segments, head, segment_records, tiles=False).run()
    if standing.root != head.root:
        raise refuse(f"its first {head.size} records do not give the root that was signed")
    return standing


def refuse(why: str) -> EvidenceError:
    """A log that must not be continued, and what to do with it."""
    return EvidenceError(
        f"the evidence log was rolled back or edited: {why}",
        hint="archive the directory as it is, run `vmsguard evidence verify` on it, and start a new origin",
    )


class _Replay:
    """One pass over the segments; without ``tiles`` only pruned records are taken from theirs."""

    def __init__(
        self, directory: Path, segments: Sequence[Segment], head: Checkpoint, segment_records: int, *, tiles: bool
    ) -> None:
        self._directory = directory
        self._segments = segments
        self._head = head
        self._segment_records = segment_records
        self._tiles = tiles
        self._skipped: list[Segment] = []
        """Consecutive segments of which only the tiles were read, up to the present place."""
        self._unread: list[Segment] = []
        """All of them."""
        self._erasures = AnnouncedErasures()
        self._tombstones: list[int] = []
        root = EMPTY_ROOT if head.size == 0 else b""
        self._standing = Standing(Frontier(), NO_RECORD, None, 0, {}, IntentBook(), root, Frontier(), [])

    def run(self) -> Standing:
        standing = self._standing
        if self._segments:
            if self._head.size < self._segments[-1].first:
                raise refuse(f"its signed head covers {self._head.size} records, and later segments were begun")
            self._pruned(self._segments[0].first)
        for segment in self._segments:
            if segment.first % self._segment_records or standing.frontier.size != segment.first:
                raise refuse(f"segment {segment.first} does not continue record {standing.frontier.size}")
            standing.segment, standing.base = segment, standing.frontier.copy()
            self._segment(segment)
        if standing.frontier.size < self._head.size:
            raise refuse(f"it holds {standing.frontier.size} records and its signed head {self._head.size}")
        self._carry()
        self._require_announced()
        return standing

    def _pruned(self, count: int) -> None:
        """Take records that are gone, up to the first segment, from the tiles they left."""
        standing = self._standing
        standing.pruned = count
        if not count:
            return
        if count > self._head.size:
            raise refuse(f"records 0 to {count - 1} are gone and its signed head covers {self._head.size}")
        last = extend_from_tiles(standing.frontier, self._directory, count)
        if last is None:
            raise refuse(f"records 0 to {count - 1} are gone and so are their tiles")
        standing.prev = last
        self._note_root()

    def _segment(self, segment: Segment) -> None:
        standing, end = self._standing, segment.first + self._segment_records
        standing.offset, standing.read = 0, False
        from_tiles = self._tiles and end <= self._head.size and self._from_tiles(segment)
        if from_tiles:
            self._skipped.append(segment)
            self._unread.append(segment)
            self._note_root()
        else:
            self._carry()
            self._follow(segment)
        if standing.frontier.size < end:
            if segment.compressed:
                raise refuse(f"segment {segment.first} was sealed and holds fewer records")
            return
        has_tiles = from_tiles or bool(self._segment_records % TILE_WIDTH)
        if end <= self._head.size and not (segment.compressed and has_tiles):
            standing.unkept.append(
                SealedSegment(segment.first, self._segment_records, standing.base, standing.frontier.root(), has_tiles)
            )

    def _from_tiles(self, segment: Segment) -> bool:
        frontier = self._standing.frontier.copy()
        last = extend_from_tiles(frontier, self._directory, self._segment_records)
        if last is None:
            return False
        self._standing.frontier, self._standing.prev = frontier, last
        return True

    def _carry(self) -> None:
        """Catch up on the changes in segments of which only the tiles were read."""
        if self._skipped:
            standing = self._standing
            standing.intents, standing.last = carried_intents(
                self._directory, self._skipped, self._segment_records, standing.intents
            )
            self._skipped = []

    def _follow(self, segment: Segment) -> None:
        """Follow the records of one segment.

        Under the head a record's bytes are what the root vouches for, so there only those are read that the
        replay needs: changes, erasures, and the last. Behind it every record must show itself to be whole.
        """
        standing, head = self._standing, self._head
        frontier, is_last = standing.frontier, segment is self._segments[-1]
        standing.read = True
        for line in _lines(segment):
            seq = frontier.size
            under_head = seq < head.size
            told = CHANGE in line or ERASURE in line
            tombstone = read_tombstone(line[:-1]) if under_head and line.startswith(b'{"leaf"') else None
            if tombstone is not None:
                self._tombstones.append(seq)
            elif not under_head or seq == head.size - 1 or told or not line.endswith(b"\n"):
                record = _whole_record(line, seq, standing.prev)
                if record is None and not under_head and is_last:
                    return
                if record is None:
                    raise refuse(f"record {seq} is damaged and stands before the signed head")
                standing.last = record
                standing.intents.follow(record)
                self._erasures.follow(record)
            standing.prev = leaf_hash(line[:-1]) if tombstone is None else tombstone.leaf
            frontier.append(standing.prev)
            standing.offset += len(line)
            if seq + 1 == head.size:
                standing.root = frontier.root()

    def _note_root(self) -> None:
        if self._standing.frontier.size == self._head.size:
            self._standing.root = self._standing.frontier.root()

    def _require_announced(self) -> None:
        """What is gone or erased must be named by the record of an erasure; older ones are looked for from the end."""
        older = erase_records(self._directory, reversed(self._unread))
        while True:
            lacking = self._unannounced()
            if not lacking:
                return
            record = next(older, None)
            if record is None:
                raise refuse(f"{lacking}, and no record announces it")
            self._erasures.follow(record)

    def _unannounced(self) -> str:
        pruned = self._standing.pruned
        if pruned and not self._erasures.cover("pruned", 0, pruned - 1):
            return f"records 0 to {pruned - 1} are gone"
        for seq in self._tombstones:
            if not self._erasures.cover("tombstone", seq, seq):
                return f"record {seq} was erased"
        return ""


def _lines(segment: Segment) -> Iterator[bytes]:
    try:
        yield from iter_lines(segment.path)
    except EvidenceError as error:
        raise refuse(str(error)) from error


def _whole_record(line: bytes, seq: int, prev: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    value, wrong = check_canonical(line[:-1])
    if wrong or not isinstance(value, dict):
        return None
    return value if value.get("seq") == seq and value.get("prev") == prev.hex() else None


def place_to_write(directory: Path, standing: Standing, segment_records: int) -> tuple[Path, int, Frontier]:
    """The segment that takes the next record, how much of it is written, and the tree before it."""
    size, newest = standing.frontier.size, standing.segment
    if newest is None or size - newest.first == segment_records:
        return segment_path(directory, size), 0, standing.frontier.copy()
    return newest.path, standing.offset, standing.base
