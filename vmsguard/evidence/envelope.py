"""What the sink itself puts on every record: time, identity and salt."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from vmsguard.evidence.disk import Disk
from vmsguard.evidence.redact import stamp
from vmsguard.model.clock import Clock

__all__ = ["Moment", "Nonces", "Timekeeper"]

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

    __slots__ = ("_boottime", "_clock", "_last", "_second", "_second_text", "step_ms")

    def __init__(self, clock: Clock, disk: Disk) -> None:
        self._clock = clock
        self._boottime = disk.boottime_ns
        self._second, self._second_text = -1, ""
        self.step_ms = 0
        """By how much the wall clock was set before the last reading; 0 for not noticeably."""
        self._last = self.read()

    def read(self) -> Moment:
        """The clocks as they stand; the text of a second is made once for all records in it."""
        now = self._clock.now()
        seconds = now.timestamp()
        if int(seconds) != self._second:
            self._second, self._second_text = int(seconds), stamp(now)[:19]
        ts = f"{self._second_text}.{now.microsecond:06d}Z"
        return Moment(ts, seconds, self._clock.monotonic(), self._boottime())

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
    """Random hex in batches: one system call for 256 records. The salt keeps an erased record from being guessed."""

    __slots__ = ("_at", "_pool", "_random")

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._random = random_bytes
        self._pool = ""
        self._at = 0

    def draw(self, seconds: float) -> tuple[str, str]:
        """An id (UUID version 7, RFC 9562: milliseconds since 1970 and 74 random bits) and a salt of 128 bits."""
        at = self._at
        if at >= len(self._pool):
            self._pool = self._random(_DRAWN * _BATCH).hex()
            at = 0
        self._at = at + _DRAWN * 2
        pool, ms = self._pool, int(seconds * 1000)
        tail = f"7{pool[at : at + 3]}-{_VARIANT[pool[at + 3]]}{pool[at + 4 : at + 7]}-{pool[at + 7 : at + 19]}"
        return f"{ms >> 16:08x}-{ms & 0xFFFF:04x}-{tail}", pool[at + 20 : at + 52]
