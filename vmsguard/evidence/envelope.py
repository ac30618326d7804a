"""What the sink itself puts on every record: time, identity and salt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from vmsguard.evidence.disk import Disk
from vmsguard.evidence.layout import member
from vmsguard.evidence.record import SCHEMA
from vmsguard.evidence.redact import stamp
from vmsguard.model.clock import Clock

__all__ = ["Envelopes", "Moment", "Nonces", "Timekeeper"]

_VERSION = bytes(0x70 | byte & 0x0F for byte in range(256))
_VARIANT = bytes(0x80 | byte & 0x3F for byte in range(256))
_DRAWN = 26
_BATCH = 256
_STEP_SECONDS = 60.0
_SECOND = timedelta(seconds=1)


class Moment(Struct, frozen=True, gc=False):
    """One reading of the clocks."""

    ts: str
    unix_ms: int
    """Since 1970, by the wall clock."""
    monotonic: float
    boot_ns: int
    """Since boot, suspended time included."""


class Timekeeper:
    """Reads the clocks together and notices when the wall clock was set.

    What holds for a whole second, its text above all, is made once for all records in it. A step of the wall
    clock leaves the second, or finds more time passed than is in one: only then it is looked for.
    """

    __slots__ = ("_begins", "_boottime", "_clock", "_ends", "_last", "_stale", "_text", "_unix_ms", "step_ms")

    def __init__(self, clock: Clock, disk: Disk) -> None:
        self._clock = clock
        self._boottime = disk.boottime_ns
        self.step_ms = 0
        """By how much the wall clock was set before the last reading; 0 for not noticeably."""
        self._enter(clock.now(), clock.monotonic(), disk.boottime_ns())

    def next(self) -> Moment:
        """The present moment; ``step_ms`` tells a step that neither process clock nor time since boot shares."""
        now, monotonic, boot_ns = self._clock.now(), self._clock.monotonic(), self._boottime()
        self.step_ms = 0
        if not self._begins <= now < self._ends or monotonic > self._stale:
            self._note_step(now, monotonic, boot_ns)
            self._enter(now, monotonic, boot_ns)
        micro = now.microsecond
        return Moment(f"{self._text}.{micro:06d}Z", self._unix_ms + micro // 1000, monotonic, boot_ns)

    def _enter(self, now: datetime, monotonic: float, boot_ns: int) -> None:
        """Begin the second that ``now`` is in."""
        self._last = now, monotonic, boot_ns
        self._begins = now.replace(microsecond=0)
        self._ends = self._begins + _SECOND
        self._stale = monotonic + 1.0
        self._unix_ms = int(self._begins.timestamp()) * 1000
        self._text = stamp(self._begins)[:19]

    def _note_step(self, now: datetime, monotonic: float, boot_ns: int) -> None:
        last, last_monotonic, last_boot_ns = self._last
        passed = (now - last).total_seconds()
        ahead = passed - (monotonic - last_monotonic)
        if abs(ahead) > _STEP_SECONDS < abs(passed - (boot_ns - last_boot_ns) / 1e9):
            self.step_ms = round(ahead * 1000)


class Nonces:
    """Random hex in batches: one system call for 256 records. The salt keeps an erased record from being guessed."""

    __slots__ = ("_at", "_ms", "_ms_text", "_pool", "_random")

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._random = random_bytes
        self._pool = ""
        self._at = 0
        self._ms, self._ms_text = -1, ""

    def draw(self, unix_ms: int) -> tuple[str, str]:
        """An id (UUID version 7, RFC 9562: milliseconds since 1970 and 74 random bits) and a salt of 128 bits."""
        at = self._at
        if at >= len(self._pool):
            self._refill()
            at = 0
        self._at = at + _DRAWN * 2
        if unix_ms != self._ms:
            self._ms, self._ms_text = unix_ms, f"{unix_ms >> 16:08x}-{unix_ms & 0xFFFF:04x}"
        pool = self._pool
        identity = f"{self._ms_text}-{pool[at : at + 4]}-{pool[at + 4 : at + 8]}-{pool[at + 8 : at + 20]}"
        return identity, pool[at + 20 : at + 52]

    def _refill(self) -> None:
        """Draw a batch, with the version and variant bits of all its ids in place."""
        drawn = bytearray(self._random(_DRAWN * _BATCH))
        drawn[0::_DRAWN] = drawn[0::_DRAWN].translate(_VERSION)
        drawn[2::_DRAWN] = drawn[2::_DRAWN].translate(_VARIANT)
        self._pool = drawn.hex()


class Envelopes:
    """Makes the members of ``record.ENVELOPE_MEMBERS`` for one record after another."""

    __slots__ = ("_boot_id", "_nonces", "_run", "_run_member", "_schema")

    def __init__(self, boot_id: str, random_bytes: Callable[[int], bytes]) -> None:
        self._nonces = Nonces(random_bytes)
        self._boot_id = member("boot_id", boot_id)
        self._schema = member("schema", SCHEMA)
        self._run, self._run_member = "", ""

    def members(
        self, event: str, seq: int, prev: bytes, moment: Moment, run: str, cause: Sequence[int]
    ) -> tuple[str, ...]:
        """In the order of ``ENVELOPE_MEMBERS``. Texts put in without an encoder are our own and plain."""
        identity, salt = self._nonces.draw(moment.unix_ms)
        if run != self._run:
            self._run, self._run_member = run, member("run", run) if run else ""
        return (
            self._boot_id,
            member("cause", list(cause)) if cause else "",
            f',"event":"{event}"',
            f',"id":"{identity}"',
            f',"mono_ns":{moment.boot_ns}',
            f',"prev":"{prev.hex()}"',
            f'{self._run_member},"salt":"{salt}"{self._schema},"seq":{seq}',
            f',"ts":"{moment.ts}"',
        )
