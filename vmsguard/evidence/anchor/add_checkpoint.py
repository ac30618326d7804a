"""The body of ``POST /add-checkpoint`` (C2SP tlog-witness): an old size, a consistency proof, a signed head."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.note import Note, NoteSignature, VerifierKey, parse_note, strict_base64

__all__ = [
    "MAX_BODY",
    "MAX_PROOF",
    "SIZE_TYPE",
    "AddCheckpoint",
    "cosignatures",
    "parse_add_checkpoint",
    "parse_size",
    "time_of",
]

MAX_PROOF = 63
"""Lines of a proof: trees have at most 2^63 leaves."""

MAX_BODY = 65_536
"""Bytes. A note of ours has 300, a full proof 2,835; the rest is for other people's signatures."""

SIZE_TYPE = "text/x.tlog.size"

_LAST_TIME = 253_402_300_799
"""The end of the year 9999: what the calendar of this program can still tell."""

_OLD = re.compile(rb"old (0|[1-9][0-9]{0,18})")
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n?")


class AddCheckpoint(Struct, frozen=True):
    """A log's request: cosign this head, which continues the one of ``old`` records."""

    old: int
    proof: tuple[bytes, ...]
    head: Checkpoint

    def to_bytes(self) -> bytes:
        assert self.head.note is not None
        lines = [f"old {self.old}", *(base64.b64encode(one).decode() for one in self.proof), "", ""]
        return "\n".join(lines).encode() + self.head.note.to_bytes()


def parse_add_checkpoint(body: bytes) -> AddCheckpoint:
    """The request in a body; an ``EvidenceError`` says what is malformed. Nothing is verified here."""
    if len(body) > MAX_BODY:
        raise EvidenceError(f"request of {len(body)} bytes is larger than {MAX_BODY}")
    above, empty, note = body.partition(b"\n\n")
    first, *rest = above.split(b"\n")
    old = _OLD.fullmatch(first)
    if not empty or old is None:
        raise EvidenceError("request does not begin with an old size and end with a checkpoint")
    if len(rest) > MAX_PROOF:
        raise EvidenceError(f"proof of {len(rest)} lines is longer than {MAX_PROOF}")
    return AddCheckpoint(int(old[1]), tuple(map(_hash, rest)), parse_checkpoint(note, extensions=True))


def parse_size(body: bytes) -> int | None:
    """The size that a 409 answers with; None if the body is no size."""
    found = _SIZE.fullmatch(body)
    return int(found[1]) if found else None


def cosignatures(note: Note, answer: bytes, keys: Sequence[VerifierKey]) -> tuple[NoteSignature, ...]:
    """Those signature lines of an answer that verify over the note with one of ``keys``; others are ignored.

    ``EvidenceError`` if a line is malformed, or claims to be of a known key and does not verify.
    """
    lines = parse_note(note.text.encode() + b"\n" + answer).signatures
    found = []
    for line in lines:
        for key in keys:
            if not key.made(line):
                continue
            if not key.verifies(note.text, line) or not 0 < time_of(line) <= _LAST_TIME:
                raise EvidenceError(f"the cosignature that claims to be of {key.name} does not verify")
            found.append(line)
    return tuple(found)


def time_of(cosignature: NoteSignature) -> int:
    """The Unix time a cosignature states."""
    return int.from_bytes(cosignature.signature[:8], "big")


def _hash(line: bytes) -> bytes:
    raw = strict_base64(line.decode("latin-1"))
    if raw is None or len(raw) != 32:
        raise EvidenceError("a proof line is not a SHA-256 hash in base64")
    return raw
