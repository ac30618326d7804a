"""The files a recorder writes: one small segment per tick and recording, named by the time it was written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from vmsguard.simulator.call import World
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.footage import footage_key
from vmsguard.simulator.job_state import recording_runs

__all__ = ["SegmentStore", "write_history", "write_segments"]

_SUFFIX: Final = ".seg"
_STAMP: Final = "%Y%m%dT%H%M%S%f"
_CONTENT: Final = b"simulated segment\n" * 32
_HISTORY: Final = 4
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


def write_segments(device: Device, store: SegmentStore, world: World) -> None:
    """One segment for every recording that runs now; what retention does not allow goes."""
    now = world.now()
    for recording in device.configuration.recordings:
        if recording_runs(device, recording.token, world):
            store.write(recording.token, now)
        if recording.retention_seconds:
            store.discard(recording.token, before=now - timedelta(seconds=recording.retention_seconds))


def write_history(device: Device, store: SegmentStore) -> None:
    """Footage from before the start has files, too; a recorder that continues has its own."""
    if store.count():
        return
    for recording in device.configuration.recordings:
        for track in recording.tracks:
            footage = device.footage.get(footage_key(recording.token, track.token))
            if footage is None or footage.start is None or footage.end is None:
                continue
            step = (footage.end - footage.start) / _HISTORY
            for place in range(_HISTORY):
                store.write(recording.token, footage.start + step * place)
