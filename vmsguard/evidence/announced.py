"""Which records the log itself says were taken out: a writer continues no log that lacks any others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["ERASE_DONE", "AnnouncedErasures"]

ERASE_DONE = b'"event":"erase.done"'
"""In the line of every such record; within a text its quotes would be escaped."""


class AnnouncedErasures:
    """The ranges that ``erase.done`` records name, by kind."""

    __slots__ = ("_ranges",)

    def __init__(self) -> None:
        self._ranges: dict[str, list[tuple[int, int]]] = {}

    def follow(self, record: Mapping[str, Any]) -> None:
        """Take note of one record, if it is one of an erasure that was carried out."""
        if record.get("event") == "erase.done":
            self._ranges.setdefault(record["kind"], []).append((record["first"], record["last"]))

    def cover(self, kind: str, first: int, last: int) -> bool:
        """Whether every record from ``first`` to ``last`` was taken out that way, at once or bit by bit."""
        reached = first - 1
        for begin, end in sorted(self._ranges.get(kind, ())):
            if begin <= reached + 1:
                reached = max(reached, end)
        return reached >= last
