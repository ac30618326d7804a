"""Asks an RTSP server whether it would describe a stream, and never for a frame (RFC 2326)."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from vmsguard.model.vocabulary import Why
from vmsguard.net.login import Login
from vmsguard.witness.place import Place
from vmsguard.witness.rtsp_login import answer, challenge_of
from vmsguard.witness.rtsp_reply import RtspReply, read_head
from vmsguard.witness.sighting import Sighting, proves_nothing

__all__ = ["look_rtsp", "meaning"]

HEAD_BYTES = 16 * 1024

# RFC 2326, 11: what says that there is no such stream here and now. Other 4xx and 5xx may come from our
# own request, from load (453, 500) or from another state, and prove nothing.
_NO = frozenset({404, 410, 454, 455, 501})
_LOGIN = frozenset({401, 403, 407})
_ASKS = frozenset({401, 407})
"""What asks for a login: 403 may be about the address or the number of clients, and the next one is let in."""


class _NotAnAnswerError(Exception):
    """Bytes that are no answer to the request they follow; the message says why."""


async def look_rtsp(place: Place, path: str, login: Login | None = None) -> Sighting:
    """OPTIONS, and DESCRIBE when there is a path; only the heads of the replies are read.

    One digest challenge is answered, once, where there is a login: a 401 after that proves nothing.
    """
    if any(character <= " " or character == "\x7f" for character in path):
        return proves_nothing("the path is not one")
    try:
        async with asyncio.timeout(place.deadline):
            return await _ask(place, path, login)
    except ConnectionRefusedError:
        return Sighting(False, detail="connection refused")
    except TimeoutError:
        return proves_nothing("no complete answer in time", Why.UNREACHABLE)
    except asyncio.LimitOverrunError:
        return proves_nothing("the answer has no end", Why.PROTOCOL)
    except _NotAnAnswerError as error:
        return proves_nothing(str(error), Why.PROTOCOL)
    except (OSError, asyncio.IncompleteReadError):
        return proves_nothing("the connection was lost", Why.UNREACHABLE)


async def _ask(place: Place, path: str, login: Login | None) -> Sighting:
    reader, writer = await asyncio.open_connection(place.address or place.host, place.port, limit=HEAD_BYTES)
    try:
        host = f"[{place.host}]" if ":" in place.host else place.host
        talk = _Talk(reader, writer, f"rtsp://{host}:{place.port}/{path.lstrip('/')}")
        reply = await talk.exchange("OPTIONS")
        if path:
            await talk.skip_body(reply)
            reply = await talk.exchange("DESCRIBE")
        without_login = _open_to_all(reply.status) if path else None
        # Who is asked for a login at the root was not refused a stream: it is the place of one only if it is shown.
        unproven = None if without_login is False and not path.strip("/") else without_login
        challenge = None if login is None or reply.status != 401 else challenge_of(reply.head)
        if login is None or challenge is None:
            return replace(meaning(reply.status), without_login=unproven)
        method = "DESCRIBE" if path else "OPTIONS"
        credentials = answer(challenge, login, method, talk.url)
        if credentials is None:
            return replace(meaning(reply.status), without_login=unproven)
        await talk.skip_body(reply)
        shown = meaning((await talk.exchange(method, credentials)).status)
        return replace(shown, without_login=without_login if shown.answered else unproven)
    finally:
        writer.transport.abort()


class _Talk:
    """Requests and heads of replies on one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, url: str) -> None:
        self.url = url
        self._reader = reader
        self._writer = writer
        self._sent = 0

    async def exchange(self, method: str, credentials: str = "") -> RtspReply:
        self._sent += 1
        lines = [f"{method} {self.url} RTSP/1.0", f"CSeq: {self._sent}", "User-Agent: vmsguard"]
        if method == "DESCRIBE":
            lines.append("Accept: application/sdp")
        if credentials:
            lines.append(f"Authorization: {credentials}")
        self._writer.write("\r\n".join([*lines, "", ""]).encode())
        await self._writer.drain()
        reply = read_head(await self._reader.readuntil(b"\r\n\r\n"))
        if reply.sequence not in (None, self._sent):
            # Sent before it was asked for, or left over: it proves nothing of what was asked now.
            raise _NotAnAnswerError("the answer to another request")
        return reply

    async def skip_body(self, reply: RtspReply) -> None:
        """Step over a short body, so that it cannot pose as the next answer."""
        if reply.status == 0:
            raise _NotAnAnswerError("not RTSP")
        if reply.length > HEAD_BYTES:
            raise _NotAnAnswerError("the answer is too long")
        await self._reader.readexactly(reply.length)


def _open_to_all(status: int) -> bool | None:
    """What the answer to a DESCRIBE without credentials says of who may see the stream."""
    if status == 200:
        return True
    return False if status in _ASKS else None


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
