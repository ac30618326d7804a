"""How often heads are signed and segments sealed."""

from __future__ import annotations

from msgspec import Struct

from vmsguard.evidence.segments import SEGMENT_RECORDS

__all__ = ["Pace"]


class Pace(Struct, frozen=True):
    """How often heads are signed and segments sealed."""

    checkpoint_records: int = 256
    checkpoint_seconds: float = 60.0
    segment_records: int = SEGMENT_RECORDS
    compress_sealed: bool = True
    sealing_seconds: float = 30.0
    """How long closing waits for sealed segments to be compressed; the next opening does the rest."""
