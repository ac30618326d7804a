"""The request line and headers of an HTTP/1.1 request (RFC 9112), as the bytes that precede its body."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["request_head"]

_ALWAYS = {"User-Agent": "vmsguard", "Accept": "*/*", "Accept-Encoding": "identity"}
_ALWAYS_TEXT = "".join(f"{name}: {value}\r\n" for name, value in _ALWAYS.items())
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
    told, named = "", ""
    for name, value in headers.items() if headers else ():
        if not _TOKEN.fullmatch(name) or name.lower() in _OURS:
            raise ValueError("a header with a name that may not be sent")
        if _NO_VALUE.search(value):
            raise ValueError("a header with a control character in its value")
        told += f"{name}: {value}\r\n"
        named += f"{name.lower()}\n"
    if "accept" in named or "user-agent" in named:
        taken = named.split("\n")
        always = "".join(f"{name}: {value}\r\n" for name, value in _ALWAYS.items() if name.lower() not in taken)
    else:
        always = _ALWAYS_TEXT
    if length is not None:
        ends = f"Content-Length: {length}\r\n"
        if "content-type" not in named:
            ends += "Content-Type: application/octet-stream\r\n"
    else:
        ends = "" if method in _WITHOUT_BODY else "Content-Length: 0\r\n"
    if close:
        ends += "Connection: close\r\n"
    return f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{always}{told}{ends}\r\n".encode()
