"""The pairs a run owes a final verdict for, taken camera by camera: only their hashes are kept."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from vmsguard.evidence.canonical import canonical_json
from vmsguard.evidence.tree import leaf_hash, root_hash
from vmsguard.model.results import Result

__all__ = ["PlannedPairs"]

_HASH_BYTES = 32


class PlannedPairs:
    """Each camera's rules, and each camera; their digest is ``planned_digest`` of all of them."""

    def __init__(self) -> None:
        self._leaves: dict[str, bytes] = {}

    def add(self, camera: str, results: Iterable[Result]) -> None:
        """The pairs of one camera, all of its results at once."""
        pairs = sorted({(result.pack, result.rule) for result in results if not result.control})
        leaves = (leaf_hash(canonical_json([camera, pack, rule, ""])) for pack, rule in pairs)
        self._leaves[camera] = b"".join(leaves)

    @classmethod
    def of(cls, results: Iterable[Result]) -> PlannedPairs:
        """The pairs of results that lie camera by camera."""
        pairs = cls()
        for camera, told in groupby(results, key=attrgetter("camera")):
            pairs.add(camera, told)
        return pairs

    @property
    def count(self) -> int:
        return sum(map(len, self._leaves.values())) // _HASH_BYTES

    def digest(self) -> str:
        """The RFC 6962 root, in hex, over the sorted pairs: a camera's sort behind those of the cameras before it."""
        return root_hash(
            leaves[at : at + _HASH_BYTES]
            for _, leaves in sorted(self._leaves.items())
            for at in range(0, len(leaves), _HASH_BYTES)
        ).hex()
