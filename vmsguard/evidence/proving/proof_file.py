"""Proofs as files: a C2SP tlog-proof for a record, the body a C2SP tlog-witness is sent for a head that goes on."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.note import strict_base64

__all__ = [
    "MOST_HASHES",
    "Continuation",
    "Proof",
    "hash_lines",
    "parse_continuation",
    "parse_hash_lines",
    "parse_proof",
]

_HEADER = "c2sp.org/tlog-proof@v1"
_EXTRA = "extra "
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_OLD = re.compile(r"old ([1-9][0-9]{0,18})")
_MOST_BYTES = 131_072

MOST_HASHES = 63
"""A tree of more leaves than this many doublings give cannot be: sizes have 63 bits."""


class Proof(Struct, frozen=True):
    """That a leaf stands at ``index`` under a signed head; nothing is verified yet."""

    index: int
    hashes: tuple[bytes, ...]
    """From the leaf's sibling up."""
    checkpoint: bytes
    """The signed note, verbatim."""
    extra: bytes | None = None
    """Whatever a producer added. Nothing signs it, and vmsguard never writes it."""

    @property
    def head(self) -> Checkpoint:
        return parse_checkpoint(self.checkpoint)

    def to_bytes(self) -> bytes:
        extra = "" if self.extra is None else f"{_EXTRA}{base64.b64encode(self.extra).decode()}\n"
        told = f"{_HEADER}\n{extra}index {self.index}\n{hash_lines(self.hashes)}\n"
        return told.encode() + self.checkpoint


class Continuation(Struct, frozen=True):
    """That a signed head continues the tree of ``old_size`` leaves; nothing is verified yet."""

    old_size: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    """The newer signed note, verbatim."""

    @property
    def head(self) -> Checkpoint:
        return parse_checkpoint(self.checkpoint)

    def to_bytes(self) -> bytes:
        return f"old {self.old_size}\n{hash_lines(self.hashes)}\n".encode() + self.checkpoint


def parse_proof(data: bytes) -> Proof:
    """The proof in ``data``; an ``EvidenceError`` says where it leaves the one form it may have."""
    lines, checkpoint = _before_checkpoint(data)
    if lines.pop(0) != _HEADER:
        raise _malformed(f"line 1 is not {_HEADER}")
    extra = None
    if lines and lines[0].startswith(_EXTRA):
        extra = strict_base64(lines.pop(0).removeprefix(_EXTRA))
        if extra is None:
            raise _malformed("the extra line is not base64")
    index = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if index is None:
        raise _malformed("the line `index N` is missing")
    proof = Proof(int(index[1]), parse_hash_lines(lines), checkpoint, extra)
    _ = proof.head
    return proof


def parse_continuation(data: bytes) -> Continuation:
    """The proof of continuation in ``data``; as strict as ``parse_proof``."""
    lines, checkpoint = _before_checkpoint(data)
    old = _OLD.fullmatch(lines.pop(0))
    if old is None:
        raise _malformed("line 1 is not `old N`")
    proof = Continuation(int(old[1]), parse_hash_lines(lines), checkpoint)
    _ = proof.head
    return proof


def hash_lines(hashes: Sequence[bytes]) -> str:
    """One base64 line per hash, as tlog-proof and tlog-witness write them."""
    return "".join(f"{base64.b64encode(each).decode()}\n" for each in hashes)


def parse_hash_lines(lines: Sequence[str]) -> tuple[bytes, ...]:
    """The hashes of base64 lines; ``EvidenceError`` for more than 63, or one that is not 32 bytes in canonical form."""
    if len(lines) > MOST_HASHES:
        raise _malformed(f"it has more than {MOST_HASHES} hashes")
    found = []
    for line in lines:
        raw = strict_base64(line)
        if raw is None or len(raw) != 32:
            raise _malformed("a line of the proof is not a SHA-256 hash in base64")
        found.append(raw)
    return tuple(found)


def _before_checkpoint(data: bytes) -> tuple[list[str], bytes]:
    """The lines before the first empty one, at least one, and the signed note behind it."""
    if len(data) > _MOST_BYTES:
        raise _malformed(f"it has more than {_MOST_BYTES} bytes")
    told, blank, checkpoint = data.partition(b"\n\n")
    if not blank:
        raise _malformed("no empty line stands before the checkpoint")
    try:
        return told.decode("ascii").split("\n"), checkpoint
    except UnicodeDecodeError as error:
        raise _malformed("what stands before the checkpoint is not ASCII") from error


def _malformed(why: str) -> EvidenceError:
    return EvidenceError(f"not a proof: {why}", hint="take the file as `vmsguard evidence prove` wrote it")
