"""One place on the page per record: ``#r-<seq>``."""

from __future__ import annotations

from collections.abc import Iterator

from vmsguard.report.model import Report

__all__ = ["Anchors"]


class Anchors:
    """Ids for the places where records are told; each is given out once.

    Two logs in one report may both have a record 12: the second gets ``r-12-2``, because an id that stands twice
    leads nowhere.
    """

    def __init__(self, report: Report) -> None:
        self._taken: dict[int, int] = {}
        self._ids: dict[tuple[str, int], str] = {}
        for origin, seq in _told(report):
            self._ids.setdefault((origin, seq), self._next(seq))
        self._given: set[tuple[str, int]] = set()

    def claim(self, origin: str, seq: int) -> str:
        """The id for the place that is being written now; empty where the record already has one."""
        key = (origin, seq)
        if key in self._given:
            return ""
        self._given.add(key)
        if key not in self._ids:
            self._ids[key] = self._next(seq)
        return self._ids[key]

    def where(self, origin: str, seq: int) -> str:
        """The id of the place where an item tells this record; empty if none does."""
        return self._ids.get((origin, seq), "")

    def _next(self, seq: int) -> str:
        count = self._taken[seq] = self._taken.get(seq, 0) + 1
        return f"r-{seq}" if count == 1 else f"r-{seq}-{count}"


def _told(report: Report) -> Iterator[tuple[str, int]]:
    """Records of items, then those of parts, which the page tells for what does not pass."""
    seen = set()
    for item in report.items:
        if (item.origin, item.seq) not in seen:
            seen.add((item.origin, item.seq))
            yield item.origin, item.seq
    for item in report.items:
        for part in item.parts if item.verdict != "pass" else ():
            if (part.origin, part.seq) not in seen:
                seen.add((part.origin, part.seq))
                yield part.origin, part.seq
