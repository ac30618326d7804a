"""A directory handed over by somebody else: pipes, devices and odd names keep no verdict back."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from vmsguard.evidence.segments import segment_path
from vmsguard.evidence.tiles import read_tile
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.report import report_json
from vmsguard.evidence.verifying.verify import verify_directory

Forger = Callable[..., None]
Found = Callable[[], set[tuple[str, str]]]

OBSERVED = {"event": "observe", "target": "t-1"}


@pytest.fixture
def found(folder: Path, trust: Trust, clock: Any, forged: Forger) -> Found:
    forged([OBSERVED] * 300)
    for place in ("anchors", "tile/0"):
        (folder / place).mkdir(parents=True)

    def look() -> set[tuple[str, str]]:
        report = verify_directory(folder, trust=trust, now=clock.now())
        assert orjson.dumps(report_json(report))
        return {(one.level.value, one.kind) for one in report.problems}

    return look


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("checkpoint", {("undecided", "head-unreadable")}),
        ("anchors/5.note", {("undecided", "head-unreadable")}),
        ("anchors/5.1.tsr", {("incomplete", "anchor-missing")}),
        ("tile/0/000", set()),
        ("log/00000000000000000300.jsonl", {("undecided", "unreadable"), ("notice", "tile-missing")}),
        ("log/00000000000000000300.jsonl.gz", {("undecided", "unreadable"), ("notice", "tile-missing")}),
    ],
)
def test_nobody_waits_at_a_pipe(folder: Path, found: Found, place: str, expected: set[tuple[str, str]]) -> None:
    (folder / place).unlink(missing_ok=True)
    os.mkfifo(folder / place)
    assert expected == found()


def test_a_device_is_no_segment_and_no_tile(folder: Path, found: Found) -> None:
    segment_path(folder, 300).symlink_to("/dev/zero")
    (folder / "tile/0/000").symlink_to("/dev/zero")
    assert {("undecided", "unreadable"), ("notice", "tile-missing")} == found()
    assert read_tile(folder, 0, 0) is None


def test_a_tile_that_is_a_directory_or_too_long_is_none(folder: Path, found: Found) -> None:
    (folder / "tile/0/000").mkdir()
    (folder / "tile/0/001").write_bytes(bytes(256 * 32 + 1))
    assert [None, None] == [read_tile(folder, 0, 0), read_tile(folder, 0, 1)]
    assert {("tampered", "tile")} == found()


def test_a_name_that_is_no_text_is_told_all_the_same(folder: Path, found: Found) -> None:
    """Where it could not be told, tampering would end as an error of the program."""
    (folder / "anchors" / os.fsdecode(b"\xff\x1b[31m.note")).write_bytes(b"x")
    (folder / "anchors" / os.fsdecode(b"7.\xff.tsr")).write_bytes(b"x")
    assert {("tampered", "head-damaged"), ("incomplete", "anchor-missing")} == found()
