"""``/livez``, ``/readyz`` and ``/metrics`` over HTTP, on this machine unless told otherwise; nothing can be changed."""

from __future__ import annotations

from aiohttp import web

from vmsguard.agent.health.metrics import CONTENT_TYPE, AgentMetrics
from vmsguard.agent.health.vitals import Vitals
from vmsguard.errors import ConfigError

__all__ = ["ProbeServer"]

_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class ProbeServer:
    """Serves the three pages until it is stopped."""

    def __init__(self, vitals: Vitals, metrics: AgentMetrics, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._vitals = vitals
        self._metrics = metrics
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """The port it listens on; the one chosen where 0 was asked for."""
        return self._port

    async def start(self) -> None:
        """Listen; raises ``ConfigError`` when the address is taken."""
        app = web.Application()
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._told)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            await runner.cleanup()
            raise ConfigError(
                f"{self._host}:{self._port} cannot be listened on: {error.strerror}",
                hint="choose another address under agent: health:",
            ) from error
        self._runner = runner
        self._port = runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _livez(self, _request: web.Request) -> web.Response:
        alive = self._vitals.alive
        return web.Response(text="alive\n" if alive else "stuck\n", status=200 if alive else 503, headers=_HEADERS)

    async def _readyz(self, _request: web.Request) -> web.Response:
        troubles = self._vitals.troubles()
        text = "".join(f"{name}: {why}\n" for name, why in troubles.items()) or "ready\n"
        return web.Response(text=text, status=503 if troubles else 200, headers=_HEADERS)

    async def _told(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._metrics.text(), headers={**_HEADERS, "content-type": CONTENT_TYPE})
