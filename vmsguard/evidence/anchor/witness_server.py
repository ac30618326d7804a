"""A witness on HTTP: ``POST /add-checkpoint`` and ``GET /<origin hash>/checkpoint``, within limits."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from msgspec import Struct

from vmsguard.errors import EvidenceError, UsageError
from vmsguard.evidence.anchor.add_checkpoint import MAX_BODY
from vmsguard.evidence.anchor.witness import Answer, Witness

__all__ = ["Limits", "ServerLog", "is_loopback", "parse_listen", "serving"]

_GET = re.compile(r"/([0-9a-f]{64})/checkpoint")


class Limits(Struct, frozen=True):
    """What one server takes on."""

    body: int = MAX_BODY
    body_seconds: float = 10.0
    connections: int = 64
    connection_seconds: float = 60.0
    """A connection is closed after it, whatever it does: nobody holds one by dripping a header."""


class ServerLog(Protocol):
    """Structured lines for the operator, such as structlog's."""

    def info(self, event: str, /, **fields: Any) -> Any: ...
    def error(self, event: str, /, **fields: Any) -> Any: ...


class _LimitedServer(web.Server):
    """Refuses connections beyond a number, and ends each after a time."""

    def __init__(self, handler: Any, limits: Limits) -> None:
        super().__init__(handler, access_log=None, keepalive_timeout=15.0)
        self._limits = limits
        self._timers: dict[RequestHandler, asyncio.TimerHandle] = {}

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if len(self._timers) >= self._limits.connections:
            transport.abort()
            return
        loop = asyncio.get_running_loop()
        self._timers[handler] = loop.call_later(self._limits.connection_seconds, transport.abort)

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        timer = self._timers.pop(handler, None)
        if timer is not None:
            timer.cancel()
        super().connection_lost(handler, exc)


class _Desk:
    """Takes requests and hands the witness's answers back; the witness works in threads, for it waits for the disk."""

    def __init__(self, witness: Witness, limits: Limits, log: ServerLog, answered: Callable[[], None] | None) -> None:
        self._witness = witness
        self._limits = limits
        self._log = log
        self._answered = answered

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        answer = await self._answer(request)
        tell = self._log.error if answer.status >= 500 else self._log.info
        # An unknown log's origin is anybody's text.
        about = {"origin": answer.origin[:128], "size": answer.size}
        tell("witness.answered", asked=request.method, status=answer.status, **about)
        headers = {"Content-Type": answer.content_type}
        return web.Response(status=answer.status, body=answer.body, headers=headers)

    async def _answer(self, request: web.BaseRequest) -> Answer:
        if request.path == "/add-checkpoint":
            if request.method != "POST":
                return Answer(405, b"POST a checkpoint here\n")
            try:
                async with asyncio.timeout(self._limits.body_seconds):
                    body = await self._body(request)
            except TimeoutError:
                return Answer(408, b"the request came too slowly\n")
            if body is None:
                return Answer(413, b"the request is too large\n")
            answer = await asyncio.to_thread(self._witness.add_checkpoint, body)
            if self._answered is not None:
                self._answered()
            return answer
        found = _GET.fullmatch(request.path)
        if found and request.method == "GET":
            return self._witness.checkpoint(found[1])
        return Answer(404, b"POST /add-checkpoint, or GET /<origin hash>/checkpoint\n")

    async def _body(self, request: web.BaseRequest) -> bytes | None:
        """The body; None if it is too large."""
        whole = bytearray()
        async for piece in request.content.iter_any():
            whole += piece
            if len(whole) > self._limits.body:
                return None
        return bytes(whole)


@asynccontextmanager
async def serving(
    witness: Witness,
    host: str,
    port: int,
    log: ServerLog,
    *,
    limits: Limits | None = None,
    answered: Callable[[], None] | None = None,
) -> AsyncIterator[tuple[str, int]]:
    """Serve until the block ends; yields the address it listens on. Requests that are being judged are finished.

    ``answered`` is called after each request for a cosignature.
    """
    limits = limits or Limits()
    server = _LimitedServer(_Desk(witness, limits, log, answered).handle, limits)
    runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=limits.body_seconds)
    await runner.setup()
    try:
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
        except OSError as error:
            raise EvidenceError(
                f"cannot listen on {host}:{port}: {error.strerror or error}", hint="name another --listen HOST:PORT"
            ) from error
        bound = runner.addresses[0]
        yield str(bound[0]), int(bound[1])
    finally:
        await runner.cleanup()


def parse_listen(told: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT`` or ``[IPv6]:PORT``; port 0 takes a free one."""
    host, colon, port = told.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not colon or not host or not (port.isascii() and port.isdecimal() and int(port) < 65_536):
        raise UsageError(f"--listen {told}: expected HOST:PORT", hint="for example 127.0.0.1:8750")
    return host, int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address; a name counts if it is all it resolves to."""
    try:
        found = {str(info[4][0]).partition("%")[0] for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(address).is_loopback for address in found)
