"""What a log is when it is opened: replayed up to its last whole record, and compared with its signed head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.canonical import check_canonical
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.intents import IntentBook
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.segments import Segment, checkpoint_path, iter_lines, list_segments
from vmsguard.evidence.torn import keep_torn
from vmsguard.evidence.tree import EMPTY_ROOT, Frontier, leaf_hash

__all__ = ["NO_RECORD", "Standing", "read_signed_head", "replay"]

NO_RECORD = bytes(32)
"""``prev`` of the first record."""


_CHANGE = b'"event":"apply.'
"""In every record of a change as it is written; within a text its quotes would be escaped."""


class Standing(Struct):
    """Where the next record goes."""

    frontier: Frontier
    prev: bytes
    segment: Segment | None
    offset: int
    """Bytes of the open segment that are whole records."""
    last: dict[str, Any]
    intents: IntentBook


def read_signed_head(directory: Path, key: SigningKey) -> Checkpoint:
    """The head this key signed last; anything else is a reason not to write."""
    try:
        data = checkpoint_path(directory).read_bytes()
    except OSError as error:
        raise _refuse(f"its checkpoint cannot be read ({error.strerror})") from error
    head = parse_checkpoint(data)
    signed = head.note.signatures if head.note else ()
    ours = [signature for signature in signed if key.verifier.made(signature)]
    if head.origin != key.name or not ours:
        raise EvidenceError(
            f"the evidence log belongs to {head.origin} and another key, not to {key.vkey}",
            hint="use the log's own key, or start a log in an empty directory",
        )
    if not all(key.verifier.verifies(head.text, signature) for signature in ours):
        raise _refuse("the signature of its checkpoint is wrong")
    return head


def replay(directory: Path, head: Checkpoint, segment_records: int, disk: Disk) -> Standing:
    """The standing after the last whole record; bytes behind it are kept aside and cut off.

    Records the head covers must be there and give its root: a shorter or different log is never continued.
    """
    segments = list_segments(directory)
    standing = Standing(Frontier(), NO_RECORD, None, 0, {}, IntentBook())
    root = EMPTY_ROOT if head.size == 0 else b""
    for place, segment in enumerate(segments):
        if segment.first != place * segment_records or standing.frontier.size != segment.first:
            raise _refuse(f"segment {segment.first} does not continue record {standing.frontier.size}")
        standing.segment, standing.offset = segment, 0
        root = _replay_segment(standing, head, root, last=place == len(segments) - 1)
    if standing.frontier.size < head.size:
        raise _refuse(f"it holds {standing.frontier.size} records and its signed head {head.size}")
    if root != head.root:
        raise _refuse(f"its first {head.size} records do not give the root that was signed")
    if standing.segment is not None:
        keep_torn(directory, standing.segment.path, standing.offset, standing.frontier.size, disk)
    return standing


def _replay_segment(standing: Standing, head: Checkpoint, root: bytes, *, last: bool) -> bytes:
    """Follow one segment; the root at the head's size once that is reached.

    Under the head a record's bytes are what the root vouches for, so there only those are read that the
    replay needs: changes, and the last. Behind it every record must show itself to be whole.
    """
    segment = standing.segment
    assert segment is not None
    frontier = standing.frontier
    for line in iter_lines(segment.path):
        seq = frontier.size
        under_head = seq < head.size
        if not under_head or seq == head.size - 1 or _CHANGE in line or not line.endswith(b"\n"):
            record = _whole_record(line, seq, standing.prev)
            if record is None and not under_head and last:
                break
            if record is None:
                raise _refuse(f"record {seq} is damaged and stands before the signed head")
            standing.last = record
            standing.intents.follow(record)
        standing.prev = leaf_hash(line[:-1])
        frontier.append(standing.prev)
        standing.offset += len(line)
        if seq + 1 == head.size:
            root = frontier.root()
    return root


def _whole_record(line: bytes, seq: int, prev: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    value, wrong = check_canonical(line[:-1])
    if wrong or not isinstance(value, dict):
        return None
    return value if value.get("seq") == seq and value.get("prev") == prev.hex() else None


def _refuse(why: str) -> EvidenceError:
    return EvidenceError(
        f"the evidence log was rolled back or edited: {why}",
        hint="archive the directory as it is, run `vmsguard evidence verify` on it, and start a new origin",
    )
