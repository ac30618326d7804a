"""What a reply may be made of, found out from its bytes before any parser builds a tree of them."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["LARGE", "LONGEST_LIST", "LONGEST_TEXT", "LONGEST_TOKEN", "MOST_QUOTES", "MOST_TAGS", "objection"]

LARGE: Final = 128 * 1024
"""Bytes from which a reply is read beside the event loop: so much takes 8 ms to parse and to read, 12 ms in the worst
shape (elements of a dozen bytes); twice as much takes 20 to 40. Most replies have a few thousand."""

MOST_TAGS: Final = 300_000
"""Opening and closing tags of one reply: five times what a recorder of 500 channels needs. A parsed element
takes thirty times its bytes, so that a cap on bytes alone would let 8 MB become 300."""

MOST_QUOTES: Final = 400_000
"""Two per attribute and per namespace declaration; quotation marks in text count too."""

LONGEST_LIST: Final = 4096
"""Entries of one list: channels, profiles, jobs, rules. Nobody makes a device with more."""

LONGEST_TOKEN: Final = 512
"""A ReferenceToken has 64 characters at most; devices that take no notice stay far below this."""

LONGEST_TEXT: Final = 4096
"""Addresses and names; the longest the standard knows is a URI of 128 characters."""

_DECLARED = re.compile(rb"""\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_LONGEST_DECLARATION = 200
"""Version, encoding and standalone take 56 characters; blanks between them would keep the encoding out of sight."""
_READ_AS_ASCII = frozenset(
    {b"utf-8", b"utf8", b"us-ascii", b"ascii", b"iso-8859-1", b"latin1", b"windows-1252"}
    | {b"gb2312", b"gbk", b"gb18030", b"euc-kr", b"big5", b"euc-jp", b"shift_jis"}
)
"""Encodings in which a byte of ``<`` or a quotation mark is always that character, so that counting them counts."""


_USUAL = (b'<?xml version="1.0" encoding="UTF-8"', b'<?xml version="1.0" encoding="utf-8"')
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_EBCDIC = b"Lo\xa7\x94"
"""``<?xm`` there (XML 1.0, appendix F.1): parsers know it without being told, and nothing here would count."""
_FEWEST = min(MOST_TAGS, MOST_QUOTES)


def objection(content: bytes) -> str:
    """Why these bytes are not parsed, in our own words; empty if they may be."""
    if b"\0" in content or not (content.startswith(_USUAL) or _reads_as_ascii(content)):
        return "not in an encoding that is read"
    if b"<!DOCTYPE" in content:
        return "a document type, which SOAP forbids"
    # Fewer bytes than that cannot hold more.
    if len(content) > _FEWEST and (
        content.count(b"<") > MOST_TAGS or content.count(b'"') + content.count(b"'") > MOST_QUOTES
    ):
        return "more elements or attributes than any reply needs"
    return ""


def _reads_as_ascii(content: bytes) -> bool:
    begun = content.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if begun.startswith(_EBCDIC):
        return False
    if not begun.startswith(b"<?xml"):
        return True
    declaration = begun[: begun.find(b"?>", 0, _LONGEST_DECLARATION) + 1]
    declared = _DECLARED.search(declaration)
    if declared is None:
        return bool(declaration) and b"encoding" not in declaration
    return declared[1].lower() in _READ_AS_ASCII
