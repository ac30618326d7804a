"""Reads a reply's body under a cap that also holds after decompression."""

from __future__ import annotations

import zlib
from typing import Protocol

__all__ = ["BodyTooLarge", "Chunks", "EncodingRefused", "decode", "read_capped"]


class BodyTooLarge(Exception):
    """The body is larger than the target's ``max_reply_bytes``, before or after decompression."""


class EncodingRefused(Exception):
    """A content encoding that was not asked for and is not read."""


class Chunks(Protocol):
    """The part of aiohttp's StreamReader that is used."""

    async def readany(self) -> bytes: ...

    def at_eof(self) -> bool: ...


async def read_capped(content: Chunks, cap: int) -> bytes:
    """The whole body; raises ``BodyTooLarge`` as soon as the cap is passed."""
    first = await content.readany()
    size = len(first)
    if size <= cap and (not first or content.at_eof()):
        return first
    parts = [first]
    while size <= cap:
        chunk = await content.readany()
        if not chunk:
            return first if len(parts) == 1 else b"".join(parts)
        size += len(chunk)
        parts.append(chunk)
    raise BodyTooLarge


def decode(raw: bytes, encoding: str, cap: int) -> bytes:
    """The body as it was before its content encoding.

    Requests ask for ``identity``. Servers that compress all the same are read, with the cap on what comes out.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return raw
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise EncodingRefused
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip and zlib headers are told apart by zlib
    try:
        plain = inflater.decompress(raw, cap + 1)
    except zlib.error as error:
        raise EncodingRefused from error
    if len(plain) > cap:
        raise BodyTooLarge
    # RFC 1952 lets further members follow. One reply in several pieces, of which only the first is read, would be
    # a shorter reply that looks whole.
    if not inflater.eof or inflater.unused_data:
        raise EncodingRefused
    return plain
