"""A server that writes whatever a trick tells it to and keeps every byte it was sent."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeVar

__all__ = ["Asked", "Camera", "LoopThread", "RawServer", "Trick", "says"]

T = TypeVar("T")
_OPERATION = re.compile(rb"<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)")


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; ``operation`` is the first element of its SOAP body, empty without one."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    operation: str


Trick = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def says(body: bytes | Callable[[], bytes], status: str = "200 OK", *headers: str) -> Trick:
    """A well-behaved HTTP reply; a body that is costly to make is made at its first use, or by ``prepare``."""
    made = functools.cache(body if callable(body) else lambda: body)

    async def trick(asked: Asked, writer: asyncio.StreamWriter) -> None:
        content = made()
        lines = [f"HTTP/1.1 {status}", "Content-Type: application/soap+xml", f"Content-Length: {len(content)}"]
        writer.write("\r\n".join([*lines, *headers, "", ""]).encode("latin-1") + content)

    trick.prepare = made  # type: ignore[attr-defined]
    return trick


class LoopThread:
    """An event loop in a thread, so that what a server does costs the client's loop nothing."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def call(self, job: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(job, self.loop).result(30)

    def __enter__(self) -> LoopThread:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.call(_cancel_the_rest())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


async def _cancel_the_rest() -> None:
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


@dataclass
class RawServer:
    """Listens on loopback; ``received`` holds every byte of every connection."""

    serve: Serve | None = None
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    port: int = 0
    connections: int = 0
    received: bytearray = field(default_factory=bytearray)
    _server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, self.host, 0, ssl=self.tls, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        # What came together with the end of a handshake is in the buffer before anybody is called.
        self.received += reader._buffer  # type: ignore[attr-defined]
        take = reader.feed_data

        def keep(data: bytes) -> None:
            self.received += data
            take(data)

        reader.feed_data = keep  # type: ignore[method-assign]
        # Cancelled when the test ends; asyncio's streams would report that as a failure of their own.
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            if self.serve is not None:
                await self.serve(reader, writer)
            else:
                await reader.read()
        writer.transport.abort()


class Camera(RawServer):
    """Answers operations with tricks: its own by name, ``*`` for every other, ``ordinary`` where there is neither."""

    def __init__(
        self,
        tricks: Mapping[str, Trick],
        ordinary: Callable[[Asked, Camera], bytes],
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(serve=self._talk, tls=tls)
        self.tricks = dict(tricks)
        self.asked: list[Asked] = []
        self.rtsp = 554
        """The port it names for its streams."""
        self._ordinary = ordinary

    @property
    def origin(self) -> str:
        return f"{'http' if self.tls is None else 'https'}://{self.host}:{self.port}"

    def times(self, operation: str) -> int:
        return sum(asked.operation == operation for asked in self.asked)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            lines = head.split("\r\n")
            method, path, _ = lines[0].split(" ", 2)
            pairs = (line.partition(":") for line in lines[1:] if line)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            found = _OPERATION.search(body)
            asked = Asked(method, path, headers, body, "" if found is None else found[1].decode())
            self.asked.append(asked)
            trick = self.tricks.get(asked.operation) or self.tricks.get("*")
            await (trick or says(self._ordinary(asked, self)))(asked, writer)
            await writer.drain()
