"""Asks an RTSP server whether it would describe a stream, and never for a frame (RFC 2326)."""

from __future__ import annotations

import asyncio
import re

from vmsguard.model.vocabulary import Why
from vmsguard.witness.place import Place
from vmsguard.witness.sighting import Sighting, proves_nothing

__all__ = ["look_rtsp", "meaning"]

HEAD_BYTES = 16 * 1024
_STATUS = re.compile(rb"RTSP/\d\.\d (\d{3})(?: |\r|$)")

# RFC 2326, 11: what says that there is no such stream here and now. Other 4xx and 5xx may come from our
# own request, from load (453, 500) or from another state, and prove nothing.
_NO = frozenset({404, 410, 454, 455, 501, 503})
_LOGIN = frozenset({401, 403, 407})


async def look_rtsp(place: Place, path: str) -> Sighting:
    """OPTIONS, and DESCRIBE when there is a path; only the heads of the replies are read."""
    if any(character <= " " or character == "\x7f" for character in path):
        return proves_nothing("the path is not one")
    try:
        async with asyncio.timeout(place.deadline):
            return await _ask(place, path)
    except ConnectionRefusedError:
        return Sighting(False, detail="connection refused")
    except TimeoutError:
        return proves_nothing("no complete answer in time", Why.UNREACHABLE)
    except asyncio.LimitOverrunError:
        return proves_nothing("the answer has no end", Why.PROTOCOL)
    except (OSError, asyncio.IncompleteReadError):
        return proves_nothing("the connection was lost", Why.UNREACHABLE)


async def _ask(place: Place, path: str) -> Sighting:
    reader, writer = await asyncio.open_connection(place.host, place.port, limit=HEAD_BYTES)
    try:
        host = f"[{place.host}]" if ":" in place.host else place.host
        url = f"rtsp://{host}:{place.port}/{path.lstrip('/')}"
        status, length = await _exchange(reader, writer, "OPTIONS", url, 1)
        if not path:
            return meaning(status)
        if length:
            # Servers send no body with OPTIONS; one that does could pass it off as the next answer.
            return proves_nothing("an answer to OPTIONS with a body", Why.PROTOCOL)
        status, _ = await _exchange(reader, writer, "DESCRIBE", url, 2)
        return meaning(status)
    finally:
        writer.transport.abort()


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, url: str, number: int
) -> tuple[int, int]:
    accept = "Accept: application/sdp\r\n" if method == "DESCRIBE" else ""
    writer.write(f"{method} {url} RTSP/1.0\r\nCSeq: {number}\r\nUser-Agent: vmsguard\r\n{accept}\r\n".encode())
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    found = _STATUS.match(head)
    if found is None:
        return 0, 0
    length = re.search(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n", head, re.IGNORECASE)
    return int(found.group(1)), int(length.group(1)) if length else 0


def meaning(status: int) -> Sighting:
    """What an RTSP status proves of a stream; 0 stands for an answer that is not RTSP."""
    if status == 200:
        return Sighting(True, detail="rtsp 200")
    if status in _NO:
        return Sighting(False, detail=f"rtsp {status}")
    if status in _LOGIN:
        return proves_nothing(f"rtsp {status}", Why.AUTH)
    if status == 0:
        return proves_nothing("not RTSP", Why.PROTOCOL)
    return proves_nothing(f"rtsp {status}", Why.FAULT)
