"""What the sink itself puts on every record: time, identity and salt."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from vmsguard.evidence.disk import Disk
from vmsguard.evidence.redact import stamp
from vmsguard.model.clock import Clock

__all__ = ["Moment", "Nonces", "Timekeeper", "uuid7"]

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_DRAWN = 26
_BATCH = 256
_STEP_SECONDS = 60.0


class Moment(NamedTuple):
    """One reading of the clocks."""

    ts: str
    seconds: float
    """Since 1970, by the wall clock."""
    monotonic: float
    boot_ns: int
    """Since boot, suspended time included."""


class Timekeeper:
    """Reads the clocks together and notices when the wall clock was set."""

    __slots__ = ("_clock", "_disk", "_last", "step_ms")

    def __init__(self, clock: Clock, disk: Disk) -> None:
        self._clock = clock
        self._disk = disk
        self.step_ms = 0
        """By how much the wall clock was set before the last reading; 0 for not noticeably."""
        self._last = self.read()

    def read(self) -> Moment:
        now = self._clock.now()
        return Moment(stamp(now), now.timestamp(), self._clock.monotonic(), self._disk.boottime_ns())

    def next(self) -> Moment:
        """The present moment; ``step_ms`` tells a step that neither process clock nor time since boot shares."""
        last, moment = self._last, self.read()
        self._last = moment
        passed = moment.seconds - last.seconds
        ahead = passed - (moment.monotonic - last.monotonic)
        self.step_ms = 0
        if abs(ahead) > _STEP_SECONDS < abs(passed - (moment.boot_ns - last.boot_ns) / 1e9):
            self.step_ms = round(ahead * 1000)
        return moment


class Nonces:
    """Random hex in batches: one system call for 256 records."""

    __slots__ = ("_at", "_pool", "_random")

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._random = random_bytes
        self._pool = ""
        self._at = 0

    def draw(self) -> tuple[str, str]:
        """20 hex digits for an id, and a salt of 128 bits so that an erased record cannot be guessed."""
        at = self._at
        if at >= len(self._pool):
            self._pool = self._random(_DRAWN * _BATCH).hex()
            at = 0
        self._at = at + _DRAWN * 2
        return self._pool[at : at + 20], self._pool[at + 20 : at + 52]


def uuid7(seconds: float, random: str) -> str:
    """A UUID of version 7 (RFC 9562): milliseconds since 1970, then 74 random bits from 19 hex digits."""
    stamp = f"{int(seconds * 1000):012x}"
    return f"{stamp[:8]}-{stamp[8:]}-7{random[:3]}-{_VARIANT[random[3]]}{random[4:7]}-{random[7:19]}"
