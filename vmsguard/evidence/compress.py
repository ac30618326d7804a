"""A sealed segment as one gzip member (RFC 1952) that ``zcat`` reads and in which nothing can be hidden.

Every reader of gzip but this one joins further members and passes over trailing zeros, so what is hashed here and
what another program prints could differ. Therefore: one member, our own header without name, comment, time or extra
field, and the end of the member is the end of the file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from vmsguard.errors import EvidenceError

__all__ = ["deflate", "inflate"]

_HEADER = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF))
"""Deflate; no flags, no time, no level told, system unknown: the same on every machine."""

_LEVEL = 6
_CHUNK = 1 << 20
_RAW = -zlib.MAX_WBITS
_TRAILER = 8


def deflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The compressed file, piece by piece."""
    packer, crc, size = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW), 0, 0
    yield _HEADER
    for chunk in chunks:
        crc, size = zlib.crc32(chunk, crc), size + len(chunk)
        if packed := packer.compress(chunk):
            yield packed
    yield packer.flush()
    yield _trailer(crc, size)


def inflate(file: BinaryIO, most: int) -> Iterator[bytes]:
    """The content of a compressed segment in pieces of up to a megabyte, checked as it goes.

    ``EvidenceError`` where the file is not exactly one member of the form written here, is damaged, or holds more
    than ``most`` bytes. What was yielded before counts only if the iteration ends without one.
    """
    if file.read(len(_HEADER)) != _HEADER:
        raise _refused("does not begin as vmsguard writes it")
    unpacker, crc, size = zlib.decompressobj(_RAW), 0, 0
    packed = b""
    while not unpacker.eof:
        packed = packed or file.read(_CHUNK)
        if not packed:
            raise _refused("ends too early")
        try:
            chunk = unpacker.decompress(packed, _CHUNK)
        except zlib.error as error:
            raise _refused("is damaged") from error
        packed = unpacker.unconsumed_tail
        crc, size = zlib.crc32(chunk, crc), size + len(chunk)
        if size > most:
            raise _refused(f"holds more than the {most} bytes a segment can have")
        if chunk:
            yield chunk
    rest = unpacker.unused_data + file.read(_TRAILER + 1)
    if rest[:_TRAILER] != _trailer(crc, size):
        raise _refused("does not hold what its own checksum says")
    if len(rest) > _TRAILER:
        raise _refused("goes on behind its end")


def _trailer(crc: int, size: int) -> bytes:
    return crc.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")


def _refused(why: str) -> EvidenceError:
    return EvidenceError(
        f"the compressed segment {why}", hint="compare it with another copy: it was damaged or tampered with"
    )
