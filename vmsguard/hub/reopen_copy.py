"""What a copy is when the hub starts: read again up to where its standing proves it, and cut off there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.note import VerifierKey
from vmsguard.evidence.recover import SealedSegment
from vmsguard.evidence.segments import Segment, checkpoint_path, iter_lines, list_segments
from vmsguard.evidence.tiles import TILE_WIDTH, extend_from_tiles
from vmsguard.evidence.tombstone import leaf_of_line
from vmsguard.evidence.tree import Frontier
from vmsguard.hub.standing_file import CopyStanding, read_standing, write_standing

__all__ = ["Reopened", "reopen"]


class Reopened(Struct, frozen=True):
    """A copy that ends where its standing says."""

    standing: CopyStanding
    edge: Frontier
    base: Frontier
    """The tree before the segment that is being filled."""
    unkept: tuple[SealedSegment, ...]
    """Full segments that wait to be compressed or to get their tiles."""


def reopen(
    directory: Path, file: Path, origin: str, keys: Sequence[VerifierKey], disk: Disk, segment_records: int
) -> Reopened:
    """Recover a copy. One that was put there by hand counts up to its checkpoint, if a trusted key signed that.

    ``EvidenceError`` where the records are not those of the standing: the disk lost or changed what was confirmed.
    """
    standing = read_standing(file)
    if standing is None:
        standing = _adopted(directory, origin, keys)
    elif standing.origin != origin:
        raise EvidenceError(f"{file} is about {standing.origin}", hint="put back the file of this log")
    for tiles in (True, False):
        walk = _Walk(directory, standing.size, segment_records, tiles=tiles)
        if walk.run() and (not standing.size or walk.edge.root().hex() == standing.root):
            break
    else:
        raise EvidenceError(
            f"the copy of {origin} does not hold the {standing.size} records that were confirmed",
            hint="keep it as it is and verify it; copy the site's evidence folder to a new hub directory, or restore",
        )
    walk.cut(disk)
    _publish(directory, standing, disk)
    write_standing(file, standing, disk)
    return Reopened(standing, walk.edge, walk.base, tuple(walk.unkept))


class _Walk:
    """One pass over the segments up to the size that counts."""

    def __init__(self, directory: Path, size: int, segment_records: int, *, tiles: bool) -> None:
        self._directory = directory
        self._size = size
        self._segment_records = segment_records
        self._tiles = tiles
        self._beyond: list[Path] = []
        self._ends: tuple[Path, int] | None = None
        self.edge = Frontier()
        self.base = Frontier()
        self.unkept: list[SealedSegment] = []

    def run(self) -> bool:
        """Whether every record up to the size is there."""
        segments = list_segments(self._directory)
        pruned = segments[0].first if segments else 0
        if 0 < pruned <= self._size and extend_from_tiles(self.edge, self._directory, pruned) is None:
            return False
        self.base = self.edge.copy()
        for segment in segments:
            if segment.first >= self._size:
                self._beyond.append(segment.path)
            elif segment.first != self.edge.size:
                return False
            else:
                self._segment(segment)
        return self.edge.size == self._size

    def _segment(self, segment: Segment) -> None:
        base, end = self.edge.copy(), segment.first + self._segment_records
        tiled = self._tiles and segment.compressed and end <= self._size and self._from_tiles()
        if not tiled:
            self._read(segment)
        if self.edge.size == end:
            self.base = self.edge.copy()
            has_tiles = tiled or bool(self._segment_records % TILE_WIDTH)
            if not (segment.compressed and has_tiles):
                root = self.edge.root()
                self.unkept.append(SealedSegment(segment.first, self._segment_records, base, root, has_tiles))
        else:
            self.base = base

    def _from_tiles(self) -> bool:
        grown = self.edge.copy()
        if extend_from_tiles(grown, self._directory, self._segment_records) is None:
            return False
        self.edge = grown
        return True

    def _read(self, segment: Segment) -> None:
        offset = 0
        for line in iter_lines(segment.path):
            if self.edge.size == self._size or not line.endswith(b"\n"):
                break
            self.edge.append(leaf_of_line(line[:-1]))
            offset += len(line)
        if not segment.compressed:
            self._ends = (segment.path, offset)

    def cut(self, disk: Disk) -> None:
        """Take away what came without the hub saying so: it comes again."""
        for path in self._beyond:
            disk.remove(path)
        if self._ends is not None and self._ends[0].stat().st_size > self._ends[1]:
            disk.truncate(*self._ends)
        disk.sync_directory(self._directory / "log")


def _adopted(directory: Path, origin: str, keys: Sequence[VerifierKey]) -> CopyStanding:
    """The standing of a copy that was put there by hand; of none, that of an empty one."""
    path = checkpoint_path(directory)
    if not path.exists():
        return CopyStanding(origin=origin)
    head = parse_checkpoint(path.read_bytes())
    _require_signed(head, origin, keys)
    assert head.note is not None
    return CopyStanding(origin=origin, size=head.size, root=head.root_hex, head=head.note.to_bytes().decode())


def _publish(directory: Path, standing: CopyStanding, disk: Disk) -> None:
    """Put the head over the copy in its place, where a crash came before that."""
    if not standing.head:
        return
    data, path = standing.head.encode(), checkpoint_path(directory)
    if parse_checkpoint(data).size == standing.size and (not path.exists() or path.read_bytes() != data):
        disk.replace(path, data)


def _require_signed(head: Checkpoint, origin: str, keys: Sequence[VerifierKey]) -> None:
    lines = head.note.signatures if head.note else ()
    claims = [(key, line) for line in lines for key in keys if key.name == origin and key.made(line)]
    assert head.note is not None
    if head.origin != origin or not claims or not all(key.verifies(head.note.text, line) for key, line in claims):
        raise EvidenceError(
            f"the checkpoint that lies in the copy of {origin} is not signed by a key that is trusted for it",
            hint="remove what was put there by hand, or name the log's key in the trust file",
        )
