"""Windows of time that a purge must leave alone, and how a change carries them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Self

from msgspec import Struct

__all__ = ["HeldWindow", "read_windows", "write_windows"]

_MARGIN = timedelta(seconds=1)
"""Devices tell whole seconds: what seems to begin at a window's end may have begun in it."""


class HeldWindow(Struct, frozen=True, order=True):
    """Footage taken while ``since <= t < until`` is kept."""

    since: datetime
    until: datetime

    def touches(self, start: datetime | None, end: datetime | None) -> bool:
        """Whether footage from ``start`` to ``end`` may hold a part of it; a bound nobody told may lie anywhere."""
        begins_before = start is None or start < self.until + _MARGIN
        return begins_before and (end is None or end > self.since - _MARGIN)

    def wider(self, by: timedelta) -> Self:
        """The window as a clock that is this far off may have dated it."""
        return type(self)(self.since - by, self.until + by)

    def __str__(self) -> str:
        return f"{_told(self.since)}/{_told(self.until)}"


def write_windows(windows: Iterable[HeldWindow]) -> str:
    """The argument ``held`` of a change: ``2026-11-20T05:00:00Z/2026-11-20T07:00:00Z``, several with commas."""
    return ",".join(str(window) for window in sorted(set(windows)))


def read_windows(text: str) -> tuple[HeldWindow, ...]:
    """The windows of an argument; raises ``ValueError`` for one that cannot be read, so that nothing is deleted."""
    return tuple(_window(part) for part in text.split(",")) if text else ()


def _window(text: str) -> HeldWindow:
    since, until = (datetime.fromisoformat(part) for part in text.split("/"))
    if since.tzinfo is None or until.tzinfo is None or until <= since:
        raise ValueError(f"not a window: {text!r}")
    return HeldWindow(since, until)


def _told(at: datetime) -> str:
    """With the part of a second, or the window would shrink."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
