"""What a camera can do below SOAP: too much, too slow, too little, something else, or nothing HTTP at all."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import zlib
from collections.abc import Callable, Mapping

from hostile_camera.case import Case
from hostile_camera.ordinary import response
from hostile_camera.server import Asked, Trick, says
from vmsguard.model.vocabulary import Why

__all__ = ["HTTP_CASES", "cut_body", "drip", "everywhere"]

OK = b"HTTP/1.1 200 OK\r\n"
SPACE = bytes(64 * 1024).replace(b"\0", b" ")
TOO_LARGE = "GetSystemDateAndTime: the reply is larger than max_reply_bytes"
TOO_SLOW = "GetSystemDateAndTime: no complete reply within 2 s"
ENDED = "GetSystemDateAndTime: the reply ended before it was complete"
LOST = "GetSystemDateAndTime: the connection was lost before a reply"
TOO_WORDY = "GetSystemDateAndTime: the reply never came to the point: too much around its body"
# These do not end the session at the clock, which may be told only to those who log in: the next question does.
NO_HTTP = "GetDeviceInformation: the reply is not HTTP within our header limits"


def everywhere(trick: Trick) -> Mapping[str, Trick]:
    return {"*": trick}


def writes(*chunks: bytes, times: int = 1, close: bool = True, pause: float = 0.0) -> Trick:
    """These bytes, the last of them that many times, no faster than they are read."""

    async def trick(asked: Asked, writer: asyncio.StreamWriter) -> None:
        *first, last = chunks
        for chunk in itertools.chain(first, itertools.repeat(last, times)):
            writer.write(chunk)
            await writer.drain()
            if pause:
                await asyncio.sleep(pause)
        if close:
            writer.close()

    return trick


def drip(head: bytes, drop: bytes = b" ") -> Trick:
    """A byte per second; the first at once, so that nobody can say that nothing came."""
    return writes(head, drop, times=10_000, pause=1.0)


def encoded(encoding: str, body: bytes | Callable[[], bytes]) -> Trick:
    return says(body, "200 OK", f"Content-Encoding: {encoding}")


def bomb(encoding: str, wbits: int) -> Trick:
    """Half a gigabyte of blanks, squeezed into half a megabyte."""

    def packed() -> bytes:
        squeeze = zlib.compressobj(6, wbits=wbits)
        return b"".join(squeeze.compress(SPACE) for _ in range(8 * 1024)) + squeeze.flush()

    return encoded(encoding, packed)


def cut_body(tenths: float) -> Trick:
    """A whole reply is announced, some of it comes, and the connection is reset."""

    async def trick(asked: Asked, writer: asyncio.StreamWriter) -> None:
        body = response(asked.operation, "x" * 4096)
        writer.write(OK + f"Content-Length: {len(body)}\r\n\r\n".encode() + body[: int(len(body) * tenths)])
        await writer.drain()
        await asyncio.sleep(0.05)  # else the reset overtakes what was written
        writer.transport.abort()

    return trick


def another_length(difference: int) -> Trick:
    async def trick(asked: Asked, writer: asyncio.StreamWriter) -> None:
        body = response(asked.operation, "")
        writer.write(OK + f"Content-Length: {len(body) + difference}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    return trick


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
PROTOCOL, UNREACHABLE = Why.PROTOCOL, Why.UNREACHABLE
ENCODING = "GetDeviceInformation: the reply is in an encoding that was not asked for"

HTTP_CASES: Mapping[str, Case] = {
    "gzip bomb": Case(everywhere(bomb("gzip", 31)), UNREACHABLE, TOO_LARGE),
    "deflate bomb": Case(everywhere(bomb("deflate", 15)), UNREACHABLE, TOO_LARGE),
    "brotli nobody asked for": Case(everywhere(encoded("br", b"\x8b\x07\x80xxxx")), PROTOCOL, ENCODING),
    "zstd nobody asked for": Case(everywhere(encoded("zstd", b"\x28\xb5\x2f\xfd")), PROTOCOL, ENCODING),
    "gzip within gzip": Case(everywhere(encoded("gzip, gzip", gzip.compress(b"x"))), PROTOCOL, ENCODING),
    "gzip that is none": Case(everywhere(encoded("gzip", b"<xml/>")), PROTOCOL, ENCODING),
    "a body without end": Case(
        everywhere(writes(OK + b"Connection: close\r\n\r\n", SPACE, times=1 << 20)), UNREACHABLE, TOO_LARGE
    ),
    "a body without end in chunks": Case(
        everywhere(writes(CHUNKED, b"10000\r\n" + SPACE + b"\r\n", times=1 << 20)), UNREACHABLE, TOO_LARGE
    ),
    "chunks of one byte": Case(
        everywhere(writes(CHUNKED, b"1\r\n \r\n" * 8192, times=1 << 20)),
        UNREACHABLE,
        TOO_WORDY,
    ),
    "chunk extensions without end": Case(
        everywhere(writes(CHUNKED, b"1;" + b"x" * 65536, b"x" * 65536, times=1 << 20)), UNREACHABLE, TOO_WORDY
    ),
    "60 MB in one text node": Case(
        everywhere(writes(OK + b"\r\n" + response("GetSystemDateAndTime", "")[:-80], SPACE, times=960)),
        UNREACHABLE,
        TOO_LARGE,
    ),
    "drips its headers": Case(everywhere(drip(OK + b"X-A: ", b"x")), UNREACHABLE, TOO_SLOW),
    "drips its body": Case(everywhere(drip(OK + b"Content-Length: 60000\r\n\r\n")), UNREACHABLE, TOO_SLOW),
    "drips chunks": Case(everywhere(drip(CHUNKED, b"1\r\n \r\n")), UNREACHABLE, TOO_SLOW),
    "never answers": Case(everywhere(writes(b"", pause=60.0)), UNREACHABLE, TOO_SLOW),
    "resets in the body": Case(everywhere(cut_body(0.5)), UNREACHABLE, ENDED),
    "resets at once": Case(everywhere(cut_body(0.0)), UNREACHABLE, ENDED),
    "closes at once": Case(everywhere(writes(b"")), UNREACHABLE, LOST),
    "closes in the status line": Case(everywhere(writes(b"HTTP/1.1 2")), UNREACHABLE, LOST),
    "announces more than it sends": Case(everywhere(another_length(100)), UNREACHABLE, ENDED),
    "announces less than it sends": Case(everywhere(another_length(-100)), PROTOCOL, NO_HTTP),
    "announces a negative length": Case(everywhere(writes(OK + b"Content-Length: -1\r\n\r\n")), PROTOCOL, NO_HTTP),
    "announces two lengths": Case(
        everywhere(writes(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx")), PROTOCOL, NO_HTTP
    ),
    "announces 5,000 digits": Case(
        everywhere(writes(OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n")), PROTOCOL, NO_HTTP
    ),
    "garbage for a chunk length": Case(everywhere(writes(CHUNKED + b"zz\r\nxx\r\n")), PROTOCOL, NO_HTTP),
    "a chunk length of 5,000 digits": Case(
        everywhere(writes(CHUNKED + b"f" * 5000 + b"\r\nxx\r\n")), PROTOCOL, NO_HTTP
    ),
    "HTTP/0.9": Case(everywhere(writes(b"<html>welcome</html>")), PROTOCOL, NO_HTTP),
    "another protocol": Case(everywhere(writes(b"SSH-2.0-camera\r\n")), PROTOCOL, NO_HTTP),
    "10,000 headers": Case(
        everywhere(writes(OK + b"".join(b"X-%d: 1\r\n" % n for n in range(10_000)) + b"\r\n")), PROTOCOL, NO_HTTP
    ),
    "a header of 10 MB": Case(
        everywhere(writes(OK + b"X-A: ", SPACE.replace(b" ", b"x"), times=160)), PROTOCOL, NO_HTTP
    ),
    "blanks before a header, 10 MB of them": Case(
        everywhere(writes(OK + b"X-A: ", SPACE, times=160)), UNREACHABLE, TOO_WORDY
    ),
    "interim replies without end": Case(
        everywhere(writes(b"HTTP/1.1 100 Continue\r\n\r\n" * 2048, times=1 << 20)),
        UNREACHABLE,
        TOO_WORDY,
    ),
    "switches protocols": Case(
        everywhere(writes(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n" + SPACE)),
        Why.FAULT,
        "GetDeviceInformation: status 101",
    ),
    "an empty reply": Case(everywhere(says(b"")), PROTOCOL, "GetSystemDateAndTime: an empty reply"),
    "nothing to say, politely": Case(
        everywhere(says(b"", "204 No Content")), PROTOCOL, "GetSystemDateAndTime: an empty reply"
    ),
}
