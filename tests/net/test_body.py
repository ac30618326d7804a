from __future__ import annotations

import contextlib
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.net.body import BodyTooLarge, EncodingRefused, decode, read_capped


class Parts:
    """A stream that gives these chunks, then its end; counts how many were taken."""

    def __init__(self, *chunks: bytes) -> None:
        self.left = list(chunks)
        self.taken = 0

    async def readany(self) -> bytes:
        self.taken += 1
        return self.left.pop(0) if self.left else b""

    def at_eof(self) -> bool:
        return not self.left


@pytest.mark.parametrize("chunks", [(), (b"a",), (b"ab", b"c"), (b"a", b"b", b"c", b"d")])
async def test_a_body_within_the_cap_is_whole(chunks: tuple[bytes, ...]) -> None:
    assert b"".join(chunks) == await read_capped(Parts(*chunks), 4)


@pytest.mark.parametrize("chunks", [(b"abcde", b"f"), (b"ab", b"cde", b"f")])
async def test_reading_stops_at_the_chunk_that_passes_the_cap(chunks: tuple[bytes, ...]) -> None:
    parts = Parts(*chunks)
    with pytest.raises(BodyTooLarge):
        await read_capped(parts, 4)
    assert parts.left == [b"f"]


@given(body=st.binary(max_size=300), encode=st.sampled_from([("gzip", gzip.compress), ("deflate", zlib.compress)]))
def test_decoding_gives_what_was_encoded(body: bytes, encode) -> None:
    name, compress = encode
    assert body == decode(compress(body), name, 300)


@given(raw=st.binary(max_size=200))
def test_decoding_anything_gives_bytes_within_the_cap_or_refuses(raw: bytes) -> None:
    with contextlib.suppress(EncodingRefused, BodyTooLarge):
        assert len(decode(raw, "gzip", 50)) <= 50


@pytest.mark.parametrize(("size", "fits"), [(100, True), (101, False)])
def test_the_cap_holds_for_what_comes_out(size: int, fits: bool) -> None:
    packed = gzip.compress(bytes(size))
    if fits:
        assert bytes(size) == decode(packed, "gzip", 100)
    else:
        with pytest.raises(BodyTooLarge):
            decode(packed, "gzip", 100)
