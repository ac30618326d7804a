"""Reading records back: filtered, in order, and told in one line each. Verifies nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from msgspec import Struct

from vmsguard.evidence.record import ENVELOPE
from vmsguard.evidence.segments import Segment, iter_lines, list_segments
from vmsguard.evidence.tombstone import read_tombstone

__all__ = ["Filter", "read_lines_of", "read_records", "told"]


class Filter(Struct, frozen=True, kw_only=True):
    """Which records to show; an empty field lets all pass."""

    camera: str = ""
    control: str = ""
    run: str = ""
    event: str = ""
    """An event, or a family: ``apply`` shows ``apply.intent`` and ``apply.result``."""
    target: str = ""
    verdict: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Up to this time, itself left out: a day ends where the next begins."""
    first: int = 0
    last: int | None = None
    """Sequence numbers, both included."""
    erased: bool = False
    """Also what stands in place of erased records, where no content is asked for."""

    def accepts(self, record: Mapping[str, Any]) -> bool:
        """Whether a record passes; a tombstone is a record without content."""
        return (
            _same(self.camera, record, "camera")
            and _same(self.control, record, "control")
            and _same(self.run, record, "run")
            and _same(self.target, record, "target")
            and _same(self.verdict, record, "verdict")
            and self._of_event(str(record.get("event", "")))
            and self._numbered(record.get("seq"))
            and self._timely(record)
        )

    def reaches(self, segment: Segment, end: int | None) -> bool:
        """Whether a record of the segment, which ends before ``end``, may pass."""
        before = self.last is not None and segment.first > self.last
        return not before and (end is None or end > self.first)

    def _of_event(self, event: str) -> bool:
        return not self.event or event == self.event or event.startswith(f"{self.event}.")

    def _numbered(self, seq: object) -> bool:
        if not isinstance(seq, int):
            return not self.first and self.last is None
        return self.first <= seq and (self.last is None or seq <= self.last)

    def _timely(self, record: Mapping[str, Any]) -> bool:
        if self.since is None and self.until is None:
            return True
        if "tombstone" in record:
            return False
        try:
            at = datetime.fromisoformat(str(record.get("ts")))
        except ValueError:
            return True
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def read_records(directory: Path, accept: Filter) -> Iterator[dict[str, Any]]:
    """The records that pass, in order; lines that are no records are skipped (``verify`` reports them).

    Erased records are left out unless the filter asks for them: of those only ``seq`` and ``leaf`` are left.
    """
    for _, record in read_lines_of(directory, accept):
        yield record


def read_lines_of(directory: Path, accept: Filter) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """The same, each with the stored line it was read from."""
    segments = list_segments(directory)
    ends = [*(segment.first for segment in segments[1:]), None]
    for segment, end in zip(segments, ends, strict=False):
        if not accept.reaches(segment, end):
            continue
        for line in iter_lines(segment.path):
            if read_tombstone(line.rstrip(b"\n")) is not None and not accept.erased:
                continue
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(record, dict) and accept.accepts(record):
                yield line, record


def told(record: Mapping[str, Any]) -> str:
    """What the event says, without its envelope: ``camera=cam-1 verdict=pass ...``."""
    if record.get("tombstone") is True:
        return f"erased: its leaf hash {_value(record.get('leaf', ''))} stands in its place"
    told = (f"{name}={_value(value)}" for name, value in record.items() if name not in ENVELOPE)
    return " ".join(told)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{len(value)}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{_value(item)}" for name, item in value.items()) + "}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"{text[:12]}…" if len(text) == 64 and text.isalnum() else text


def _same(wanted: str, record: Mapping[str, Any], name: str) -> bool:
    return not wanted or record.get(name) == wanted
