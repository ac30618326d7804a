"""A worker's end of the line: one question, one answer, and the whole process waits for it, as it would for SQLite."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import socket
import threading
from pathlib import Path

import msgspec
from msgspec import Raw

from vmsguard.agent.workers.failures import error_of
from vmsguard.agent.workers.fences import leases_here
from vmsguard.agent.workers.frames import (
    HEAD,
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
    decode_down,
    encode,
    framed,
    length_of,
)
from vmsguard.errors import AgentGone, UsageError

__all__ = ["Line"]

_SECONDS_TO_CONNECT = 5.0
_SECONDS_TO_ANSWER = 60.0
"""An agent that is silent for longer hangs; what it may still write of ours is fenced."""


class Line:
    """One connection. Once it is broken it stays so, and every call raises ``AgentGone``: nothing is asked twice."""

    def __init__(self, path: Path, hello: Hello, *, seconds: float = _SECONDS_TO_ANSWER) -> None:
        self._turn = threading.Lock()
        self._gone = ""
        self._socket = _connected(path)
        try:
            self._socket.settimeout(_SECONDS_TO_CONNECT)
            welcome = self._exchange(hello, LONGEST_HELLO)
            if isinstance(welcome, Failure):
                raise UsageError(welcome.message, hint=welcome.hint)
            if not isinstance(welcome, Welcome):
                raise UsageError(f"{path}: no vmsguard agent serves there", hint="see agent: workers: in vmsguard.yaml")
        except BaseException:
            self.close()
            raise
        self.welcome = welcome
        self._socket.settimeout(seconds)

    def ask(self, what: str, arguments: Raw) -> Raw:
        """The answer, still encoded; raises what the agent said, or ``AgentGone``."""
        down = self._exchange(Question(what, arguments, leases_here(self)), LONGEST_QUESTION)
        if isinstance(down, Failure):
            raise error_of(down)
        if not isinstance(down, Answer):
            raise self._broken("the agent answered something else than was asked")
        return down.value

    @property
    def gone(self) -> bool:
        """Whether the line is known to be broken."""
        return bool(self._gone)

    async def until_gone(self) -> None:
        """Return once the agent has hung up, whether or not anything is asked meanwhile."""
        loop, hung_up = asyncio.get_running_loop(), asyncio.Event()
        if self._gone:
            return
        # A copy, because a closed descriptor's number may be given to somebody else while we wait for it.
        watched = os.dup(self._socket.fileno())
        poll = select.epoll()
        try:
            poll.register(watched, select.EPOLLRDHUP)  # answers on their way are not for us here
            loop.add_reader(poll.fileno(), hung_up.set)
            await hung_up.wait()
        finally:
            loop.remove_reader(poll.fileno())
            poll.close()
            os.close(watched)
        self._broken("the agent hung up")

    def close(self) -> None:
        """Hang up; from now on every call raises ``AgentGone``."""
        self._broken("the line was closed")
        with self._turn:
            self._socket.close()

    def _exchange(self, up: Up, longest: int) -> Down:
        data = framed(encode(up), longest)
        with self._turn:
            if self._gone:
                raise AgentGone(self._gone)
            try:
                self._socket.sendall(data)
                told = length_of(self._read(HEAD))
                if told > LONGEST_ANSWER:
                    raise self._broken("the agent's answer has no end")
                return decode_down(self._read(told))
            except TimeoutError as error:
                # What comes later would answer the next question: there is none.
                raise self._broken("the agent was silent for too long") from error
            except OSError as error:
                raise self._broken("the agent hung up") from error
            except msgspec.DecodeError as error:
                raise self._broken("the agent's answer cannot be read") from error

    def _read(self, count: int) -> bytes:
        buffer = bytearray(count)
        view, have = memoryview(buffer), 0
        while have < count:
            got = self._socket.recv_into(view[have:])
            if not got:
                raise ConnectionError("the agent hung up")
            have += got
        return bytes(buffer)

    def _broken(self, why: str) -> AgentGone:
        self._gone = self._gone or why
        # Whoever waits for an answer in another thread is woken by this; closing alone would not.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        return AgentGone(self._gone)


def _connected(path: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        line.settimeout(_SECONDS_TO_CONNECT)
        line.connect(str(path))
    except PermissionError as error:
        line.close()
        raise UsageError(
            f"{path}: you may not work for this agent", hint="run workers as the user the agent runs as"
        ) from error
    except OSError as error:
        line.close()
        raise AgentGone(
            f"no agent answers at {path}: {error.strerror or error}",
            hint="start it with vmsguard agent run; agent: workers: in vmsguard.yaml says where it listens",
        ) from error
    return line
