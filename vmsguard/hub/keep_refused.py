"""What was refused is kept as it came: two heads of one key that contradict each other convict it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from vmsguard.evidence.disk import Disk

__all__ = ["MOST_BYTES_KEPT", "MOST_KEPT", "keep_refused", "still_kept"]

MOST_KEPT = 16
"""Files per reason and log: whoever sends nonsense for ever must not fill the hub's disk."""
MOST_BYTES_KEPT = 4 << 20
"""Bytes per reason and log; each has its own, so that no heap of nonsense takes the room of the heads of a fork."""


def keep_refused(folder: Path, code: str, raw: bytes, disk: Disk) -> str:
    """Keep a refused message; the file's name, or nothing where there are enough of its kind."""
    name = f"{code}-{sha256(raw).hexdigest()[:16]}.batch"
    path = folder / name
    if path.exists():
        return name
    folder.mkdir(parents=True, exist_ok=True)
    sizes = [kept.stat().st_size for kept in folder.glob(f"{code}-*.batch")]
    if len(sizes) >= MOST_KEPT or sum(sizes) + len(raw) > MOST_BYTES_KEPT:
        return ""
    disk.replace(path, raw)
    return name


def still_kept(folder: Path, code: str = "*") -> bool:
    """Whether anything that was refused for this reason, or for any, lies there: a person who looked takes it away."""
    return next(folder.glob(f"{code}-*.batch"), None) is not None
