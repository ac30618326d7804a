"""The request line and headers of an HTTP/1.1 request (RFC 9112), as the bytes that precede its body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

__all__ = ["request_head"]

_ALWAYS = {"User-Agent": "vmsguard", "Accept": "*/*", "Accept-Encoding": "identity"}
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NO_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection"})
"""They say where a message goes and where it ends; a second one of them is how requests are smuggled."""


def request_head(
    method: str, target: str, host: str, headers: Mapping[str, str] | None, length: int | None, *, close: bool
) -> bytes:
    """Everything before the body; ``length`` is the body's, None without one, ``close`` ends the connection after it.

    Raises ``ValueError`` for a method or a header that cannot be sent: a line end in a value would begin
    another header, or another request.
    """
    if not _TOKEN.fullmatch(method):
        raise ValueError("the method is no token")
    given = tuple(headers.items()) if headers else ()
    # A driver's own headers are the same for every request of an operation; logins differ, and are not kept.
    known = len(given) == 1 and given[0][0] == "Content-Type"
    told, has_type = _usual_lines(given) if known else _lines(given)
    if length is not None:
        ends = f"Content-Length: {length}\r\n"
        if not has_type:
            ends += "Content-Type: application/octet-stream\r\n"
    else:
        ends = "" if method in _WITHOUT_BODY else "Content-Length: 0\r\n"
    if close:
        ends += "Connection: close\r\n"
    return f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{told}{ends}\r\n".encode()


def _lines(given: Iterable[tuple[str, str]]) -> tuple[str, bool]:
    """The headers as lines, after those that every request has, and whether one of them is the content type."""
    told, named = "", []
    for name, value in given:
        if not _TOKEN.fullmatch(name) or name.lower() in _OURS:
            raise ValueError("a header with a name that may not be sent")
        if _NO_VALUE.search(value):
            raise ValueError("a header with a control character in its value")
        told += f"{name}: {value}\r\n"
        named.append(name.lower())
    always = "".join(f"{name}: {value}\r\n" for name, value in _ALWAYS.items() if name.lower() not in named)
    return always + told, "content-type" in named


_usual_lines = lru_cache(maxsize=512)(_lines)
