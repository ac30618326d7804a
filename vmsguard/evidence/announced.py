"""Which records the log itself says were taken out: a writer continues no log that lacks any others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["ERASURE", "AnnouncedErasures"]

ERASURE = b'"event":"erase.'
"""In the line of every record of an erasure; within a text its quotes would be escaped."""


class AnnouncedErasures:
    """The ranges that records of erasures name, by kind.

    One that was asked for counts as one that was done: a crash can come between the two, and the log must open
    again for it to be finished. An auditor tells them apart.
    """

    __slots__ = ("_ranges",)

    def __init__(self) -> None:
        self._ranges: dict[str, list[tuple[int, int]]] = {}

    def follow(self, record: Mapping[str, Any]) -> None:
        """Take note of one record, if it is one of an erasure; what is still to be written, none can announce."""
        if record.get("event") in ("erase.requested", "erase.done") and record["last"] < record["seq"]:
            self._ranges.setdefault(record["kind"], []).append((record["first"], record["last"]))

    def cover(self, kind: str, first: int, last: int) -> bool:
        """Whether every record from ``first`` to ``last`` was taken out that way, at once or bit by bit."""
        reached = first - 1
        for begin, end in sorted(self._ranges.get(kind, ())):
            if begin <= reached + 1:
                reached = max(reached, end)
        return reached >= last
