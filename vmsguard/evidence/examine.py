"""What opening a log would do, told without touching anything and without a key."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.founding import is_empty, read_head
from vmsguard.evidence.recover import Standing, replay
from vmsguard.evidence.segments import SEGMENT_RECORDS

__all__ = ["Examined", "examine"]


class Examined(Struct, frozen=True, kw_only=True):
    """A log as it lies there; of a refused one only ``refused``, ``hint`` and what the head says are known."""

    origin: str = ""
    signed: int = 0
    """Records that the head covers; its signature was not verified."""
    records: int = 0
    """Whole records, pruned ones included."""
    pruned: int = 0
    torn_bytes: int = 0
    """Behind the last whole record: opening keeps them aside and cuts them off."""
    unresolved: int = 0
    """Changes without a result: the next run records them as interrupted."""
    uncompressed: int = 0
    """Sealed segments that opening would compress or give their tiles."""
    refused: str = ""
    """Why the log must not be continued; empty where it may be."""
    hint: str = ""


def examine(directory: Path, segment_records: int = SEGMENT_RECORDS) -> Examined:
    """What opening would find and do; ``EvidenceError`` where there is no log.

    Structure alone: whose the head is, and whether its signature holds, only the key can show.
    """
    if is_empty(directory):
        raise EvidenceError(f"there is no evidence log in {directory}", hint="name the evidence directory")
    head = None
    try:
        head = read_head(directory)
        return _told(head, replay(directory, head, segment_records))
    except EvidenceError as error:
        origin, signed = (head.origin, head.size) if head else ("", 0)
        return Examined(origin=origin, signed=signed, refused=str(error), hint=error.hint)


def _told(head: Checkpoint, standing: Standing) -> Examined:
    torn = 0
    if standing.segment and standing.read and not standing.segment.compressed:
        torn = standing.segment.path.stat().st_size - standing.offset
    return Examined(
        origin=head.origin,
        signed=head.size,
        records=standing.frontier.size,
        pruned=standing.pruned,
        torn_bytes=torn,
        unresolved=len(standing.intents.open),
        uncompressed=len(standing.unkept),
    )
