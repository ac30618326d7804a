"""A log that is written by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog, Pace

__all__ = ["KEY", "ORIGIN", "OwnClock", "WrittenLog"]

ORIGIN = "uplink.example.org/site-a"
KEY = SigningKey.generate(ORIGIN)


class OwnClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
        self.seconds = 1_000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds


class WrittenLog:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = OwnClock()
        self.log = self.opened()

    def opened(self) -> EvidenceLog:
        pace = Pace(segment_records=256)
        return EvidenceLog.open(self.folder, origin=ORIGIN, key=KEY, clock=self.clock, pace=pace)

    def write(self, count: int, *, signed: bool = True) -> None:
        for _ in range(count):
            self.log.heartbeat(60)
        if signed:
            self.log.checkpoint()
