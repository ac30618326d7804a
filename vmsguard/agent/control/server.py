"""Serves the agent's socket: readable and writable for its own user and group, every peer known by its uid."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import structlog

from vmsguard.agent.control.frames import (
    BEAT,
    LONGEST_REQUEST,
    Answer,
    Failure,
    Part,
    Request,
    Streamed,
    Tidings,
    decode,
    encode,
)
from vmsguard.agent.own_socket import OwnSocket, Peer, peer_of
from vmsguard.errors import UsageError, VmsguardError

__all__ = ["ControlServer", "Handler", "Peer", "Tell"]

_MODE = 0o660
_SECONDS_TO_ASK = 10.0
_AT_ONCE = 16
"""How many may ask at the same time; who hangs on the line must not keep others out for ever."""
_BEAT_SECONDS = 10.0
_UNREAD_BYTES = 1 << 16
"""So much may lie at a reader who is slow; tidings beyond it are left out, for the next tell the same and more."""
_SECONDS_UNREAD = 120.0
"""Who has an answer and reads nothing of it for so long is hung up on: the place is for others."""


Tell: TypeAlias = Callable[[str, int, int], None]
"""Sends word of progress: phase, done, total."""
Handler: TypeAlias = Callable[[Mapping[str, Any], Peer, Tell], Coroutine[Any, Any, Any]]
"""Carries out one kind of request; what it returns becomes JSON, in parts where it is ``Streamed``.

It is cancelled when whoever asked hangs up, and when the agent stops.
"""


class ControlServer:
    """Answers what the handlers know, one request per connection."""

    def __init__(
        self,
        path: Path,
        handlers: Mapping[str, Handler],
        *,
        exit_code_of: Callable[[VmsguardError], int],
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        self._handlers = handlers
        self._exit_code_of = exit_code_of
        self._log = log
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._socket = OwnSocket(path, _MODE, "agent: socket:", self._serve)

    async def start(self) -> None:
        """Listen; raises ``ConfigError`` when another agent answers there or the place is not ours alone."""
        self._socket.start()

    async def stop(self) -> None:
        """Answer nobody any more, hang up on who still waits, and leave no socket behind."""
        await self._socket.stop()

    async def _serve(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_unix_connection(sock=connection, limit=LONGEST_REQUEST)
        try:
            async with self._gate:
                answer = await self._answer(reader, writer, peer_of(connection))
                if answer is not None:
                    await _sent(writer, answer)
                await _closed(writer)
        except (ConnectionError, TimeoutError) as error:
            self._log.info("control connection ended early", error=type(error).__name__)
        finally:
            writer.transport.abort()  # nothing where it was closed in order

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer
    ) -> Answer | Failure | None:
        """What is said at the end; None where nobody is there any more to hear it."""

        def tell(phase: str, done: int, total: int) -> None:
            _mention(writer, Tidings(phase, done, total))

        try:
            async with asyncio.timeout(_SECONDS_TO_ASK):
                request = await _request(reader)
            handler = self._handlers.get(request.ask)
            if handler is None:
                raise UsageError(f"this agent does not know {request.ask[:64]!r}", hint="see vmsguard agent --help")
            self._log.info("asked", ask=request.ask, uid=peer.uid)
            told = await _unless_gone(handler(request.arguments, peer, tell), reader, writer)
            if isinstance(told, Streamed):
                for part in told.parts:
                    await _sent(writer, Part(msgspec.Raw(msgspec.json.encode(part))))
                return Answer(told.value)
            return Answer(told)
        except _Gone:
            self._log.info("who asked is gone")
            return None
        except VmsguardError as error:
            return Failure(str(error), error.hint, self._exit_code_of(error))
        except (ConnectionError, TimeoutError):
            raise
        except Exception as error:  # noqa: BLE001 - one request that breaks must not take the agent along
            self._log.error("a request broke", error=type(error).__name__, exc_info=True)
            return Failure(f"the agent broke over it: {type(error).__name__}", "see the agent's log")


class _Gone(Exception):
    """Whoever asked hung up before the answer."""


async def _unless_gone(
    answering: Coroutine[Any, Any, Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Any:
    """What the handler returns; raises ``_Gone`` once it ended because nobody is there any more."""
    handling = asyncio.ensure_future(answering)
    watching = asyncio.ensure_future(_hung_up(reader))
    try:
        while not handling.done() and not watching.done():
            await asyncio.wait({handling, watching}, timeout=_BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not handling.done():
                _mention(writer, BEAT)
        if handling.done():
            return await handling
        raise _Gone
    finally:
        watching.cancel()
        handling.cancel()
        # A handler may have something in hand that it has to see to the end.
        await asyncio.gather(handling, watching, return_exceptions=True)


def _mention(writer: asyncio.StreamWriter, told: Tidings) -> None:
    """Send word of progress to who reads it; nobody is waited for, and nothing piles up."""
    if not writer.is_closing() and writer.transport.get_write_buffer_size() < _UNREAD_BYTES:
        writer.write(encode(told))


async def _sent(writer: asyncio.StreamWriter, frame: Answer | Failure | Part) -> None:
    """Raise ``TimeoutError`` where nobody reads what cannot be left out."""
    writer.write(encode(frame))
    async with asyncio.timeout(_SECONDS_UNREAD):
        await writer.drain()


async def _closed(writer: asyncio.StreamWriter) -> None:
    """Once all of it was taken; raises ``TimeoutError`` where it was not."""
    writer.close()
    async with asyncio.timeout(_SECONDS_UNREAD):
        await writer.wait_closed()


async def _hung_up(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(ConnectionError):
        while await reader.read(4096):
            pass


async def _request(reader: asyncio.StreamReader) -> Request:
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        raise ConnectionError("nothing was asked") from error
    except asyncio.LimitOverrunError as error:
        raise UsageError("the request is too long", hint="ask for fewer cameras at a time") from error
    request = decode(line)
    if not isinstance(request, Request) or request.version != 1:
        raise UsageError(
            "this agent does not understand it", hint="use the vmsguard command of the agent's own version"
        )
    return request
