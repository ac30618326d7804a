"""One HTTP port for all devices, told apart by the first part of the path."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

from aiohttp import web

from vmsguard.errors import UsageError
from vmsguard.simulator.dispatch import Received
from vmsguard.simulator.personas import Manner, Reply
from vmsguard.simulator.ports import HOST

__all__ = ["Fleetlike", "HttpServer"]

_SOAP: Final = "application/soap+xml"


class Fleetlike(Protocol):
    async def soap(self, device_id: str, received: Received) -> Reply | None:
        """The device's reply; None if there is no such device."""
        ...

    def snapshot(self, device_id: str, profile: str, received: Received) -> Reply | None: ...


class HttpServer:
    def __init__(self, fleet: Fleetlike) -> None:
        self._fleet = fleet
        self._runner: web.ServerRunner | None = None

    async def open(self, port: int) -> None:
        server = web.Server(self._handle, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.5)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, port, backlog=1024).start()
        except OSError as error:
            await self.close()
            raise UsageError(
                f"cannot listen on {HOST}:{port}: {error.strerror}",
                hint="another program, perhaps another simulator, uses the port; take another --http-port",
            ) from error

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        parts = request.path.split("/")
        if len(parts) == 4 and parts[2] == "onvif" and request.method == "POST":
            received = _received(request, parts[3], await request.read())
            return await _send(request, await self._fleet.soap(parts[1], received), _SOAP)
        if len(parts) == 3 and parts[2] == "snapshot.jpg" and request.method in ("GET", "HEAD"):
            received = _received(request, parts[2], b"")
            reply = self._fleet.snapshot(parts[1], request.query.get("profile", ""), received)
            return await _send(request, reply, "image/jpeg")
        return web.Response(status=404)


def _received(request: web.BaseRequest, path: str, body: bytes) -> Received:
    return Received(path, request.method, request.path_qs, request.headers.get("Authorization", ""), body)


async def _send(request: web.BaseRequest, reply: Reply | None, content_type: str) -> web.StreamResponse:
    if reply is None:
        return web.Response(status=404)
    if reply.delay:
        await asyncio.sleep(reply.delay)
    if reply.manner is Manner.SILENCE:
        await asyncio.Event().wait()  # until the client has had enough: its leaving cancels this handler
    if reply.manner is Manner.DROP and request.transport is not None:
        request.transport.abort()
    response = web.Response(
        status=reply.status or 200,
        body=reply.body,
        content_type=reply.content_type or content_type,
        charset="utf-8" if content_type == _SOAP else None,
    )
    for challenge in reply.challenges:
        response.headers.add("WWW-Authenticate", challenge)
    return response
