"""Erasures that a log announces are carried out in its copy too: what a person may not keep, a hub may not either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
from msgspec import Struct

from vmsguard.evidence.announced import ERASURE
from vmsguard.evidence.compress import deflate
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.segments import Segment, compressed_path, iter_lines, list_segments, segment_path
from vmsguard.evidence.tiles import extend_from_tiles
from vmsguard.evidence.tombstone import Tombstone, leaf_of_line, read_tombstone
from vmsguard.evidence.tree import Frontier
from vmsguard.hub.standing_file import Erasing

__all__ = ["announced_in", "carry_out"]

_AT_ONCE = 1 << 20


class _Announced(Struct):
    """What a record of an erasure must say to be followed."""

    event: str
    kind: str
    first: int
    last: int


_ANNOUNCED: msgspec.json.Decoder[_Announced] = msgspec.json.Decoder(_Announced)


def announced_in(lines: Iterable[bytes], first: int, *, prunings: bool) -> tuple[Erasing, ...]:
    """The erasures that these records, from ``first`` on, say were done; prunings only where the hub follows them.

    One that names records which do not all stand before it is nobody's order: an auditor is told of it. So is one
    that cannot be read: a key signs whatever its holder likes.
    """
    found: list[Erasing] = []
    for seq, line in enumerate(lines, first):
        if ERASURE not in line:
            continue
        try:
            told = _ANNOUNCED.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        if told.event != "erase.done" or not 0 <= told.first <= told.last < seq:
            continue
        if told.kind == "tombstone" or (told.kind == "pruned" and prunings):
            found.append(Erasing(told.kind, told.first, told.last))
    return tuple(found)


def carry_out(directory: Path, erasing: Erasing, disk: Disk) -> bool:
    """Take the records out of the copy, and say whether that is done; what is already gone is left alone.

    Their hashes stay: a pruning waits until the tiles of all it removes are there.
    """
    if erasing.kind == "pruned":
        return _remove_segments(directory, erasing.last + 1, disk)
    segments = list_segments(directory)
    for segment, following in zip(segments, [*(each.first for each in segments[1:]), 1 << 63], strict=True):
        if segment.first <= erasing.last and erasing.first < following:
            _put_tombstones(directory, segment, erasing, disk)
    return True


def _remove_segments(directory: Path, border: int, disk: Disk) -> bool:
    """Whole segments before the border, oldest first, so that a crash leaves no hole."""
    segments = list_segments(directory)
    ends = [after.first for after in segments[1:] if after.first <= border]
    if ends and extend_from_tiles(Frontier(), directory, ends[-1]) is None:
        return False
    for segment, following in pairwise(segments):
        if following.first > border:
            break
        raw = segment_path(directory, segment.first)
        for path in (raw, compressed_path(raw)):
            disk.remove(path.with_name(f"{path.name}.new"))
            disk.remove(path)
    disk.sync_directory(directory / "log")
    return True


def _put_tombstones(directory: Path, segment: Segment, erasing: Erasing, disk: Disk) -> None:
    raw = segment_path(directory, segment.first)
    if not segment.compressed:
        disk.remove(compressed_path(raw))  # the plain one counts; the other would keep the erased bytes
    for path in (raw, compressed_path(raw)):
        disk.remove(path.with_name(f"{path.name}.new"))
    lines = _with_tombstones(segment, erasing)
    disk.put(segment.path, deflate(lines) if segment.compressed else lines)
    disk.sync_directory(raw.parent)


def _with_tombstones(segment: Segment, erasing: Erasing) -> Iterator[bytes]:
    piece = bytearray()
    for seq, line in enumerate(iter_lines(segment.path), segment.first):
        if erasing.first <= seq <= erasing.last and read_tombstone(line[:-1]) is None:
            line = Tombstone(seq, leaf_of_line(line[:-1])).line() + b"\n"
        piece += line
        if len(piece) >= _AT_ONCE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)
