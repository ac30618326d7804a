"""What stands in place of an erased record: its number and its leaf hash, so that chain and root still hold."""

from __future__ import annotations

import re

from msgspec import Struct

from vmsguard.evidence.tree import leaf_hash

__all__ = ["Tombstone", "leaf_of_line", "read_tombstone"]

_LINE = re.compile(rb'\{"leaf":"([0-9a-f]{64})","seq":(0|[1-9][0-9]{0,15}),"tombstone":true\}')


class Tombstone(Struct, frozen=True):
    """An erased record. It proves nothing by itself: an ``erase.done`` must announce it and the root must hold."""

    seq: int
    leaf: bytes

    def line(self) -> bytes:
        """The canonical line, without its end."""
        return f'{{"leaf":"{self.leaf.hex()}","seq":{self.seq},"tombstone":true}}'.encode()


def read_tombstone(line: bytes) -> Tombstone | None:
    """The tombstone that the line (without its end) is, or None: it is anything else."""
    match = _LINE.fullmatch(line)
    return Tombstone(int(match[2]), bytes.fromhex(match[1].decode())) if match else None


def leaf_of_line(line: bytes) -> bytes:
    """The leaf hash a stored line (without its end) stands for."""
    tombstone = read_tombstone(line)
    return leaf_hash(line) if tombstone is None else tombstone.leaf
