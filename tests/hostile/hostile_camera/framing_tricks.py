"""What a camera can do with the frame around a reply: lengths, codings, trailers, and replies nobody asked for."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable, Mapping

from hostile_camera.case import Case
from hostile_camera.http_tricks import (
    CHUNKED,
    ENCODING,
    LOST,
    NO_HTTP,
    OK,
    PROTOCOL,
    SPACE,
    TOO_LARGE,
    TOO_WORDY,
    UNREACHABLE,
    everywhere,
    writes,
)
from hostile_camera.ordinary import ordinary, response
from hostile_camera.server import Asked, Camera, Trick

__all__ = ["FRAMING_CASES"]

Reply = Callable[[bytes], bytes]
JOBS: list[tuple[str, bool | None]] = [("j0", True)]
"""Of the ordinary camera, whose answers are those within the frames."""


def around(make: Reply, *, close: bool = False) -> Mapping[str, Trick]:
    """The right answers, each in a frame of the camera's own making."""
    speaks = Camera({}, ordinary)

    async def trick(asked: Asked, writer: asyncio.StreamWriter) -> None:
        port = writer.get_extra_info("sockname")[1]
        speaks.port = port
        writer.write(make(ordinary(asked, speaks)))
        await writer.drain()
        if close:
            writer.close()

    return everywhere(trick)


def framed(body: bytes, *headers: bytes, length: int | None = None) -> bytes:
    told = len(body) if length is None else length
    return b"\r\n".join([OK[:-2], b"Content-Length: %d" % told, *headers, b"", body])


def packed(*members: Callable[[bytes], bytes]) -> Reply:
    return lambda body: framed(b"".join(one(body) for one in members), b"Content-Encoding: gzip")


def halves(body: bytes) -> bytes:
    """One document in two members, as a log that was appended to."""
    half = len(body) // 2
    return framed(gzip.compress(body[:half]) + gzip.compress(body[half:]), b"Content-Encoding: gzip")


def raw_deflate(body: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-15)
    return framed(squeeze.compress(body) + squeeze.flush(), b"Content-Encoding: deflate")


def chunked(body: bytes, *headers: bytes, trailer: bytes = b"") -> bytes:
    head = b"\r\n".join([OK[:-2], b"Transfer-Encoding: chunked", *headers, b"", b""])
    return head + b"%x\r\n%s\r\n0\r\n%s\r\n" % (len(body), body, trailer)


LIE = response("GetRecordingJobs", "")
"""No jobs: good news, if anybody believed it."""

FRAMING_CASES: Mapping[str, Case] = {
    "trailers without end": Case(
        everywhere(writes(CHUNKED + b"1\r\nx\r\n0\r\n", b"X-A: 1\r\n" * 8192, times=1 << 20)), PROTOCOL, NO_HTTP
    ),
    "a trailer of 10 MB": Case(
        everywhere(writes(CHUNKED + b"1\r\nx\r\n0\r\nX-A: ", SPACE.replace(b" ", b"x"), times=160)), PROTOCOL, NO_HTTP
    ),
    "a trailer that names a length": Case(
        around(lambda body: chunked(body, trailer=b"Content-Length: 3\r\n")), PROTOCOL, NO_HTTP
    ),
    "headers without end": Case(everywhere(writes(OK, b"X-A: 1\r\n" * 8192, times=1 << 20)), PROTOCOL, NO_HTTP),
    "a header folded 100,000 times": Case(
        everywhere(writes(OK + b"X-A: 1", b"\r\n 1" * 1000, times=100)), PROTOCOL, NO_HTTP
    ),
    "a length and chunks": Case(around(lambda body: chunked(body, b"Content-Length: 5")), PROTOCOL, NO_HTTP),
    "chunks within chunks": Case(
        everywhere(writes(OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")),
        PROTOCOL,
        "GetSystemDateAndTime: not well-formed XML",
    ),
    "a transfer coding of its own": Case(
        everywhere(writes(OK + b"Transfer-Encoding: x-none\r\n\r\n", SPACE, times=1 << 20)), UNREACHABLE, TOO_LARGE
    ),
    "a signed length": Case(everywhere(writes(OK + b"Content-Length: +5\r\n\r\nhello")), PROTOCOL, NO_HTTP),
    "a length in hexadecimal": Case(everywhere(writes(OK + b"Content-Length: 0x5\r\n\r\nhello")), PROTOCOL, NO_HTTP),
    "a length twice in one header": Case(
        everywhere(writes(OK + b"Content-Length: 5, 5\r\n\r\nhello")), PROTOCOL, NO_HTTP
    ),
    "a length of two words": Case(everywhere(writes(OK + b"Content-Length: 5 5\r\n\r\nhello")), PROTOCOL, NO_HTTP),
    "a NUL in a header": Case(everywhere(writes(OK + b"X-A: \x00\r\n\r\n")), PROTOCOL, NO_HTTP),
    "a bare CR in a header": Case(everywhere(writes(OK + b"X-A: 1\rX-B: 2\r\n\r\n")), PROTOCOL, NO_HTTP),
    "a header without a name": Case(everywhere(writes(OK + b": 1\r\n\r\n")), PROTOCOL, NO_HTTP),
    "status 000": Case(everywhere(writes(b"HTTP/1.1 000 x\r\n\r\n")), UNREACHABLE, LOST),
    "status 1000": Case(everywhere(writes(b"HTTP/1.1 1000 x\r\n\r\n")), PROTOCOL, NO_HTTP),
    "version 9.9": Case(everywhere(writes(b"HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n")), PROTOCOL, NO_HTTP),
    "HTTP/2 without being asked": Case(
        everywhere(writes(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18))), PROTOCOL, NO_HTTP
    ),
    "early hints without end": Case(
        everywhere(writes(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 512, times=1 << 20)),
        UNREACHABLE,
        TOO_WORDY,
    ),
    "eight interim replies and then the answer": Case(
        around(lambda body: b"HTTP/1.1 100 Continue\r\n\r\n" * 8 + framed(body)), jobs=JOBS
    ),
    "two documents, one after the other in gzip": Case(
        around(packed(gzip.compress, lambda body: gzip.compress(b"<more/>"))), PROTOCOL, ENCODING
    ),
    "one document in two members of gzip": Case(around(halves), PROTOCOL, ENCODING),
    "bytes behind gzip": Case(around(packed(gzip.compress, lambda body: b"x")), PROTOCOL, ENCODING),
    "gzip without its end": Case(
        around(lambda body: framed(gzip.compress(body)[:-9], b"Content-Encoding: gzip")), PROTOCOL, ENCODING
    ),
    "gzip with a wrong sum": Case(
        around(lambda body: framed(gzip.compress(body)[:-8] + bytes(8), b"Content-Encoding: gzip")), PROTOCOL, ENCODING
    ),
    "a name of 1 MB within gzip": Case(
        around(
            lambda body: framed(
                b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 1_000_000 + b"\0" + gzip.compress(body)[10:],
                b"Content-Encoding: gzip",
            )
        ),
        jobs=JOBS,
    ),
    "deflate without its header": Case(around(raw_deflate), PROTOCOL, ENCODING),
    "gzip twice over": Case(
        around(lambda body: framed(gzip.compress(gzip.compress(body)), b"Content-Encoding: gzip")),
        PROTOCOL,
        "GetSystemDateAndTime: not in an encoding that is read",
    ),
    "gzip in two headers": Case(
        around(
            lambda body: framed(
                gzip.compress(gzip.compress(body)), b"Content-Encoding: gzip", b"Content-Encoding: gzip"
            )
        ),
        PROTOCOL,
        "GetSystemDateAndTime: not in an encoding that is read",
    ),
    "a charset that is not the document's": Case(
        around(lambda body: framed(body, b"Content-Type: application/soap+xml; charset=utf-7")), jobs=JOBS
    ),
    "a second reply behind each": Case(around(lambda body: framed(body) + framed(LIE)), jobs=JOBS),
    "a body behind each reply": Case(around(lambda body: framed(body) + b"x" * 100_000), PROTOCOL, NO_HTTP),
    "closes although it said that it would not": Case(
        around(lambda body: framed(body, b"Connection: keep-alive", b"Keep-Alive: timeout=99999"), close=True),
        jobs=JOBS,
    ),
    "stays although it said that it would close": Case(
        around(lambda body: framed(body, b"Connection: close")), jobs=JOBS
    ),
    "cookies": Case(around(lambda body: framed(body, b"Set-Cookie: a=b; Domain=127.0.0.1; Path=/")), jobs=JOBS),
    "a part of the content": Case(
        around(lambda body: framed(body).replace(b"200 OK", b"206 Partial Content")), jobs=JOBS
    ),
}
