"""The pairs a run owes a final verdict for, taken camera by camera: their hashes wait on the disk."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from vmsguard.evidence.canonical import canonical_json
from vmsguard.evidence.tree import leaf_hash, root_hash
from vmsguard.model.results import Result
from vmsguard.run.spool import Frames

__all__ = ["PlannedPairs"]

_HASH_BYTES = 32


class PlannedPairs:
    """Each camera's rules, and each camera; their digest is ``planned_digest`` of all of them."""

    def __init__(self) -> None:
        self._leaves: Frames[bytes] = Frames(bytes)
        self._places: dict[str, int] = {}
        self.count = 0

    def add(self, camera: str, results: Iterable[Result]) -> None:
        """The pairs of one camera, all of its results at once."""
        pairs = sorted({(result.pack, result.rule) for result in results if not result.control})
        leaves = (leaf_hash(canonical_json([camera, pack, rule, ""])) for pack, rule in pairs)
        self._places[camera] = self._leaves.put(b"".join(leaves))
        self.count += len(pairs)

    @classmethod
    def of(cls, results: Iterable[Result]) -> PlannedPairs:
        """The pairs of results that lie camera by camera."""
        pairs = cls()
        for camera, told in groupby(results, key=attrgetter("camera")):
            pairs.add(camera, told)
        return pairs

    def digest(self) -> str:
        """The RFC 6962 root, in hex, over the sorted pairs: a camera's sort behind those of the cameras before it."""
        return root_hash(
            leaves[at : at + _HASH_BYTES]
            for leaves in (self._leaves.at(place) for _, place in sorted(self._places.items()))
            for at in range(0, len(leaves), _HASH_BYTES)
        ).hex()
