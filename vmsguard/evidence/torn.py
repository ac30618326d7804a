"""Bytes that a crash left behind the last whole record: kept aside, cut off, and named in the log."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from vmsguard.evidence.disk import Disk

__all__ = ["digest_of", "keep_torn", "torn_pieces"]


def keep_torn(directory: Path, segment: Path, offset: int, seq: int, disk: Disk) -> None:
    """Move what follows ``offset`` of the segment into a file of its own; nothing if there is nothing.

    The copy is durable before the cut, so a crash in between leaves the bytes twice, never gone.
    """
    with segment.open("rb") as file:
        file.seek(offset)
        tail = file.read()
    if not tail:
        return
    kept = _free_name(directory, seq, tail)
    if not kept.exists():
        disk.replace(kept, tail)
    disk.truncate(segment, offset)


def torn_pieces(directory: Path, seq: int) -> list[dict[str, str | int]]:
    """The kept pieces that ``log.recovered`` at ``seq`` has to name: it takes the place of the torn record."""
    found = sorted([*directory.glob(f"torn-{seq}.bin"), *directory.glob(f"torn-{seq}-*.bin")])
    return [{"file": path.name, "size": path.stat().st_size, "sha256": digest_of(path)} for path in found]


def digest_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _free_name(directory: Path, seq: int, tail: bytes) -> Path:
    """A name that is free, or already holds the same bytes (the crash came before the cut)."""
    kept, copy = directory / f"torn-{seq}.bin", 1
    while kept.exists() and kept.read_bytes() != tail:
        copy += 1
        kept = directory / f"torn-{seq}-{copy}.bin"
    return kept
