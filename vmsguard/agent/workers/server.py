"""Serves the workers' socket: for the agent's own user alone, each question answered in the agent's loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import structlog
from msgspec import Raw

from vmsguard._version import __version__
from vmsguard.agent.execution.last_looks import LastLooks
from vmsguard.agent.own_socket import OwnSocket, Peer, peer_of
from vmsguard.agent.workers.answering import Answering, TaskEnded, Tell
from vmsguard.agent.workers.failures import failure_of
from vmsguard.agent.workers.frames import (
    HEAD,
    LINE_VERSION,
    LONGEST_ANSWER,
    LONGEST_HELLO,
    LONGEST_QUESTION,
    Answer,
    Down,
    Failure,
    Hello,
    Question,
    Up,
    Welcome,
    decode_up,
    encode,
    framed,
    length_of,
)
from vmsguard.agent.workers.given_up import GivenUp
from vmsguard.errors import StateError, VmsguardError
from vmsguard.evidence.log import EvidenceLog
from vmsguard.model.work import WORKER
from vmsguard.run.equipment import Equipment

__all__ = ["WorkerServer"]

_MODE = 0o600
_SECONDS_TO_HELLO = 10.0
_SECONDS_BETWEEN = 30.0
"""How often what dead workers left open is looked for."""


class WorkerServer:
    """A part of the agent. Its ``connected`` says how many workers there are."""

    def __init__(
        self,
        path: Path,
        equipment: Equipment,
        *,
        tell: Tell,
        looks: LastLooks,
        log: structlog.typing.FilteringBoundLogger,
        task_ended: TaskEnded = lambda kind, outcome, seconds: None,
        uid: int | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        evidence = equipment.evidence
        if not isinstance(evidence, EvidenceLog):
            raise TypeError("workers are served by the process that has the log open")
        self._evidence = evidence
        self._state = equipment.state
        self._log = log
        self._uid = os.geteuid() if uid is None else uid
        self._sleep = sleep
        self._given_up = GivenUp(equipment.state, evidence, equipment.clock)
        self._answering = Answering(
            equipment.state,
            evidence,
            equipment.clock,
            self._given_up,
            tell=tell,
            looks=looks,
            task_ended=task_ended,
        )
        self._socket = OwnSocket(path, _MODE, "agent: workers:", self._serve)
        self._looking: asyncio.Task[None] | None = None
        self._workers: dict[int, str] = {}
        self._count = 0

    @property
    def connected(self) -> int:
        """How many workers are on the line."""
        return len(self._workers)

    async def start(self) -> None:
        """Listen; raises ``ConfigError`` when another agent answers there or the place is not ours alone."""
        self._socket.start()
        self._looking = asyncio.get_running_loop().create_task(self._look_for_what_was_given_up())

    async def stop(self) -> None:
        """Hang up on every worker and leave no socket behind.

        Their leases stay: who is in the middle of a write has them until they run out, or hands them back.
        """
        await self._socket.stop()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
            self._looking = None

    async def _look_for_what_was_given_up(self) -> None:
        while True:
            try:
                if count := self._given_up.record():
                    self._log.warning("changes of workers that are gone were told as interrupted", count=count)
            except VmsguardError as error:  # state or log is away for now; the loop tells of it
                self._log.warning("what workers left open was not told", why=error.message)
            await self._sleep(_SECONDS_BETWEEN)

    async def _serve(self, connection: socket.socket) -> None:
        peer = peer_of(connection)
        if peer.uid != self._uid:
            self._log.warning("somebody else than a worker of ours was turned away", uid=peer.uid)
            return
        reader, writer = await asyncio.open_unix_connection(sock=connection)
        self._count += 1
        number = self._count
        try:
            if await self._welcomed(reader, writer, peer, number):
                await self._answer_until_it_hangs_up(reader, writer)
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            pass  # hung up
        except (msgspec.DecodeError, StateError) as error:
            self._log.warning("what came over a worker's line cannot be read", error=str(error))
        finally:
            # Its leases stay what they are. Whoever is behind a broken line may be in the middle of a write that we
            # acknowledged the intent of: another worker at that device now would be a second one there. They run out.
            if gone := self._workers.pop(number, ""):
                self._log.info("a worker went", worker=gone, workers=self.connected)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _welcomed(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer, number: int
    ) -> bool:
        """Whether it may work here; it was told why where it may not."""
        async with asyncio.timeout(_SECONDS_TO_HELLO):
            hello = await _read(reader, LONGEST_HELLO)
        if refused := _why_not(hello):
            await _write(writer, refused)
            return False
        assert isinstance(hello, Hello)
        self._workers[number] = hello.name
        self._log.info("a worker came", worker=hello.name, process=peer.process, workers=self.connected)
        owner = f"{WORKER}{hello.name}:{peer.process}:{number}"
        await _write(writer, Welcome(owner, self._evidence.origin, self._state.salt, self._evidence.wire_key))
        return True

    async def _answer_until_it_hangs_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            question = await _read(reader, LONGEST_QUESTION)
            if not isinstance(question, Question):
                raise StateError("a second greeting")
            await _write(writer, self._answer(question))
            await asyncio.sleep(0)  # one question each: who asks without end holds up neither loop nor others

    def _answer(self, question: Question) -> Down:
        try:
            return Answer(Raw(self._answering.answer(question)))
        except VmsguardError as error:
            return failure_of(error)
        except Exception as error:  # noqa: BLE001 - one question that breaks must not take the agent along
            self._log.error("a worker's question broke", what=question.what, error=type(error).__name__, exc_info=True)
            return failure_of(error)


def _why_not(hello: Up) -> Failure | None:
    if not isinstance(hello, Hello):
        return Failure("UsageError", "a worker begins with a greeting", "use vmsguard agent worker")
    if hello.version != LINE_VERSION or hello.program != __version__:
        return Failure(
            "UsageError",
            f"this agent is vmsguard {__version__} and works with no other version",
            "run agent and workers from one installation",
        )
    if not hello.name or len(hello.name) > 64 or not hello.name.isprintable():
        return Failure("UsageError", "a worker needs a name of at most 64 printable characters", "use --name")
    return None


async def _read(reader: asyncio.StreamReader, longest: int) -> Up:
    told = length_of(await reader.readexactly(HEAD))
    if told > longest:
        raise StateError(f"a message of {told} bytes; {longest} are the most")
    return decode_up(await reader.readexactly(told))


async def _write(writer: asyncio.StreamWriter, down: Down) -> None:
    try:
        data = framed(encode(down), LONGEST_ANSWER)
    except StateError as error:
        data = framed(encode(failure_of(error)), LONGEST_ANSWER)
    writer.write(data)
    await writer.drain()
