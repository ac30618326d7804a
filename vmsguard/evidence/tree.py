"""The RFC 6962 Merkle tree: leaf and node hashes, an appendable frontier, inclusion and consistency proofs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from vmsguard.errors import EvidenceError

__all__ = [
    "EMPTY_ROOT",
    "Frontier",
    "consistency_proof",
    "consistency_ranges",
    "inclusion_proof",
    "inclusion_ranges",
    "leaf_hash",
    "node_hash",
    "root_hash",
    "verify_consistency",
    "verify_inclusion",
]

EMPTY_ROOT = sha256(b"").digest()

_AT_ONCE = 64


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: O(log n) memory, amortised O(1) per append.

    Leaves wait until a full subtree of them can be hashed at once, level by level, which is faster.
    """

    __slots__ = ("_peaks", "_waiting", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self._peaks = list(peaks)
        """Roots of the full subtrees that make up ``size`` without the waiting leaves, largest first."""
        self._waiting: list[bytes] = []
        if len(self._peaks) != size.bit_count():
            raise EvidenceError(f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(self._peaks)}")

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """Roots of the full subtrees that make up ``size``, largest first."""
        self._settle()
        return tuple(self._peaks)

    def copy(self) -> Frontier:
        return Frontier(self.size, self.peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self._waiting.append(leaf)
        self.size += 1
        if not self.size % _AT_ONCE:
            self._settle()

    def append_subtree(self, root: bytes, leaves: int) -> None:
        """Add a full subtree of a power of two leaves; the tree's size must be a multiple of it."""
        if leaves < 1 or leaves & (leaves - 1) or self.size % leaves:
            raise EvidenceError(f"a subtree of {leaves} leaves does not fit behind {self.size}")
        self._settle()
        self._push(root, leaves)

    def _settle(self) -> None:
        """Give the waiting leaves their place."""
        waiting, self._waiting = self._waiting, []
        self.size -= len(waiting)
        if len(waiting) == _AT_ONCE and not self.size % _AT_ONCE:
            self._push(_full_subtree(waiting), _AT_ONCE)
        else:
            for leaf in waiting:
                self._push(leaf, 1)

    def _push(self, root: bytes, leaves: int) -> None:
        rank = self.size // leaves
        while rank & 1:
            root = node_hash(self._peaks.pop(), root)
            rank >>= 1
        self._peaks.append(root)
        self.size += leaves

    def root(self) -> bytes:
        self._settle()
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


def _full_subtree(hashes: list[bytes]) -> bytes:
    """The root over leaf hashes that are a power of two in number."""
    while len(hashes) > 1:
        hashes = [
            sha256(b"\x01" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=True)
        ]
    return hashes[0]


def root_hash(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The leaves, from and up to, whose roots prove leaf ``index`` of ``size``: the sibling first (RFC 6962 2.1.1)."""
    if not 0 <= index < size:
        raise EvidenceError(f"no leaf {index} in a tree of {size}")
    ranges, low, high = [], 0, size
    while high - low > 1:
        split = low + _split(high - low)
        if index < split:
            ranges.append((split, high))
            high = split
        else:
            ranges.append((low, split))
            low = split
    return ranges[::-1]


def consistency_ranges(old_size: int, size: int) -> list[tuple[int, int]]:
    """The leaves, from and up to, whose roots prove that the old tree is a prefix of the new (RFC 6962 2.1.2)."""
    if not 0 < old_size <= size:
        raise EvidenceError(f"no consistency proof from {old_size} to {size}")
    ranges, low, high = [], 0, size
    while old_size != high:
        split = low + _split(high - low)
        if old_size <= split:
            ranges.append((split, high))
            high = split
        else:
            ranges.append((low, split))
            low = split
    # The verifier has the old root; only a part of the old tree has to be told.
    return ([(low, high)] if low else []) + ranges[::-1]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Siblings from leaf ``index`` up to the root over ``leaves`` (RFC 6962 2.1.1)."""
    return [root_hash(leaves[low:high]) for low, high in inclusion_ranges(index, len(leaves))]


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Hashes that show the tree of ``old_size`` is a prefix of the tree over ``leaves`` (RFC 6962 2.1.2)."""
    return [root_hash(leaves[low:high]) for low, high in consistency_ranges(old_size, len(leaves))]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``proof`` shows ``leaf`` at ``index`` of the tree of ``size`` under ``root`` (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether ``proof`` shows that the new tree continues the old one (RFC 9162 2.1.4.2).

    From size 0 nothing can be shown, so it is rejected even where both sizes are 0.
    """
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    found_old = found_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            found_old, found_new = node_hash(sibling, found_old), node_hash(sibling, found_new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found_new = node_hash(found_new, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and found_old == old_root and found_new == new_root


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)
