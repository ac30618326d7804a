"""What the sink itself puts on every record: time, identity and salt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

__all__ = ["Nonces", "uuid7"]

_VARIANT = "89ab"
_DRAWN = 26
_BATCH = 256


class Nonces:
    """Random hex in batches: one system call for 256 records."""

    __slots__ = ("_at", "_pool", "_random")

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._random = random_bytes
        self._pool = ""
        self._at = 0

    def draw(self) -> tuple[str, str]:
        """20 hex digits for an id, and a salt of 128 bits so that an erased record cannot be guessed."""
        if self._at >= len(self._pool):
            self._pool = self._random(_DRAWN * _BATCH).hex()
            self._at = 0
        at = self._at
        self._at = at + _DRAWN * 2
        return self._pool[at : at + 20], self._pool[at + 20 : at + 52]


def uuid7(now: datetime, random: str) -> str:
    """A UUID of version 7 (RFC 9562): milliseconds, then 74 random bits from 19 hex digits."""
    stamp = f"{int(now.timestamp() * 1000):012x}"
    variant = _VARIANT[int(random[3], 16) & 3]
    return f"{stamp[:8]}-{stamp[8:]}-7{random[:3]}-{variant}{random[4:7]}-{random[7:19]}"
