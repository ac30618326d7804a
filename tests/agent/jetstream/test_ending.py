"""The end of a connection that is being made again in that very moment: nothing of it lives on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from vmsguard.agent.jetstream.connection import NatsLine, NatsSettings, connect
from vmsguard.agent.jetstream.ending import end

SAFETY = 30.0
TURNS = range(16)
"""Turns of the loop between a server's greeting and the end: some of them hit the library where it does not hear."""


class GreetingServer:
    """As much of a NATS server as a connection needs to be made, which greets when it is told to."""

    def __init__(self) -> None:
        self.greet = asyncio.Event()
        self.greet.set()
        self.came: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
        self.at_work: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.at_work.add(task)
        try:
            self.came.put_nowait(writer)
            await self.greet.wait()
            writer.write(b'INFO {"server_id":"S","version":"2.15.0","max_payload":1048576}\r\n')
            while line := await reader.readline():
                if line.startswith(b"PING"):
                    writer.write(b"PONG\r\n")
        except ConnectionError:
            pass
        finally:
            writer.close()
            self.at_work.discard(task)

    async def all_gone(self) -> None:
        """Until no connection is open any more: an end that left a socket behind is waited for in vain."""
        async with asyncio.timeout(SAFETY):
            while self.at_work:
                await asyncio.wait(set(self.at_work))


@pytest.fixture(autouse=True)
def again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmsguard.agent.jetstream.connection._AGAIN", 0.01)


@pytest.fixture
async def greeting() -> AsyncIterator[tuple[GreetingServer, NatsSettings]]:
    told = GreetingServer()
    server = await asyncio.start_server(told.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield told, NatsSettings(servers=(f"nats://127.0.0.1:{port}",))
    server.close()
    told.greet.set()
    await told.all_gone()


def left_running() -> list[str]:
    """What runs besides the test and its server."""
    running = (task.get_coro() for task in asyncio.all_tasks() - {asyncio.current_task()})
    names = [getattr(coro, "__qualname__", "") for coro in running]
    return sorted(name for name in names if not name.startswith("GreetingServer."))


async def nobody_listens(message: object) -> None:
    raise AssertionError("the server sends no message")


async def turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


@pytest.mark.parametrize("number", TURNS)
async def test_one_that_is_being_made_again_ends(greeting: tuple[GreetingServer, NatsSettings], number: int) -> None:
    server, settings = greeting
    client = await connect(settings, "test")
    await client.subscribe("a", cb=nobody_listens)
    server.greet.clear()
    first = await server.came.get()
    first.close()
    async with asyncio.timeout(SAFETY):
        await server.came.get()
    server.greet.set()
    await turns(number)
    await end(client)
    assert [] == left_running()
    await server.all_gone()
    assert client.is_closed


@pytest.mark.parametrize("number", TURNS[1:])
async def test_an_end_that_is_cut_off_leaves_nothing_either(
    greeting: tuple[GreetingServer, NatsSettings], number: int
) -> None:
    server, settings = greeting
    client = await connect(settings, "test")
    await client.subscribe("a", cb=nobody_listens)
    ending = asyncio.ensure_future(end(client))
    await turns(number)
    ending.cancel()
    await asyncio.gather(ending, return_exceptions=True)
    assert [] == left_running()
    await server.all_gone()


@pytest.mark.parametrize("number", TURNS)
async def test_a_line_that_ends_while_it_is_made_ends(
    greeting: tuple[GreetingServer, NatsSettings], number: int
) -> None:
    server, settings = greeting
    server.greet.clear()
    async with asyncio.timeout(SAFETY), NatsLine(settings, "test"):
        await server.came.get()
        server.greet.set()
        await turns(number)
    assert [] == left_running()
    await server.all_gone()


@pytest.mark.parametrize("number", TURNS)
async def test_who_is_cancelled_while_it_connects_is_cancelled(
    greeting: tuple[GreetingServer, NatsSettings], number: int
) -> None:
    server, settings = greeting
    server.greet.clear()

    async def connecting() -> None:
        client = await connect(settings, "test")
        try:
            await asyncio.Event().wait()
        finally:
            await end(client)

    task = asyncio.ensure_future(connecting())
    await server.came.get()
    server.greet.set()
    await turns(number)
    task.cancel()
    async with asyncio.timeout(SAFETY):
        await asyncio.wait({task})
    assert task.cancelled()
    assert [] == left_running()
    await server.all_gone()
