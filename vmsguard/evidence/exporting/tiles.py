"""Export as a C2SP tlog-tiles directory, which programs of others read and check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from vmsguard.errors import EvidenceError
from vmsguard.evidence.exporting.export import Export, new_directory, read_export_head
from vmsguard.evidence.segments import iter_lines, list_segments
from vmsguard.evidence.stored_tree import StoredTree
from vmsguard.evidence.tiles import TILE_WIDTH, tile_path
from vmsguard.evidence.tombstone import read_tombstone
from vmsguard.evidence.tree import Frontier, leaf_hash, root_hash

__all__ = ["entries_path", "export_tiles"]

_AT_ONCE = 65_536


def export_tiles(directory: Path, output: Path, now: datetime) -> Export:
    """Write the tree under the newest head as tiles and entry bundles; records after the head stay behind.

    Pruned records have tiles and no entries. A bundle that would hold an erased record is left out, for an entry
    must hash to its leaf. ``EvidenceError`` where what is there does not give the head's root.
    """
    head, note = read_export_head(directory)
    segments = list_segments(directory)
    pruned = min(segments[0].first if segments else 0, head.size)
    with new_directory(output) as folder:
        tiles, bundles = _Tiles(folder), _Bundles(folder, pruned)
        for leaf in _pruned_leaves(directory, pruned):
            tiles.add(leaf)
        for line in islice(_lines(directory), head.size - pruned):
            stone = read_tombstone(line)
            bundles.add(line, erased=stone is not None)
            tiles.add(leaf_hash(line) if stone is None else stone.leaf)
        if tiles.frontier.root() != head.root:
            raise EvidenceError(
                "what is stored does not give the root of the signed head", hint="run `vmsguard evidence verify` first"
            )
        tiles.finish()
        bundles.finish()
        (folder / "checkpoint").write_bytes(note)
        told = Export.of("tiles", head, now, bundles.written, first=pruned, bundles_left_out=bundles.left_out)
        (folder / "export.json").write_bytes(told.to_json())
    return told


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """Where an entry bundle lies: ``tile/entries/x001/067``, with ``.p/<width>`` where it is not full."""
    return f"tile/entries/{tile_path(0, index, width).removeprefix('tile/0/')}"


class _Tiles:
    """Writes tiles of every level as their hashes come, the partial ones at the end."""

    def __init__(self, folder: Path) -> None:
        self.frontier = Frontier()
        self._folder = folder
        self._rows: list[list[bytes]] = []
        self._full: list[int] = []

    def add(self, leaf: bytes) -> None:
        self.frontier.append(leaf)
        self._add(0, leaf)

    def finish(self) -> None:
        for level, row in enumerate(self._rows):
            if row:
                _put(self._folder / tile_path(level, self._full[level], len(row)), b"".join(row))

    def _add(self, level: int, node: bytes) -> None:
        if level == len(self._rows):
            self._rows.append([])
            self._full.append(0)
        row = self._rows[level]
        row.append(node)
        if len(row) == TILE_WIDTH:
            _put(self._folder / tile_path(level, self._full[level]), b"".join(row))
            self._full[level] += 1
            self._rows[level] = []
            self._add(level + 1, root_hash(row))


class _Bundles:
    """Writes entry bundles: each entry with its length in two bytes, big-endian."""

    def __init__(self, folder: Path, first: int) -> None:
        self.left_out: list[int] = []
        """Indices of bundles that would hold an erased record."""
        self.written = 0
        self._folder = folder
        # Whole tiles are left of what was pruned, so the first entry begins a bundle.
        self._index = first // TILE_WIDTH
        self._entries: list[bytes] = []
        self._whole = True

    def add(self, line: bytes, *, erased: bool) -> None:
        self._entries.append(len(line).to_bytes(2, "big") + line)
        self._whole = self._whole and not erased
        if len(self._entries) == TILE_WIDTH:
            self.finish()

    def finish(self) -> None:
        count = len(self._entries)
        if not count:
            return
        if self._whole:
            _put(self._folder / entries_path(self._index, count), b"".join(self._entries))
            self.written += count
        else:
            self.left_out.append(self._index)
        self._index, self._entries, self._whole = self._index + 1, [], True


def _pruned_leaves(directory: Path, pruned: int) -> Iterator[bytes]:
    tree = StoredTree(directory)
    for low in range(0, pruned, _AT_ONCE):
        yield from tree.leaves(low, min(low + _AT_ONCE, pruned))


def _lines(directory: Path) -> Iterator[bytes]:
    for segment in list_segments(directory):
        for line in iter_lines(segment.path):
            if line.endswith(b"\n"):
                yield line[:-1]


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
