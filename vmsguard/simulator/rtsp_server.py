"""RTSP as far as a probe looks: OPTIONS and DESCRIBE on a port of each camera, closed for real when it is off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, cast
from urllib.parse import urlsplit

from vmsguard.errors import UsageError
from vmsguard.simulator.ports import HOST

__all__ = ["RtspServer"]

_METHODS: Final = "OPTIONS, DESCRIBE"
_LIMIT: Final = 8192


class _Connection(asyncio.Protocol):
    def __init__(self, server: RtspServer) -> None:
        self._server = server
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's transports are no subclass of it
        self._server.connections.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._server.connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        if self._transport is None:
            return
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            self._transport.write(self._server.answer(head.decode("latin-1")))
        if len(self._buffer) > _LIMIT:
            self._transport.abort()


class RtspServer:
    """One camera's RTSP port.

    ``delivers`` says of a path whether there is a picture behind it; ``admit`` gives the challenges for a
    method, URL and Authorization header, none for whoever may see it; ``refusal`` is the status of every
    description, where it gives none.
    """

    def __init__(
        self,
        port: int,
        delivers: Callable[[str], bool],
        admit: Callable[[str, str, str], tuple[str, ...]],
        refusal: str = "",
    ) -> None:
        self.port = port
        self.connections: set[asyncio.Transport] = set()
        self._delivers = delivers
        self._admit = admit
        self._refusal = refusal
        self._server: asyncio.Server | None = None

    @property
    def listening(self) -> bool:
        return self._server is not None

    async def open(self) -> None:
        if self._server is not None:
            return
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: _Connection(self), HOST, self.port, backlog=16)
        except OSError as error:
            raise UsageError(
                f"cannot listen on {HOST}:{self.port} for RTSP: {error.strerror}",
                hint="another program, perhaps another simulator, uses the port; stop it or leave out --state",
            ) from error

    def close(self) -> None:
        """From here on a connection is refused, and the open ones are gone."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for transport in list(self.connections):
            transport.abort()

    def answer(self, head: str) -> bytes:
        """The response to one request head."""
        first, *lines = head.split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        cseq = headers.get("cseq", "")
        parts = first.split(" ")
        if len(parts) != 3 or parts[2] != "RTSP/1.0" or not cseq.isdecimal():
            return _response("400 Bad Request", cseq if cseq.isdecimal() else "0")
        method, url, _ = parts
        if method == "OPTIONS":
            return _response("200 OK", cseq, ("Public", _METHODS))
        if method != "DESCRIBE":
            return _response("405 Method Not Allowed", cseq, ("Allow", _METHODS))
        if challenges := self._admit(method, url, headers.get("authorization", "")):
            return _response("401 Unauthorized", cseq, *(("WWW-Authenticate", each) for each in challenges))
        if self._refusal:
            return _response(self._refusal, cseq)
        if not self._delivers(urlsplit(url).path):
            return _response("404 Not Found", cseq)
        described = (("Content-Base", url), ("Content-Type", "application/sdp"))
        return _response("200 OK", cseq, *described, body=_SDP)


_SDP: Final = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=simulated camera\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n"
)


def _response(status: str, cseq: str, *headers: tuple[str, str], body: str = "") -> bytes:
    lines = [f"RTSP/1.0 {status}", f"CSeq: {cseq}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
