"""The files a recorder writes: one small segment per tick and recording, named by the time it was written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

__all__ = ["SegmentStore"]

_SUFFIX: Final = ".seg"
_STAMP: Final = "%Y%m%dT%H%M%S%f"
_CONTENT: Final = b"simulated segment\n" * 32
_KEPT: Final = 2000
"""Segments per recording before the oldest is overwritten, as a full disk would make a recorder do."""


class SegmentStore:
    """Segments below one directory; a path that cannot be written raises ``OSError``."""

    def __init__(self, root: str | Path) -> None:
        self._root = Path(root)

    def write(self, recording: str, now: datetime) -> Path:
        folder = self._root / recording
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{now.astimezone(UTC).strftime(_STAMP)}{_SUFFIX}"
        path.write_bytes(_CONTENT)
        present = self._segments(recording)
        for oldest in present[: max(0, len(present) - _KEPT)]:
            oldest.unlink(missing_ok=True)
        return path

    def discard(self, recording: str, *, before: datetime | None = None) -> None:
        """Remove the segments of a recording, or those written before a time."""
        limit = None if before is None else before.astimezone(UTC).strftime(_STAMP)
        for path in self._segments(recording):
            if limit is None or path.stem < limit:
                path.unlink(missing_ok=True)

    def count(self) -> int:
        return sum(1 for _ in self._root.glob(f"*/*{_SUFFIX}"))

    def _segments(self, recording: str) -> list[Path]:
        return sorted((self._root / recording).glob(f"*{_SUFFIX}"))
