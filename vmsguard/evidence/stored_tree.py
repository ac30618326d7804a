"""The tree over a stored log: hashes from tiles where they lie, from the records for the rest."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache, partial
from itertools import takewhile
from pathlib import Path

from vmsguard.errors import EvidenceError
from vmsguard.evidence.segments import iter_lines, list_segments
from vmsguard.evidence.tiles import TILE_WIDTH, read_tile
from vmsguard.evidence.tombstone import leaf_of_line
from vmsguard.evidence.tree import EMPTY_ROOT, node_hash, root_hash

__all__ = ["StoredTree"]

_TILE_HEIGHT = 8


class StoredTree:
    """Roots over ranges of stored records, in O(log n) reads where tiles cover them.

    Nothing here is checked against a signed head: tiles may be wrong, so whoever asks compares the root that
    comes out. With ``tiles=False`` only records are read.
    """

    def __init__(self, directory: Path, *, tiles: bool = True) -> None:
        self._segments = list_segments(directory)
        self._firsts = [segment.first for segment in self._segments]
        self._tile = lru_cache(maxsize=64)(partial(read_tile, directory) if tiles else _no_tile)
        self._leaves_of = lru_cache(maxsize=2)(self._read_leaves)

    def root(self, size: int) -> bytes:
        """The root over the first ``size`` records."""
        return self.range_root(0, size) if size else EMPTY_ROOT

    def range_root(self, low: int, high: int) -> bytes:
        """The root over records ``low`` up to ``high`` as a subtree; ``low`` is aligned as RFC 6962 splits are.

        ``EvidenceError`` where neither tiles nor records are there.
        """
        count = high - low
        height = count.bit_length() - 1
        if count == 1 << height:
            return self._node(height, low >> height)
        split = low + (1 << height)
        return node_hash(self.range_root(low, split), self.range_root(split, high))

    def leaves(self, low: int, high: int) -> list[bytes]:
        """Leaf hashes of records ``low`` up to ``high``, from tiles where they are full."""
        found: list[bytes] = []
        while low < high:
            index, start = divmod(low, TILE_WIDTH)
            end = min(high, (index + 1) * TILE_WIDTH)
            tile = self._tile(0, index)
            found += self._hashed(low, end) if tile is None else tile[start : start + end - low]
            low = end
        return found

    def _node(self, height: int, index: int) -> bytes:
        """The root of one full subtree: a tile holds it or its children, as the next lower ones do."""
        level, within = divmod(height, _TILE_HEIGHT)
        start, count = index << within, 1 << within
        tile = self._tile(level, start // TILE_WIDTH)
        if tile is not None:
            return root_hash(tile[start % TILE_WIDTH : start % TILE_WIDTH + count])
        if level:
            return node_hash(self._node(height - 1, 2 * index), self._node(height - 1, 2 * index + 1))
        return root_hash(self._hashed(start, start + count))

    def _hashed(self, low: int, high: int) -> list[bytes]:
        """Leaf hashes from the records themselves."""
        found: list[bytes] = []
        while low < high:
            place = bisect_right(self._firsts, low) - 1
            leaves = self._leaves_of(place) if place >= 0 else []
            first = self._firsts[place] if place >= 0 else 0
            more = leaves[low - first : high - first]
            if not more:
                raise EvidenceError(
                    f"record {low} is not there, and no tile holds its hash",
                    hint="run `vmsguard evidence verify` on the directory",
                )
            found += more
            low += len(more)
        return found

    def _read_leaves(self, place: int) -> list[bytes]:
        lines = takewhile(lambda line: line.endswith(b"\n"), iter_lines(self._segments[place].path))
        return [leaf_of_line(line[:-1]) for line in lines]


def _no_tile(level: int, index: int) -> list[bytes] | None:
    return None
