"""What a log's records owe each other across a border: the ground on which pruning is allowed or refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.intents import IntentBook
from vmsguard.evidence.segments import iter_lines, list_segments
from vmsguard.evidence.tombstone import read_tombstone

__all__ = ["OpenEnds", "SegmentSurvey", "Survey", "Told", "announcements", "open_ends", "survey_log"]

_DUTY = ("camera", "target", "channel", "pack", "rule")
_HOLD = ("hold", "camera")

Told = Callable[[int, int], None]
"""Called with segments read and segments in all."""


class SegmentSurvey(Struct):
    """What one segment holds, as far as pruning asks."""

    first: int
    count: int
    newest: datetime | None
    """The latest time in it; None where no record says one."""
    events: Counter[str]
    runs: set[str]
    announcements: list[dict[str, Any]]
    """Records that ask for another, or answer one."""


class Survey(Struct, frozen=True):
    """The whole log, segment by segment."""

    segments: list[SegmentSurvey]


class OpenEnds(Struct, frozen=True):
    """What is still waited for after some records: the sequence numbers that began it."""

    intents: frozenset[int]
    duties: frozenset[int]
    holds: frozenset[int]


def survey_log(directory: Path, told: Told = lambda done, total: None) -> Survey:
    """Read every record once."""
    segments = list_segments(directory)
    found = []
    for number, segment in enumerate(segments):
        found.append(_survey(segment.first, segment.path))
        told(number + 1, len(segments))
    return Survey(found)


def open_ends(survey: Survey, border: int | None = None) -> OpenEnds:
    """What waits for an answer after all records, or after those before ``border``."""
    intents, duties, holds = IntentBook(), _Book(_DUTY, "duty.due"), _Book(_HOLD, "hold.placed")
    for record in announcements(survey, border):
        family = record["event"].partition(".")[0]
        if family == "apply":
            intents.follow(record)
        elif family in ("duty", "hold"):
            (duties if family == "duty" else holds).follow(record)
    return OpenEnds(frozenset(intents.open), duties.begun, holds.begun)


def announcements(survey: Survey, border: int | None = None) -> Iterator[dict[str, Any]]:
    """Records that ask for another or answer one, of all segments or of those before ``border``."""
    for segment in survey.segments:
        if border is None or segment.first < border:
            yield from segment.announcements


class _Book:
    """Begun and ended by events of one family, told apart by some names."""

    def __init__(self, names: tuple[str, ...], begins: str) -> None:
        self._names = names
        self._begins = begins
        self._open: dict[tuple[str, ...], int] = {}

    @property
    def begun(self) -> frozenset[int]:
        return frozenset(self._open.values())

    def follow(self, record: Mapping[str, Any]) -> None:
        key = tuple(str(record.get(name, "")) for name in self._names)
        if record["event"] == self._begins:
            self._open[key] = record["seq"]
        else:
            self._open.pop(key, None)


def _survey(first: int, path: Path) -> SegmentSurvey:
    found = SegmentSurvey(first, 0, None, Counter(), set(), [])
    for line in iter_lines(path):
        if not line.endswith(b"\n"):
            break
        found.count += 1
        if read_tombstone(line[:-1]) is not None:
            found.events["erased"] += 1
            continue
        try:
            _take(found, orjson.loads(line))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise EvidenceError(
                f"record {first + found.count - 1} is damaged", hint="run `vmsguard evidence verify`; nothing is pruned"
            ) from error
    return found


def _take(found: SegmentSurvey, record: dict[str, Any]) -> None:
    event, at = record["event"], datetime.fromisoformat(record["ts"])
    found.events[event] += 1
    found.newest = at if found.newest is None else max(found.newest, at)
    if run := record.get("run"):
        found.runs.add(run)
    if event.startswith(("apply.", "duty.", "hold.")) or event == "erase.done":
        found.announcements.append(record)
