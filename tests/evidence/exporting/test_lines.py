from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from vmsguard._version import __version__
from vmsguard.errors import UsageError
from vmsguard.evidence.exporting.lines import export_lines, trailer_path
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import iter_lines, list_segments, segment_path
from vmsguard.evidence.show import Filter
from vmsguard.evidence.tombstone import Tombstone
from vmsguard.evidence.tree import leaf_hash

Opener = Callable[..., EvidenceLog]

AT = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def written(opened: Opener, folder: Path, write_run: Callable[..., None]) -> Path:
    with opened(segment_records=4) as log:
        write_run(log, pairs=3)
    return folder


def stored(folder: Path) -> list[bytes]:
    return [line for segment in list_segments(folder) for line in iter_lines(segment.path)]


def test_records_are_exported_byte_for_byte(written: Path, tmp_path: Path) -> None:
    told = export_lines(written, tmp_path / "all.jsonl", Filter(erased=True), AT)
    assert b"".join(stored(written)) == (tmp_path / "all.jsonl").read_bytes()
    assert (told.size, told.records) == (len(stored(written)), len(stored(written)))


def test_the_trailer_says_what_the_records_are_a_part_of(written: Path, tmp_path: Path, key: SigningKey) -> None:
    accept = Filter(camera="cam-1", since=datetime(2026, 11, 22, tzinfo=UTC), erased=True)
    told = export_lines(written, tmp_path / "some.jsonl", accept, AT)
    data = (tmp_path / "some.jsonl").read_bytes()
    assert ["cam-1"] == [json.loads(line)["camera"] for line in data.splitlines()]
    assert {
        "format": "jsonl",
        "origin": key.name,
        "size": told.size,
        "root": told.root,
        "records": 1,
        "first": 4,
        "last": 4,
        "erased": 0,
        "after_head": 0,
        "filter": {"camera": "cam-1", "from": "2026-11-22T00:00:00.000000Z"},
        "sha256": sha256(data).hexdigest(),
        "exported_at": "2026-12-01T00:00:00.000000Z",
        "tool": f"vmsguard {__version__}",
    } == json.loads(trailer_path(tmp_path / "some.jsonl").read_bytes())


def test_nothing_that_passes_is_an_empty_file_that_says_so(written: Path, tmp_path: Path) -> None:
    told = export_lines(written, tmp_path / "none.jsonl", Filter(run="run-9", erased=True), AT)
    assert (b"", 0, None) == ((tmp_path / "none.jsonl").read_bytes(), told.records, told.details["first"])


def test_erased_records_are_counted_where_the_whole_is_asked_for(written: Path, tmp_path: Path) -> None:
    lines = stored(written)
    first, path = list_segments(written)[-1].first, list_segments(written)[-1].path
    stone = Tombstone(first, leaf_hash(lines[first][:-1])).line()
    path.write_bytes(path.read_bytes().replace(lines[first], stone + b"\n"))
    whole = export_lines(written, tmp_path / "all.jsonl", Filter(erased=True), AT)
    part = export_lines(written, tmp_path / "part.jsonl", Filter(run="run-1", erased=True), AT)
    assert (1, 0) == (whole.details["erased"], part.details["erased"])
    assert stone in (tmp_path / "all.jsonl").read_bytes().splitlines()


def test_records_after_the_head_are_counted_and_torn_bytes_are_not(
    opened: Opener, folder: Path, tmp_path: Path, abandon: Callable[..., None]
) -> None:
    log = opened()
    log.append("finding", code="found", subject="t-1")
    abandon(log)
    with segment_path(folder, 0).open("ab") as file:
        file.write(b'{"seq":2}')
    told = export_lines(folder, tmp_path / "all.jsonl", Filter(erased=True), AT)
    assert (1, 2, 1) == (told.size, told.records, told.details["after_head"])


@pytest.mark.parametrize("taken", ["all.jsonl", "all.jsonl.export.json"])
def test_nothing_is_overwritten(written: Path, tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine")
    with pytest.raises(UsageError, match="is not overwritten"):
        export_lines(written, tmp_path / "all.jsonl", Filter(), AT)
    assert ({"evidence", taken}, "mine") == ({path.name for path in tmp_path.iterdir()}, (tmp_path / taken).read_text())
