"""A grey picture of eight by eight pixels as a baseline JPEG, built from its segments."""

from __future__ import annotations

from typing import Final

__all__ = ["GREY"]


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload


def _one_code(table: int) -> bytes:
    """A Huffman table whose only code is a single bit for the symbol zero: no difference, end of block."""
    return _segment(0xC4, bytes((table, 1, *([0] * 15), 0)))


GREY: Final = (
    b"\xff\xd8"
    + _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
    + _segment(0xDB, bytes((0, *([1] * 64))))
    + _segment(0xC0, bytes((8, 0, 8, 0, 8, 1, 1, 0x11, 0)))
    + _one_code(0x00)
    + _one_code(0x10)
    + _segment(0xDA, bytes((1, 1, 0x00, 0, 63, 0)))
    + b"\x3f"  # two zero bits, then ones to the end of the byte
    + b"\xff\xd9"
)
