"""The tree over a stretch of records, as full subtrees that fit into the whole tree; and the tiles beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from vmsguard.evidence.ordinary_file import open_ordinary
from vmsguard.evidence.problems import Level, Problem
from vmsguard.evidence.tiles import TILE_WIDTH, tile_path
from vmsguard.evidence.tree import EMPTY_ROOT

__all__ = [
    "Node",
    "check_tiles",
    "level_up",
    "nodes_between",
    "root_of",
    "stored_tile",
    "subtree_nodes",
    "wrong_tile",
]


class Node(Struct, frozen=True, gc=False):
    """The root of a full subtree of a power of two of leaves."""

    root: bytes
    leaves: int


def level_up(hashes: Sequence[bytes]) -> list[bytes]:
    """The next level of a tree: pairs hashed, a last one without a partner as it is (RFC 6962 2.1)."""
    pairs = zip(hashes[::2], hashes[1::2], strict=False)
    above = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    if len(hashes) & 1:
        above.append(hashes[-1])
    return above


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes that are all there at once."""
    level = leaves
    while len(level) > 1:
        level = level_up(level)
    return level[0] if level else EMPTY_ROOT


def subtree_nodes(first: int, leaves: Sequence[bytes]) -> Iterator[Node]:
    """The largest full subtrees that ``leaves`` make up in a tree where they begin at ``first``, left to right."""
    done, count = 0, len(leaves)
    while done < count:
        place = first + done
        fits = place & -place or count
        width = min(fits, 1 << ((count - done).bit_length() - 1))
        yield Node(root_of(leaves[done : done + width]), width)
        done += width


def nodes_between(first: int, leaves: Sequence[bytes], cuts: Iterable[int]) -> list[Node]:
    """The same, such that no subtree reaches over one of the ``cuts``: sizes at which the root is asked for."""
    nodes: list[Node] = []
    done = 0
    for cut in [*sorted(cut - first for cut in cuts if first < cut < first + len(leaves)), len(leaves)]:
        nodes += subtree_nodes(first + done, leaves[done:cut])
        done = cut
    return nodes


def check_tiles(directory: Path, first: int, leaves: Sequence[bytes]) -> tuple[list[Problem], int]:
    """Compare every full tile of level 0 and 1 within the stretch that begins at record ``first``.

    Gives the wrong ones, and how many tiles that the stretch fills have no file.
    """
    wrong: list[Problem] = []
    missing = 0
    start, hashes = first, list(leaves)
    for level in (0, 1):
        skip = -start % TILE_WIDTH
        index, hashes = (start + skip) // TILE_WIDTH, hashes[skip:]
        roots: list[bytes] = []
        for begin in range(0, len(hashes) - TILE_WIDTH + 1, TILE_WIDTH):
            tile, place = hashes[begin : begin + TILE_WIDTH], index + len(roots)
            stored = stored_tile(directory, level, place)
            if stored is None:
                missing += 1
            elif stored != b"".join(tile):
                wrong.append(wrong_tile(tile_path(level, place)))
            roots.append(root_of(tile) if level == 0 else b"")
        start, hashes = index, roots
    return wrong, missing


def wrong_tile(file: str) -> Problem:
    return Problem(Level.TAMPERED, "tile", "the hash tile does not hold what the records give", file=file)


def stored_tile(directory: Path, level: int, index: int) -> bytes | None:
    """The bytes of a tile's file, or the first ones of a file that is too long; None where it cannot be read."""
    try:
        with open_ordinary(directory / tile_path(level, index)) as file:
            return file.read(TILE_WIDTH * 32 + 1)
    except OSError:
        return None
