from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.show import Filter, read_records, told

Opener = Callable[..., EvidenceLog]


@pytest.fixture
def written(opened: Opener, folder: Path, clock: Any) -> Path:
    with opened(segment_records=4) as log:
        log.append("observe", run="run-1", target="t-1", facts=3)
        log.append("apply.intent", run="run-1", change="c", verb="recording.stop", target="t-1", camera="cam-1")
        clock.advance(3_600)
        log.append("apply.result", run="run-2", change="c", outcome="accepted")
    return folder


@pytest.mark.parametrize(
    ("accept", "events"),
    [
        (Filter(run="run-1"), ["observe", "apply.intent"]),
        (Filter(event="apply"), ["apply.intent", "apply.result"]),
        (Filter(event="apply.result"), ["apply.result"]),
        (Filter(event="app"), []),
        (Filter(camera="cam-1"), ["apply.intent"]),
        (Filter(control="storage.edge.off"), []),
        (Filter(run="run-1", event="observe"), ["observe"]),
    ],
)
def test_filters_narrow_and_combine(written: Path, accept: Filter, events: list[str]) -> None:
    assert events == [record["event"] for record in read_records(written, accept)]


def test_since_shows_what_came_at_or_after(written: Path, clock: Any) -> None:
    shown = read_records(written, Filter(since=clock.now()))
    assert ["log.sealed", "apply.result", "log.closed"] == [record["event"] for record in shown]
    assert [] == list(read_records(written, Filter(since=clock.now() + timedelta(seconds=1))))


def test_damaged_lines_are_skipped(written: Path) -> None:
    path = written / "log" / f"{0:020d}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"\x00\n" + lines[2] + b'"text"\n')
    assert [0, 2] == [record["seq"] for record in read_records(written, Filter())][:2]


def test_a_record_is_told_without_its_envelope(written: Path) -> None:
    record = next(read_records(written, Filter(event="observe")))
    assert told(record) == "facts=3 target=t-1"
    assert told({"final": True, "facts": [1, 2], "digest": "a" * 64}) == "final=yes facts=[2] digest=aaaaaaaaaaaa…"
