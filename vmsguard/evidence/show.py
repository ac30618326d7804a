"""Reading records back: filtered, in order, and told in one line each. Verifies nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from msgspec import Struct

from vmsguard.evidence.record import ENVELOPE
from vmsguard.evidence.segments import iter_lines, list_segments

__all__ = ["Filter", "read_records", "told"]


class Filter(Struct, frozen=True, kw_only=True):
    """Which records to show; an empty field lets all pass."""

    camera: str = ""
    control: str = ""
    run: str = ""
    event: str = ""
    """An event, or a family: ``apply`` shows ``apply.intent`` and ``apply.result``."""
    since: datetime | None = None

    def accepts(self, record: Mapping[str, Any]) -> bool:
        return (
            _same(self.camera, record, "camera")
            and _same(self.control, record, "control")
            and _same(self.run, record, "run")
            and self._of_event(str(record.get("event", "")))
            and self._recent(record.get("ts"))
        )

    def _of_event(self, event: str) -> bool:
        return not self.event or event == self.event or event.startswith(f"{self.event}.")

    def _recent(self, ts: object) -> bool:
        if self.since is None:
            return True
        try:
            return datetime.fromisoformat(str(ts)) >= self.since
        except ValueError:
            return True


def read_records(directory: Path, accept: Filter) -> Iterator[dict[str, Any]]:
    """The records that pass, in order; lines that are no records are skipped (``verify`` reports them)."""
    for segment in list_segments(directory):
        for line in iter_lines(segment.path):
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(record, dict) and accept.accepts(record):
                yield record


def told(record: Mapping[str, Any]) -> str:
    """What the event says, without its envelope: ``camera=cam-1 verdict=pass ...``."""
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
