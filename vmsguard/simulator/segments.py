"""The files a recorder writes: one small segment per tick and recording, named by the time it was written."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from vmsguard.simulator.call import World
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.footage import footage_key
from vmsguard.simulator.job_state import running_recordings

__all__ = ["SegmentStore", "write_history", "write_segments"]

_SUFFIX: Final = ".seg"
_STAMP: Final = "%Y%m%dT%H%M%S%f"
_CONTENT: Final = b"simulated segment\n" * 32
_HISTORY: Final = 4
_KEPT: Final = 2000
"""Segments per recording before the oldest is overwritten, as a full disk would make a recorder do."""


class SegmentStore:
    """Segments below one directory; a path that cannot be written raises ``OSError``."""

    def __init__(self, root: str | Path, *, kept: int = _KEPT) -> None:
        self._root = Path(root)
        self._kept = kept
        self._listed: dict[str, deque[Path]] = {}
        """Oldest first, by recording: read from disk once, not at every tick."""

    def write(self, recording: str, now: datetime) -> Path:
        """Write one segment; beyond the number that is kept the oldest goes."""
        present = self._segments(recording)
        folder = self._root / recording
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{_stamp(now)}{_SUFFIX}"
        path.write_bytes(_CONTENT)
        present.append(path)
        while len(present) > self._kept:
            present.popleft().unlink(missing_ok=True)
        return path

    def discard(self, recording: str, *, before: datetime | None = None) -> None:
        """Remove the segments of a recording, or those written before a time."""
        present = self._segments(recording)
        while present and (before is None or present[0].stem < _stamp(before)):
            present.popleft().unlink(missing_ok=True)

    def count(self) -> int:
        """How many there are on disk."""
        return sum(1 for _ in self._root.glob(f"*/*{_SUFFIX}"))

    def _segments(self, recording: str) -> deque[Path]:
        if recording not in self._listed:
            self._listed[recording] = deque(sorted((self._root / recording).glob(f"*{_SUFFIX}")))
        return self._listed[recording]


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(_STAMP)


def write_segments(device: Device, store: SegmentStore, world: World) -> None:
    """One segment for every recording that runs now; what retention does not allow goes."""
    now = world.now()
    running = running_recordings(device, world)
    for recording in device.configuration.recordings:
        if recording.token in running:
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
