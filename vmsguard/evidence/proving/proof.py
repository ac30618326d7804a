"""Proofs from a stored log: that a record is under a signed head, that one head continues another."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import orjson
from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.proving.proof_file import Proof
from vmsguard.evidence.segments import checkpoint_path, iter_lines, list_segments
from vmsguard.evidence.stored_tree import StoredTree
from vmsguard.evidence.tombstone import read_tombstone
from vmsguard.evidence.tree import (
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

__all__ = ["ProvenRecord", "consistency", "find_record", "prove_consistency", "prove_record", "read_head"]

_VERIFY = "run `vmsguard evidence verify` on the directory"


class ProvenRecord(Struct, frozen=True):
    """A record's line as it is stored, without its end, and the proof that goes with it."""

    line: bytes
    proof: Proof


def read_head(path: Path) -> tuple[Checkpoint, bytes]:
    """The head in a file and its bytes; whose signature it carries is for the reader of a proof to judge."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"{path} cannot be read: {error.strerror}", hint="name an evidence directory") from error
    try:
        return parse_checkpoint(data), data
    except EvidenceError as error:
        raise EvidenceError(
            f"{path} is no signed head: {error.message}", hint="name a checkpoint, or an anchors/N.note"
        ) from error


def prove_record(directory: Path, seq: int, under: Path | None = None) -> ProvenRecord:
    """Record ``seq`` and its inclusion under the newest signed head, or under the one in a file.

    Tiles are used where they lead to the head's root, and the records alone where they do not.
    ``EvidenceError`` where the record is erased, pruned, after the head, or not what the head covers.
    """
    head, note = read_head(under or checkpoint_path(directory))
    line = _stored_line(directory, seq)
    if seq >= head.size:
        raise EvidenceError(
            f"record {seq} is after the signed head, which covers {head.size} records",
            hint="the next head covers it: one is signed at the end of each run and when the log is closed",
        )
    ranges, leaf = inclusion_ranges(seq, head.size), leaf_hash(line)
    for tree in (StoredTree(directory), StoredTree(directory, tiles=False)):
        hashes = [tree.range_root(low, high) for low, high in ranges]
        if verify_inclusion(leaf, seq, head.size, hashes, head.root):
            return ProvenRecord(line, Proof(seq, tuple(hashes), note))
    raise EvidenceError(f"record {seq} is not what the signed head covers", hint=_VERIFY)


def consistency(directory: Path, old_size: int, new_size: int) -> list[bytes]:
    """Hashes that show the tree of ``new_size`` records continues that of ``old_size`` (RFC 6962 2.1.2).

    Nothing has to be shown from size 0: the list is empty. Where tiles do not give the newest head's root, only
    records are read.
    """
    if old_size == 0:
        return []
    ranges = consistency_ranges(old_size, new_size)
    head, _ = read_head(checkpoint_path(directory))
    tree = StoredTree(directory)
    if head.size == new_size and tree.root(new_size) != head.root:
        tree = StoredTree(directory, tiles=False)
    return [tree.range_root(low, high) for low, high in ranges]


def prove_consistency(directory: Path, old: Checkpoint) -> tuple[list[bytes], Checkpoint, bytes]:
    """The proof that the newest head continues ``old``, that head, and its bytes.

    ``EvidenceError`` where it does not: the log is shorter, of another origin, or another history.
    """
    head, note = read_head(checkpoint_path(directory))
    if old.origin != head.origin:
        raise EvidenceError(f"the saved head is of {old.origin}, the log of {head.origin}", hint="name its own log")
    if not old.size:
        raise EvidenceError("the saved head covers no record: every log continues it", hint="save a later head")
    if old.size > head.size:
        raise EvidenceError(
            f"the saved head covers {old.size} records and the log's own {head.size}: the log was rolled back",
            hint="verify the directory with --since and the saved head",
        )
    hashes = consistency(directory, old.size, head.size)
    if not verify_consistency(old.size, head.size, old.root, head.root, hashes):
        raise EvidenceError(
            "the log does not continue the saved head: they are two histories",
            hint="verify the directory with --since and the saved head; both heads together are proof",
        )
    return hashes, head, note


def find_record(directory: Path, identity: str) -> int:
    """The sequence number of the record with this ``id``."""
    wanted = b'"id":' + orjson.dumps(identity)
    for segment in list_segments(directory):
        for place, line in enumerate(iter_lines(segment.path)):
            if wanted in line and _identity(line) == identity:
                return segment.first + place
    raise EvidenceError(f"no record has the id {identity}", hint="find it with `vmsguard evidence show --format json`")


def _identity(line: bytes) -> object:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return ""
    return record.get("id", "") if isinstance(record, dict) else ""


def _stored_line(directory: Path, seq: int) -> bytes:
    segments = list_segments(directory)
    segment = next((each for each in reversed(segments) if each.first <= seq), None)
    if segment is None:
        first = f"the log begins with record {segments[0].first}" if segments else "the log holds no record"
        raise EvidenceError(f"record {seq} is not there: {first}", hint="what was pruned can no longer be shown")
    line = next(islice(iter_lines(segment.path), seq - segment.first, None), b"")
    if not line.endswith(b"\n"):
        raise EvidenceError(f"record {seq} is not there", hint="look with `vmsguard evidence show --tail 10`")
    if read_tombstone(line[:-1]) is not None:
        raise EvidenceError(f"record {seq} was erased", hint="its erase.done record says why: show --event erase.done")
    return line[:-1]
