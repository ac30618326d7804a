"""Hash tiles of sealed segments, in the layout of C2SP tlog-tiles: what is left of the tree where records are pruned.

A tile holds 256 hashes: of level 0 leaf hashes, of level n the roots over full tiles of level n - 1. Only full
tiles are on the disk. They are derived, so whoever reads them checks what they give against a signed root.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from vmsguard.evidence.disk import Disk
from vmsguard.evidence.ordinary_file import OddFile, open_ordinary
from vmsguard.evidence.tree import Frontier, node_hash

__all__ = [
    "TILE_WIDTH",
    "extend_from_tiles",
    "read_leaf_hash",
    "read_leaf_hashes",
    "read_subtree",
    "read_tile",
    "subtree_root",
    "tile_path",
    "write_tiles",
]

TILE_WIDTH = 256
_HASH = 32
_TOP = 8
"""Levels of 256-fold: a tree beyond 2^64 leaves has no size that a checkpoint could state."""


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Where a tile lies, relative to the log: ``tile/0/x001/067``, with ``.p/<width>`` where it is not full."""
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(parts))}{partial}"


def write_tiles(directory: Path, first: int, leaves: Sequence[bytes], disk: Disk) -> None:
    """Write every tile that ``leaves``, which begin at record ``first``, fill or make complete, and make them durable.

    A tile that already is as it should be is left alone, so this may be asked for again after a crash.
    """
    written: set[Path] = set()
    begin = -first % TILE_WIDTH
    roots: dict[int, bytes] = {}
    for start in range(begin, len(leaves) - TILE_WIDTH + 1, TILE_WIDTH):
        index, hashes = (first + start) // TILE_WIDTH, leaves[start : start + TILE_WIDTH]
        _put(directory, 0, index, hashes, disk, written)
        roots[index] = subtree_root(hashes)
    for level in range(1, _TOP):
        roots = _write_level(directory, level, roots, disk, written)
    for folder in sorted(written):
        disk.sync_directory(folder)


def read_tile(directory: Path, level: int, index: int) -> list[bytes] | None:
    """The 256 hashes of a full tile; None where there is no file of that length."""
    try:
        with open_ordinary(directory / tile_path(level, index)) as file:
            data = file.read(TILE_WIDTH * _HASH + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, OddFile):
        return None
    if len(data) != TILE_WIDTH * _HASH:
        return None
    return [data[start : start + _HASH] for start in range(0, len(data), _HASH)]


def read_leaf_hashes(directory: Path, first: int, count: int) -> list[bytes] | None:
    """The leaf hashes of ``count`` records from ``first`` on, unchecked; None where a tile of them is not there."""
    leaves: list[bytes] = []
    for index in range(first // TILE_WIDTH, -(-(first + count) // TILE_WIDTH)):
        tile = read_tile(directory, 0, index)
        if tile is None:
            return None
        leaves += tile
    start = first % TILE_WIDTH
    return leaves[start : start + count]


def read_leaf_hash(directory: Path, seq: int) -> bytes | None:
    """The leaf hash of one record, if its tile agrees with the tile above that, where there is one; else None."""
    tile = read_tile(directory, 0, seq // TILE_WIDTH)
    above = read_tile(directory, 1, seq // TILE_WIDTH**2)
    if tile is None or (above is not None and subtree_root(tile) != above[seq // TILE_WIDTH % TILE_WIDTH]):
        return None
    return tile[seq % TILE_WIDTH]


def extend_from_tiles(frontier: Frontier, directory: Path, count: int) -> bytes | None:
    """Add the next ``count`` records by their tiles; the last leaf hash, or None where the tiles do not hold them.

    After None the frontier may have grown by a part of them. What it comes to is for the caller to check.
    """
    end, last = frontier.size + count, None
    while frontier.size < end:
        place, left = frontier.size, end - frontier.size
        width = TILE_WIDTH if place % TILE_WIDTH**2 or left < TILE_WIDTH**2 else TILE_WIDTH**2
        found = None if place % width or left < width else read_subtree(directory, place, width)
        if found is None:
            return None
        root, last = found
        frontier.append_subtree(root, width)
    return last


def read_subtree(directory: Path, first: int, count: int) -> tuple[bytes, bytes] | None:
    """Root and last leaf hash over ``count`` records from ``first`` on, in a few reads instead of one per 256 records.

    ``count`` is 256 or a power of it, and ``first`` a multiple of it. None where a tile is missing, or where they
    contradict each other; the root is for the caller to check.
    """
    level = 0
    while TILE_WIDTH ** (level + 1) < count:
        level += 1
    top = read_tile(directory, level, first // count)
    if top is None:
        return None
    tile = top
    for below in reversed(range(level)):
        under = read_tile(directory, below, (first + count) // TILE_WIDTH ** (below + 1) - 1)
        if under is None or subtree_root(under) != tile[-1]:
            return None
        tile = under
    return subtree_root(top), tile[-1]


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of full subtrees, a power of two in number."""
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def _write_level(
    directory: Path, level: int, roots: dict[int, bytes], disk: Disk, written: set[Path]
) -> dict[int, bytes]:
    """Write the tiles that the roots of the level below, by their index, make complete; their roots by index."""
    complete: dict[int, bytes] = {}
    for index in sorted({place // TILE_WIDTH for place in roots if place % TILE_WIDTH == TILE_WIDTH - 1}):
        hashes = list(_under(directory, level, index, roots))
        if len(hashes) == TILE_WIDTH:
            _put(directory, level, index, hashes, disk, written)
            complete[index] = subtree_root(hashes)
    return complete


def _under(directory: Path, level: int, index: int, roots: dict[int, bytes]) -> Iterator[bytes]:
    """The roots that a tile consists of: those just made, and those of earlier tiles; ends where one is missing."""
    for place in range(index * TILE_WIDTH, (index + 1) * TILE_WIDTH):
        known = roots.get(place)
        if known is None:
            tile = read_tile(directory, level - 1, place)
            if tile is None:
                return
            known = subtree_root(tile)
        yield known


def _put(directory: Path, level: int, index: int, hashes: Sequence[bytes], disk: Disk, written: set[Path]) -> None:
    path, data = directory / tile_path(level, index), b"".join(hashes)
    if path.exists() and path.read_bytes() == data:
        return
    folder = path.parent
    while not folder.exists():
        written.add(folder.parent)
        folder = folder.parent
    path.parent.mkdir(parents=True, exist_ok=True)
    disk.put(path, (data,))
    written.add(path.parent)
