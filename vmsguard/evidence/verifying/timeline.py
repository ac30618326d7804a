"""Whether the times of a log can be true: no silence where a heartbeat was promised, no clock set without a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from vmsguard.evidence.problems import Level, Problem

__all__ = ["Moment", "Passage", "Timeline", "Watch", "clock_problem", "read_instant"]

_STEP_SECONDS = 61.0
"""The writer tells steps of more than a minute; its clocks are read one after the other."""

_SOON_NS = 60 * 10**9
"""Within one second of the wall clock, no more may pass on the other without being a step."""

_SHORTEST = timedelta(seconds=2)
"""Twice the shortest interval a heartbeat can promise: a passage below it is never silence."""

_OPENINGS = frozenset(("log.opened", "log.recovered"))


class Moment(Struct, frozen=True, gc=False):
    """When a record says it was written."""

    seq: int
    at: datetime
    mono_ns: int
    boot: str
    event: str


class Passage(Struct, frozen=True):
    """Two records, one after the other, whose times deserve a look."""

    before: Moment
    after: Moment


def read_instant(text: str) -> datetime:
    """A record's own time; ``ValueError`` for any other form."""
    if len(text) != 27 or not text.endswith("Z"):
        raise ValueError("not RFC 3339 in UTC with six digits")
    return datetime.fromisoformat(text)


class Watch:
    """Follows the records of one segment and keeps the passages that may matter.

    Within a segment it is not known what heartbeat the records before it promised, so until one is seen here
    every passage beyond two seconds is kept.
    """

    __slots__ = ("_at", "_boot", "_event", "_first", "_limit", "_mono", "_second", "_seq")

    def __init__(self) -> None:
        self._first: Moment | None = None
        self._limit: timedelta | None = _SHORTEST
        """Beyond which a passage may be silence; None while nothing is promised."""
        self._at = datetime.min.replace(tzinfo=UTC)
        self._seq, self._second, self._mono, self._boot, self._event = -1, "", 0, "", ""

    @property
    def first(self) -> Moment | None:
        return self._first

    @property
    def last(self) -> Moment | None:
        return None if self._first is None else self._moment()

    def follow(self, record: Any) -> Passage | None:
        """Take note of one record; the passage to it, where that deserves a look.

        ``ValueError`` if its time has another form.
        """
        ts, mono, event = record.ts, record.mono_ns, record.event
        at, second = read_instant(ts), ts[:19]
        before = None
        if second != self._second or record.boot_id != self._boot or not 0 <= mono - self._mono <= _SOON_NS:
            before = self.last
            self._second, self._boot = second, record.boot_id
        self._seq, self._at, self._mono, self._event = record.seq, at, mono, event
        passage = None
        if before is not None:
            passage = self._judged(before, self._moment())
        elif self._first is None:
            self._first = self._moment()
        if event == "heartbeat":
            self._limit = timedelta(seconds=2 * record.interval)
        elif event == "log.closed":
            self._limit = None
        return passage

    def _moment(self) -> Moment:
        return Moment(self._seq, self._at, self._mono, self._boot, self._event)

    def _judged(self, before: Moment, now: Moment) -> Passage | None:
        silent = self._limit is not None and now.at - before.at > self._limit
        return Passage(before, now) if silent or clock_problem(before, now) else None


class Timeline:
    """Joins what the watches of all segments kept, in order, and says what was wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._last: Moment | None = None
        self._interval: timedelta | None = None

    @property
    def promised(self) -> bool:
        """Whether the last word of the log was that there would be more."""
        return self._interval is not None

    @property
    def last(self) -> Moment | None:
        return self._last

    def enter(self, first: Moment | None, last: Moment | None) -> None:
        """Go over into the next segment."""
        if self._last is not None and first is not None:
            self.look(Passage(self._last, first))
        self._last = last or self._last

    def look(self, passage: Passage) -> None:
        if wrong := clock_problem(passage.before, passage.after):
            self.problems.append(wrong)
        self.problems.extend(self._silence(passage.before.at, passage.after.at, passage.after.seq))

    def follow(self, record: Mapping[str, Any]) -> None:
        """Take note of a record that promises the next one, or that there is none."""
        if record["event"] == "heartbeat":
            self._interval = timedelta(seconds=record["interval"])
        elif record["event"] == "log.closed":
            self._interval = None

    def until(self, now: datetime) -> Iterator[Problem]:
        """Silence from the last record on."""
        if self._last is not None:
            yield from self._silence(self._last.at, now, self._last.seq)

    def _silence(self, since: datetime, until: datetime, seq: int) -> Iterator[Problem]:
        if self._interval is not None and until - since > 2 * self._interval:
            passed, promised = int((until - since).total_seconds()), int(self._interval.total_seconds())
            message = f"{passed} s without a record, where one was promised every {promised} s"
            yield Problem(Level.INCOMPLETE, "silence", message, seq)


def clock_problem(before: Moment, after: Moment) -> Problem | None:
    """What the time between two records shows of a clock that was set without saying so."""
    if after.event == "clock.stepped":
        return None
    passed = (after.at - before.at).total_seconds()
    if before.boot != after.boot or "unknown" in (before.boot, after.boot):
        ahead = min(passed, 0.0)
    elif after.mono_ns < before.mono_ns:
        message = "the time since boot runs backwards: records of two machines, or made up"
        return Problem(Level.INCOMPLETE, "clock", message, after.seq)
    else:
        ahead = passed - (after.mono_ns - before.mono_ns) / 1e9
    if abs(ahead) <= _STEP_SECONDS:
        return None
    by = f"the clock was set by {round(ahead)} s"
    if after.event in _OPENINGS:
        return Problem(Level.NOTICE, "clock", f"{by} while nothing was written", after.seq)
    return Problem(Level.INCOMPLETE, "clock", f"{by} and no record says so", after.seq)
