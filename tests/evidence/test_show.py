from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from vmsguard.evidence.compress import deflate
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import compressed_path
from vmsguard.evidence.show import Filter, read_records, told
from vmsguard.evidence.tombstone import Tombstone
from vmsguard.evidence.tree import leaf_hash

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
        (Filter(target="t-1"), ["observe", "apply.intent"]),
        (Filter(target="t-2"), []),
        (Filter(verdict="pass"), []),
        (Filter(first=1, last=2), ["observe", "apply.intent"]),
        (Filter(first=5), ["log.closed"]),
        (Filter(last=0), ["log.opened"]),
        (Filter(first=3, last=4), ["log.sealed", "apply.result"]),
        (Filter(first=900), []),
    ],
)
def test_filters_narrow_and_combine(written: Path, accept: Filter, events: list[str]) -> None:
    assert events == [record["event"] for record in read_records(written, accept)]


def test_since_shows_what_came_at_or_after(written: Path, clock: Any) -> None:
    shown = read_records(written, Filter(since=clock.now()))
    assert ["log.sealed", "apply.result", "log.closed"] == [record["event"] for record in shown]
    assert [] == list(read_records(written, Filter(since=clock.now() + timedelta(seconds=1))))


def test_until_leaves_its_own_time_out(written: Path, clock: Any) -> None:
    shown = read_records(written, Filter(until=clock.now()))
    assert ["log.opened", "observe", "apply.intent"] == [record["event"] for record in shown]


def test_a_range_of_numbers_opens_only_the_segments_it_needs(written: Path) -> None:
    (written / "log" / f"{0:020d}.jsonl").write_bytes(b"\xff\n")
    assert [4, 5] == [record["seq"] for record in read_records(written, Filter(first=4))]


def test_an_erased_record_is_shown_only_where_it_is_asked_for(written: Path, clock: Any) -> None:
    path = written / "log" / f"{0:020d}.jsonl"
    lines = path.read_bytes().splitlines()
    stone = Tombstone(1, leaf_hash(lines[1]))
    path.write_bytes(b"\n".join([lines[0], stone.line(), *lines[2:], b""]))
    assert [0, 2, 3, 4, 5] == [record["seq"] for record in read_records(written, Filter())]
    told_of = list(read_records(written, Filter(erased=True, first=1, last=1)))
    assert [{"leaf": stone.leaf.hex(), "seq": 1, "tombstone": True}] == told_of
    assert told(told_of[0]).startswith("erased: its leaf hash ")
    for asked in (Filter(erased=True, run="run-1"), Filter(erased=True, since=clock.now() - timedelta(days=9))):
        assert 1 not in [record["seq"] for record in read_records(written, asked)]


def test_compressed_segments_are_read_as_the_others(written: Path) -> None:
    plain = list(read_records(written, Filter()))
    path = written / "log" / f"{0:020d}.jsonl"
    compressed_path(path).write_bytes(b"".join(deflate([path.read_bytes()])))
    path.unlink()
    assert plain == list(read_records(written, Filter()))


def test_damaged_lines_are_skipped(written: Path) -> None:
    path = written / "log" / f"{0:020d}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"\x00\n" + lines[2] + b'"text"\n')
    assert [0, 2] == [record["seq"] for record in read_records(written, Filter())][:2]


def test_a_record_is_told_without_its_envelope(written: Path) -> None:
    record = next(read_records(written, Filter(event="observe")))
    assert told(record) == "facts=3 target=t-1"
    assert told({"final": True, "facts": [1, 2], "digest": "a" * 64}) == "final=yes facts=[2] digest=aaaaaaaaaaaa…"
