"""The segments of a log put together: one tree, one chain, one story."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

from vmsguard.errors import EvidenceError
from vmsguard.evidence.problems import Level, Problem
from vmsguard.evidence.recover import NO_RECORD
from vmsguard.evidence.segments import SEGMENT_RECORDS, Segment, list_segments
from vmsguard.evidence.subtrees import Node, check_tiles, nodes_between, stored_tile, wrong_tile
from vmsguard.evidence.tiles import TILE_WIDTH, read_leaf_hashes, read_subtree, tile_path
from vmsguard.evidence.tree import EMPTY_ROOT, Frontier
from vmsguard.evidence.verifying.completeness import Completeness
from vmsguard.evidence.verifying.content import Content
from vmsguard.evidence.verifying.segment_scan import SegmentTask, SegmentTold, scan_segment

__all__ = ["Progress", "WholeLog", "jobs_for"]

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of segments done and of all."""

_FULL = TILE_WIDTH * TILE_WIDTH
_WORTH_A_PROCESS = 32 << 20
"""Bytes of segments: below, starting a process takes longer than it saves."""


class WholeLog:
    """One pass over all segments; afterwards its fields hold what was found."""

    def __init__(self, directory: Path, *, sizes: Sequence[int], signed: int, since: int = 0) -> None:
        self.directory = directory
        self.completeness = Completeness(directory, since=since)
        self.problems: list[Problem] = []
        self.frontier = Frontier()
        self.roots: dict[int, bytes] = {0: EMPTY_ROOT}
        self.times: dict[int, str] = {}
        self.tombstones: list[int] = []
        self.border = 0
        """Records before it were pruned."""
        self.foreign = False
        self.unreadable = False
        self._cuts = frozenset(sizes)
        self._signed = signed
        self._since = since
        self._prev = NO_RECORD
        self._stopped = False
        self._unread = 0
        self._tiles_missing = 0
        self._full_roots: dict[int, bytes] = {}
        """Roots over 65,536 records each, by their place: what the tiles of level 2 hold."""

    def read(self, *, jobs: int = 1, progress: Progress | None = None) -> None:
        segments = list_segments(self.directory)
        if segments and segments[0].first and not self._pruned(segments[0].first):
            return
        told = _scanned([self._task(segment) for segment in segments if not self._by_hash(segment, segments)], jobs)
        for done, segment in enumerate(segments, start=1):
            found = self._from_tiles(segment) if self._by_hash(segment, segments) else next(told)
            if not self._add(found, last=done == len(segments)):
                break
            if progress is not None:
                progress(done, len(segments))
        told.close()
        if self._unread:
            message = (
                f"{self._unread} records: their hash tiles were compared, and the files that hold them were not read"
            )
            self.problems.append(Problem(Level.NOTICE, "not-judged", message))
        self._check_high_tiles()
        self._check_no_tile_beyond(segments)
        if self._tiles_missing:
            message = f"{self._tiles_missing} hash tiles of sealed segments are not there; the records give the hashes"
            self.problems.append(Problem(Level.NOTICE, "tile-missing", message))

    def _task(self, segment: Segment) -> SegmentTask:
        return SegmentTask(
            directory=self.directory,
            path=segment.path,
            first=segment.first,
            signed=self._signed,
            cuts=self._cuts_within(segment.first),
            since=self._since,
        )

    def _cuts_within(self, first: int) -> tuple[int, ...]:
        """Sizes at which a root is asked for, of a tree that ends in the segment."""
        return tuple(sorted(cut for cut in self._cuts if first < cut <= first + SEGMENT_RECORDS))

    def _by_hash(self, segment: Segment, segments: Sequence[Segment]) -> bool:
        """Whether the segment lies before what is to be read, and tiles can stand for it.

        Not in a pruned log: the record that announces it has to be found.
        """
        if segments[0].first:
            return False
        end = segment.first + _FULL
        return end <= self._since and segment.first % _FULL == 0 and any(other.first == end for other in segments)

    def _from_tiles(self, segment: Segment) -> SegmentTold:
        """The segment by its hash tiles; by its records where they do not do."""
        inside = any(segment.first < cut < segment.first + _FULL for cut in self._cuts)
        subtree = None if inside else read_subtree(self.directory, segment.first, _FULL)
        if subtree is None:
            return scan_segment(self._task(segment))
        self._unread += _FULL
        return SegmentTold(
            first=segment.first,
            count=_FULL,
            file=f"log/{segment.path.name}",
            nodes=[Node(subtree[0], _FULL)],
            prev="",
            last=subtree[1],
            problems=[],
            content=Content([], None, None, {}),
        )

    def _pruned(self, border: int) -> bool:
        """Take in the hashes of what was pruned; False where they are not there, and nothing can be shown."""
        for first in range(0, border, _FULL):
            leaves = read_leaf_hashes(self.directory, first, min(_FULL, border - first))
            if leaves is None:
                message = f"records 0 to {border - 1} are missing, and hash tiles in their place too"
                self.problems.append(Problem(Level.TAMPERED, "segment-missing", message, 0))
                return False
            self.problems += check_tiles(self.directory, first, leaves)[0]
            self._push(nodes_between(first, leaves, self._cuts))
            self._prev = leaves[-1]
        self.border = border
        return True

    def _add(self, found: SegmentTold, *, last: bool) -> bool:
        """Put a segment behind what is there; False where nothing more can be put behind it."""
        size = self.frontier.size
        if found.first > size:
            message = f"records {size} to {found.first - 1} are missing"
            self.problems.append(Problem(Level.TAMPERED, "segment-missing", message, size))
            return False
        if found.first < size:
            message = f"{found.file} repeats records that are already there"
            self.problems.append(Problem(Level.TAMPERED, "segment-repeated", message, found.first, found.file))
            return False
        if found.prev and found.prev != self._prev.hex():
            message = "the record does not continue the one before it"
            self.problems.append(Problem(Level.TAMPERED, "chain", message, size, found.file))
        self._push(found.nodes)
        self._prev = found.last or self._prev
        self.problems += [problem for problem in found.problems if not (self.foreign and problem.kind == "unsupported")]
        self.foreign |= found.foreign
        self.unreadable |= found.unreadable
        self._stopped |= found.stopped
        if not self.foreign:
            self.completeness.take(found.content)
        self.tombstones += found.tombstones
        self.times |= found.times
        self._tiles_missing += 0 if last else found.tiles_missing
        if found.count == _FULL and not found.first % _FULL:
            self._full_roots[found.first // _FULL] = _root_over(found.nodes)
        return not found.stopped

    def _push(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            self.frontier.append_subtree(node.root, node.leaves)
            if self.frontier.size in self._cuts:
                self.roots[self.frontier.size] = self.frontier.root()

    def _check_high_tiles(self) -> None:
        """Tiles of level 2, each over 256 full segments."""
        for index in sorted({place // TILE_WIDTH for place in self._full_roots}):
            hashes = [self._full_roots.get(place, b"") for place in range(index * TILE_WIDTH, (index + 1) * TILE_WIDTH)]
            stored = stored_tile(self.directory, 2, index)
            if all(hashes) and stored is not None and stored != b"".join(hashes):
                self.problems.append(wrong_tile(tile_path(2, index)))

    def _check_no_tile_beyond(self, segments: Sequence[Segment]) -> None:
        """A tile over records that are not there tells of a log that was longer; or of one being written just now."""
        beyond = tile_path(0, self.frontier.size // TILE_WIDTH)
        if (self.directory / beyond).exists() and not self._stopped and list_segments(self.directory) == list(segments):
            message = "the hash tile is over records that are not there"
            self.problems.append(Problem(Level.TAMPERED, "tile", message, self.frontier.size, beyond))


def jobs_for(directory: Path) -> int:
    """How many processes are worth it: one per core, but one for a log that is read in no time."""
    sizes = [_size_of(segment) for segment in list_segments(directory)]
    return max(1, min(len(sizes), os.cpu_count() or 1)) if sum(sizes) > _WORTH_A_PROCESS else 1


def _size_of(segment: Segment) -> int:
    """About how many bytes its records have; 0 if it cannot be told, as when it is being compressed just now."""
    try:
        return segment.path.stat().st_size * (8 if segment.compressed else 1)
    except OSError:
        return 0


def _scanned(tasks: Sequence[SegmentTask], jobs: int) -> Generator[SegmentTold, None, None]:
    """The segments in order, read by as many processes."""
    if min(jobs, len(tasks)) <= 1:
        yield from map(scan_segment, tasks)
        return
    pool = ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=get_context("spawn"))
    try:
        yield from pool.map(scan_segment, tasks)
    except BrokenProcessPool as error:
        raise EvidenceError("a process that read segments was killed", hint="run it again with --jobs 1") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _root_over(nodes: Sequence[Node]) -> bytes:
    """The root over nodes that make up one full subtree."""
    frontier = Frontier()
    for node in nodes:
        frontier.append_subtree(node.root, node.leaves)
    return frontier.root()
