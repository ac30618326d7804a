"""Reads a log on from where it was read to, up to its newest signed head, while another part writes it.

What lies below a signed head is on the disk and never changes but for erasures, which leave every hash as it was.
So nothing needs to be agreed with the writer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import orjson

from vmsguard.agent.uplink.messages import Batch
from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.founding import read_head
from vmsguard.evidence.record import MAX_RECORD
from vmsguard.evidence.segments import Segment, iter_lines, list_segments
from vmsguard.evidence.stored_tree import StoredTree
from vmsguard.evidence.tombstone import leaf_of_line
from vmsguard.evidence.tree import Frontier, consistency_ranges

__all__ = ["BATCH_BYTES", "LogTail", "frontier_at"]

BATCH_BYTES = 256 * 1024
"""Lines of one batch, about; what is in memory is one batch and the tree's edge."""
_ANCHORED = b'"event":"checkpoint.anchored"'
_MOST_ANCHOR_BYTES = 65_536
_MOST_ANCHORS = 4
"""Files of anchors in one batch: with them and the longest record a message still fits."""


class LogTail:
    """One reader's place in a log. Not to be used by two threads at once."""

    def __init__(self, directory: Path, *, batch_bytes: int = BATCH_BYTES) -> None:
        self._directory = directory
        self._batch_bytes = batch_bytes
        self._edge = Frontier()
        self._pass: Iterator[Batch] | None = None
        self._place: tuple[int, int, int] | None = None
        """Sequence number, inode and offset where the plain segment was read to."""

    @property
    def size(self) -> int:
        """How many records were read."""
        return self._edge.size

    @property
    def root(self) -> bytes:
        """Over the records that were read."""
        return self._edge.root()

    @property
    def signed_size(self) -> int:
        """How many records the newest head covers."""
        return read_head(self._directory).size

    def seek(self, size: int) -> None:
        """Go on with record ``size``; ``EvidenceError`` where the log is shorter, or lacks what is before."""
        self._pass = None
        if size != self._edge.size:
            self._edge = frontier_at(self._directory, size)
            self._place = None

    def next_batch(self) -> Batch | None:
        """The next records below a signed head; None where there are none yet.

        ``EvidenceError`` where the records are not those that were signed, or are gone: nothing of them is told.
        """
        if self._pass is None:
            head = read_head(self._directory)
            if head.size <= self._edge.size:
                return None
            self._pass = self._batches(head)
        batch = next(self._pass, None)
        if batch is None:
            self._pass = None
            return self.next_batch()
        return batch

    def shown_head(self, size: int) -> Batch:
        """The newest head without records, and what the log has as its root over ``size`` records, if it has so many.

        It shows a hub that holds another history that it does.
        """
        head = read_head(self._directory)
        if not 0 < size < head.size:
            return Batch(head.origin, head.size, b"", _note_of(head))
        tree = StoredTree(self._directory)
        return Batch(head.origin, size, b"", _note_of(head), _proof(tree, size, head.size), root=tree.root(size))

    def root_at(self, size: int) -> bytes | None:
        """The log's own root over ``size`` records; None where it has fewer under a signed head."""
        return StoredTree(self._directory).root(size) if size <= self.signed_size else None

    def _batches(self, head: Checkpoint) -> Iterator[Batch]:
        tree = StoredTree(self._directory)
        first, edge = self._edge.size, self._edge.copy()
        lines, anchors = bytearray(), dict[str, bytes]()
        for line in self._lines(first, head.size):
            lines += line
            edge.append(leaf_of_line(line[:-1]))
            if _ANCHORED in line:
                anchors |= self._anchor(line)
            full = len(lines) + MAX_RECORD >= self._batch_bytes or len(anchors) >= _MOST_ANCHORS
            if edge.size == head.size or full:
                if edge.size == head.size and edge.root() != head.root:
                    break
                proof = _proof(tree, edge.size, head.size)
                batch = Batch(head.origin, first, bytes(lines), _note_of(head), proof, tuple(anchors.items()))
                self._edge = edge.copy()
                yield batch
                first = edge.size
                lines.clear()
                anchors.clear()
        if edge.size != head.size or edge.root() != head.root:
            raise EvidenceError(
                f"records {first} to {head.size - 1} are not those that were signed: they are not sent to the hub",
                hint="run `vmsguard evidence verify`; the storage may be failing",
            )

    def _lines(self, first: int, end: int) -> Iterator[bytes]:
        """Whole lines of the records from ``first`` up to ``end``."""
        segments = list_segments(self._directory)
        ends = [*(each.first for each in segments[1:]), end]
        for segment, following in zip(segments, ends, strict=True):
            if following <= first:
                continue
            if segment.first > first:
                raise _gone(first)
            for line in self._lines_of(segment, first):
                if first >= end or not line.endswith(b"\n"):
                    break
                first += 1
                yield line
        if first < end:
            raise _gone(first)

    def _lines_of(self, segment: Segment, first: int) -> Iterator[bytes]:
        """From record ``first`` on; in a plain file from where it was read to, unless an erasure replaced it."""
        if segment.compressed:
            yield from _after(iter_lines(segment.path), first - segment.first)
            return
        try:
            file = segment.path.open("rb")
        except FileNotFoundError:  # compressed since it was listed
            yield from _after(iter_lines(segment.path), first - segment.first)
            return
        with file:
            inode = _inode(file.fileno())
            known = self._place
            if known is not None and known[:2] == (first, inode):
                file.seek(known[2])
                offset, skip = known[2], 0
            else:
                offset, skip = 0, first - segment.first
            seq = first - skip
            while line := file.readline(MAX_RECORD + 1):
                offset, seq = offset + len(line), seq + 1
                if skip:
                    skip -= 1
                    continue
                if line.endswith(b"\n"):
                    self._place = (seq, inode, offset)
                yield line

    def _anchor(self, line: bytes) -> dict[str, bytes]:
        """The files of an anchor: the one that its record names, and the note that a token is over.

        None where they are not there: the auditor's check tells that.
        """
        record = orjson.loads(line)
        found: dict[str, bytes] = {}
        for name in (f"{record.get('size')}.note", Path(str(record.get("ref", ""))).name):
            try:
                data = (self._directory / "anchors" / name).read_bytes()
            except OSError:
                continue
            if len(data) <= _MOST_ANCHOR_BYTES:
                found[name] = data
        return found


def frontier_at(directory: Path, size: int) -> Frontier:
    """The edge of the tree over the first ``size`` records; ``EvidenceError`` where they are not all known."""
    if not size:
        return Frontier()
    tree, peaks, low = StoredTree(directory), list[bytes](), 0
    for bit in reversed(range(size.bit_length())):
        if size >> bit & 1:
            peaks.append(tree.range_root(low, low + (1 << bit)))
            low += 1 << bit
    return Frontier(size, peaks)


def _proof(tree: StoredTree, size: int, head_size: int) -> tuple[bytes, ...]:
    if size == head_size:
        return ()
    return tuple(tree.range_root(low, high) for low, high in consistency_ranges(size, head_size))


def _note_of(head: Checkpoint) -> bytes:
    assert head.note is not None
    return head.note.to_bytes()


def _after(lines: Iterator[bytes], count: int) -> Iterator[bytes]:
    for number, line in enumerate(lines):
        if number >= count:
            yield line


def _inode(descriptor: int) -> int:
    return os.fstat(descriptor).st_ino


def _gone(seq: int) -> EvidenceError:
    return EvidenceError(
        f"record {seq} is not there: it cannot be sent to the hub",
        hint="where it was pruned before there was a hub, copy the evidence folder into the hub's by hand once",
    )
