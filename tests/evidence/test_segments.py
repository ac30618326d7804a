from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.errors import EvidenceError
from vmsguard.evidence.compress import deflate
from vmsguard.evidence.record import MAX_RECORD
from vmsguard.evidence.segments import (
    SEGMENT_RECORDS,
    Segment,
    compressed_path,
    iter_lines,
    list_segments,
    read_lines,
    segment_path,
)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "log").mkdir()
    return tmp_path


def put(directory: Path, first: int, content: bytes, *, compressed: bool = False) -> Path:
    path = segment_path(directory, first)
    if compressed:
        path = compressed_path(path)
        content = b"".join(deflate([content]))
    path.write_bytes(content)
    return path


def test_segments_are_listed_in_order_and_strangers_are_not(directory: Path) -> None:
    late = put(directory, 131_072, b"")
    middle = put(directory, 65_536, b"", compressed=True)
    first = put(directory, 0, b"", compressed=True)
    for stranger in ("0.jsonl", f"{0:020d}.jsonl.gz.new", f"{0:020d}.json", "notes.txt"):
        (directory / "log" / stranger).write_bytes(b"")
    assert list_segments(directory) == [Segment(0, first), Segment(65_536, middle), Segment(131_072, late)]
    assert [True, True, False] == [segment.compressed for segment in list_segments(directory)]


def test_of_both_forms_the_uncompressed_one_counts(directory: Path) -> None:
    put(directory, 0, b"", compressed=True)
    plain = put(directory, 0, b"")
    assert list_segments(directory) == [Segment(0, plain)]


def test_a_log_without_a_folder_has_no_segments(tmp_path: Path) -> None:
    assert list_segments(tmp_path) == []


content = st.lists(
    st.one_of(
        st.binary(max_size=50), st.sampled_from([b"x" * MAX_RECORD, b"y" * (MAX_RECORD - 1), b"z" * 70_000, b"\r", b""])
    ),
    max_size=12,
).map(b"\n".join)


@given(content)
def test_both_forms_give_the_same_lines(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    directory = tmp_path_factory.mktemp("log")
    (directory / "log").mkdir()
    plain = list(iter_lines(put(directory, 0, content)))
    assert content == b"".join(plain) == read_lines(segment_path(directory, 0))
    assert all(line.endswith(b"\n") or len(line) == MAX_RECORD + 1 for line in plain[:-1])
    path = put(directory, 256, content, compressed=True)
    if len(content) > (content.count(b"\n") + 1) * MAX_RECORD:
        with pytest.raises(EvidenceError, match="beyond 32768 bytes"):
            read_lines(path)
    else:
        assert (plain, content) == (list(iter_lines(path)), read_lines(path))


def test_a_segment_compressed_after_it_was_listed_is_still_read(directory: Path) -> None:
    put(directory, 0, b"a\nb\n", compressed=True)
    assert [b"a\n", b"b\n"] == list(iter_lines(segment_path(directory, 0)))
    assert b"a\nb\n" == read_lines(segment_path(directory, 0))


def test_a_segment_that_is_not_there_is_a_missing_file(directory: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_lines(segment_path(directory, 0))


def test_a_further_member_is_refused_by_name(directory: Path) -> None:
    path = put(directory, 0, b"a\n", compressed=True)
    path.write_bytes(path.read_bytes() * 2)
    for read in (read_lines, lambda path: list(iter_lines(path))):
        with pytest.raises(EvidenceError, match=r"^0{20}\.jsonl\.gz: the compressed segment goes on behind its end"):
            read(path)


@pytest.mark.parametrize(
    "bomb", [bytes(MAX_RECORD + 1), b"\n" * (SEGMENT_RECORDS + 1), b"x" * (1 << 25)], ids=["line", "lines", "zeros"]
)
def test_more_than_a_segment_can_hold_is_refused(directory: Path, bomb: bytes) -> None:
    with pytest.raises(EvidenceError, match="more than 65536 records, or one beyond 32768 bytes"):
        read_lines(put(directory, 0, bomb, compressed=True))


def test_a_full_segment_is_let_in(directory: Path) -> None:
    whole = (b"x" * 99 + b"\n") * SEGMENT_RECORDS
    assert whole == read_lines(put(directory, 0, whole, compressed=True))
