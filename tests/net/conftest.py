"""A server on loopback that answers with exactly the bytes a test gives it, and clients bound to it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import msgspec
import pytest

from vmsguard.model.clock import SystemClock
from vmsguard.model.inventory import Limits, Target
from vmsguard.model.vocabulary import Role
from vmsguard.net.client import GuardedClient
from vmsguard.net.login import Login
from vmsguard.net.pool import ConnectionPool

Answer = Callable[["Asked", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class RawServer:
    """Hands each request to ``answer``, which writes whatever it likes."""

    port: int = 0
    scheme: str = "http"
    answer: Answer | None = None
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")
                method, path, _ = lines[0].split(" ", 2)
                headers = {
                    name.lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in lines[1:] if line)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.asked.append(asked := Asked(method, path, headers, body, number))
                assert self.answer is not None
                await self.answer(asked, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def says(body: bytes = b"ok", status: str = "200 OK", *headers: str) -> Answer:
    """An answer with a correct length."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)

    return answer


Connect = Callable[..., GuardedClient]
StartServer = Callable[..., Awaitable[RawServer]]


@pytest.fixture
async def start_server() -> AsyncIterator[StartServer]:
    async with AsyncExitStack() as stack:

        async def start(answer: Answer | None = None, tls: ssl.SSLContext | None = None) -> RawServer:
            raw = RawServer(answer=answer or says(), scheme="https" if tls else "http")
            server = await asyncio.start_server(raw.serve, "127.0.0.1", 0, ssl=tls)
            raw.port = server.sockets[0].getsockname()[1]
            stack.callback(server.close)
            return raw

        yield start


@pytest.fixture
async def pool() -> AsyncIterator[ConnectionPool]:
    async with ConnectionPool() as opened:
        yield opened


FAST = Limits(requests_per_second=1e6, deadline_seconds=60, max_reply_bytes=64 * 1024)
"""No deadline that a machine which stalls would meet; where one is to pass, the test sets its own."""


@pytest.fixture
def connect(pool: ConnectionPool) -> Connect:
    """Builds a client for a URL; keywords are those of ``Target`` or of ``GuardedClient``."""

    def build(
        url: str,
        *,
        login: Login | None = None,
        permit_is_live=None,
        write_allowed=False,
        keyed_hash=None,
        **fields: object,
    ):
        target = msgspec.structs.replace(
            Target(id="t-1", site="s", role=Role.DEVICE, driver="test", url=url, limits=FAST), **fields
        )
        return GuardedClient(
            target,
            clock=SystemClock(),
            login=login,
            pool=pool,
            permit_is_live=permit_is_live or (lambda permit: True),
            write_allowed=write_allowed,
            keyed_hash=keyed_hash,
        )

    return build
