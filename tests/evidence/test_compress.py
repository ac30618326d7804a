from __future__ import annotations

import gzip
import io
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.errors import EvidenceError
from vmsguard.evidence.compress import deflate, inflate

CONTENT = b'{"seq":0}\n{"seq":1}\n' * 500
MOST = 1 << 24


def packed(content: bytes = CONTENT) -> bytes:
    return b"".join(deflate([content]))


def unpacked(data: bytes, most: int = MOST) -> bytes:
    return b"".join(inflate(io.BytesIO(data), most))


@given(st.lists(st.binary(max_size=2000), max_size=20))
def test_what_was_compressed_comes_back_whatever_the_pieces(chunks: list[bytes]) -> None:
    assert unpacked(b"".join(deflate(chunks))) == b"".join(chunks)


def test_other_programs_read_it(tmp_path: Path) -> None:
    path = tmp_path / "segment.jsonl.gz"
    path.write_bytes(packed())
    assert gzip.decompress(packed()) == CONTENT
    assert subprocess.run(["zcat", str(path)], capture_output=True, check=True).stdout == CONTENT


def test_the_same_content_gives_the_same_file_without_time_or_name() -> None:
    assert packed() == packed()
    assert bytes.fromhex("1f8b08000000000000ff") == packed()[:10]


@pytest.mark.parametrize(
    ("behind", "told"),
    [
        (b"\0", "goes on behind its end"),
        (b"\0" * 4096, "goes on behind its end"),
        (b"x", "goes on behind its end"),
        (gzip.compress(b'{"seq":2}\n'), "goes on behind its end"),
        (b"".join(deflate([b""])), "goes on behind its end"),
    ],
    ids=["a zero", "zeros", "a byte", "a member", "an empty member"],
)
def test_bytes_behind_the_member_are_refused(behind: bytes, told: str) -> None:
    with pytest.raises(EvidenceError, match=told):
        unpacked(packed() + behind)


@pytest.mark.parametrize(
    "header",
    [gzip.compress(b"x", mtime=1)[:10], b"\x1f\x8b\x08\x08\0\0\0\0\0\xff", b"", b"\x1f\x8b"],
    ids=["a time", "a name", "nothing", "half"],
)
def test_a_header_that_is_not_ours_is_refused(header: bytes) -> None:
    with pytest.raises(EvidenceError, match="does not begin as"):
        unpacked(header + packed()[10:] if len(header) == 10 else header)


def test_a_file_cut_anywhere_is_refused() -> None:
    data = packed()
    for cut in range(len(data)):
        with pytest.raises(EvidenceError):
            unpacked(data[:cut])


def test_a_changed_byte_never_passes_as_other_content() -> None:
    """Deflate has spare bits and equal matches, so a changed byte may leave the content as it was, never change it."""
    data = packed()
    for place in range(len(data)):
        for change in (0x01, 0x80, 0xFF):
            damaged = bytearray(data)
            damaged[place] ^= change
            try:
                assert unpacked(bytes(damaged)) == CONTENT
            except EvidenceError:
                continue


def test_more_than_a_segment_can_hold_is_refused_before_it_is_in_memory() -> None:
    pieces = inflate(io.BytesIO(packed(bytes(1 << 26))), 3_000_000)
    assert [1 << 20, 1 << 20] == [len(next(pieces)), len(next(pieces))]
    with pytest.raises(EvidenceError, match="holds more than the 3000000 bytes"):
        next(pieces)
