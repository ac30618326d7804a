"""What was taken out of a log, and whether the log itself announces it: anything else is tampering."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from vmsguard.evidence.problems import Level, Problem

__all__ = ["Erasures"]


class _Announced(Struct, frozen=True):
    seq: int
    first: int
    last: int
    done: bool
    code: str
    events: Mapping[str, int]
    cut_runs: Sequence[str]

    @property
    def told(self) -> str:
        """What the log says was taken out, and why."""
        what = ", ".join(self.events) or "of an event that is not told"
        return f"{what}; {self.code or 'no reason told'}"

    def covers(self, seq: int) -> bool:
        return self.first <= seq <= self.last


class Erasures:
    """Follows ``erase.requested`` and ``erase.done``, and compares them with what is missing."""

    def __init__(self) -> None:
        self.open_intents: set[int] = set()
        """Intents that were open where pruning ended."""
        self._announced: dict[str, list[_Announced]] = {"pruned": [], "tombstone": []}
        self._found: list[Problem] = []

    def follow(self, record: Mapping[str, Any]) -> None:
        said = _Announced(
            record["seq"],
            record["first"],
            record["last"],
            record["event"] == "erase.done",
            record.get("code", ""),
            record.get("events", {}),
            record.get("cut_runs", ()),
        )
        if not said.first <= said.last < said.seq:
            message = f"it names records {said.first} to {said.last}, which do not all stand before it"
            self._found.append(Problem(Level.INCOMPLETE, "malformed", message, said.seq))
            return
        self._announced[record["kind"]].append(said)
        if said.done and record["kind"] == "pruned":
            self.open_intents.update(record.get("open_intents", ()))

    def taken(self, event: str, tombstones: Sequence[int], run: str | None = None) -> list[int]:
        """Where records of an event, of one run if one is named, were taken out one by one, as the log says.

        No record counts that is still there, and none twice. Of a range it is not known which they were: the
        last ones count.
        """
        found: list[int] = []
        claimed: set[int] = set()
        for said in self._announced["tombstone"]:
            count = said.events.get(event, 0)
            if not said.done or count < 1 or (run is not None and run not in said.cut_runs):
                continue
            within = tombstones[bisect_left(tombstones, said.first) : bisect_right(tombstones, said.last)]
            places = [seq for seq in within if seq not in claimed][-count:]
            claimed.update(places)
            found += places
        return sorted(found)

    def cut_by_pruning(self, run: str, seq: int) -> bool:
        """Whether a run with a record at ``seq`` lost its beginning when the log was pruned later."""
        return any(said.done and seq < said.seq and run in said.cut_runs for said in self._announced["pruned"])

    def problems(self, border: int, tombstones: Sequence[int], since: int) -> Iterator[Problem]:
        """What the erasures amount to: records before ``border`` are gone, ``tombstones`` stand for others.

        Announcements before ``since`` may not have been read, unless the log was pruned: single records there
        cannot be judged by them.
        """
        yield from self._found
        if border:
            yield self._pruned(border)
        yield from self._tombstones(tombstones, since)
        yield from self._left_over(border, tombstones, since)

    def _pruned(self, border: int) -> Problem:
        told = f"records 0 to {border - 1} are gone"
        for said in (self._reaching(border, done=True), self._reaching(border, done=False)):
            if said is not None and said.done:
                message = f"{told}, as the log announces; their hashes are there"
                return Problem(Level.NOTICE, "pruned", message, said.seq)
            if said is not None:
                message = f"{told}: a removal was asked for and its end is not recorded"
                return Problem(Level.INCOMPLETE, "erasure-unfinished", message, said.seq)
        return Problem(Level.TAMPERED, "pruned-unannounced", f"{told} and nothing in the log announces it", 0)

    def _reaching(self, border: int, *, done: bool) -> _Announced | None:
        """The announcement with which pruning reaches the border, at once or bit by bit."""
        reached = 0
        for said in sorted(self._announced["pruned"], key=lambda said: said.first):
            if said.first <= reached and (said.done or not done):
                reached = max(reached, said.last + 1)
                if reached >= border:
                    return said
        return None

    def _tombstones(self, tombstones: Sequence[int], since: int) -> Iterator[Problem]:
        said = self._announced["tombstone"]
        for seq in tombstones:
            done = next((announced for announced in said if announced.done and announced.covers(seq)), None)
            if done is not None:
                message = f"the record was taken out, as the log announces ({done.told})"
                yield Problem(Level.NOTICE, "erased", message, seq)
            elif any(announced.covers(seq) for announced in said):
                message = "the record was taken out; that was asked for and its end is not recorded"
                yield Problem(Level.INCOMPLETE, "erasure-unfinished", message, seq)
            elif seq < since:
                message = "the record was taken out; whether the log announces it was not judged again"
                yield Problem(Level.NOTICE, "erased", message, seq)
            else:
                message = "the record was taken out and nothing in the log announces it"
                yield Problem(Level.TAMPERED, "erased-unannounced", message, seq)

    def _left_over(self, border: int, tombstones: Sequence[int], since: int) -> Iterator[Problem]:
        """Records that the log says are gone and that are still there."""
        for said in self._announced["tombstone"]:
            first, last = max(said.first, border, since), min(said.last, said.seq - 1)
            gone = bisect_right(tombstones, last) - bisect_left(tombstones, first)
            if said.done and (left := last + 1 - first - gone) > 0:
                yield _left(said, f"{left} records")
        for said in self._announced["pruned"]:
            if said.done and said.last >= border:
                yield _left(said, f"records {border} to {said.last}")


def _left(said: _Announced, what: str) -> Problem:
    return Problem(Level.INCOMPLETE, "not-erased", f"{what} that the log says were taken out are still there", said.seq)
