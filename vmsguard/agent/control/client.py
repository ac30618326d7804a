"""Asks a running agent over its socket; what commands do beside it, since state and log are the agent's."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from vmsguard.agent.control.frames import LONGEST_ANSWER, Answer, Failure, Part, Request, Tidings, decode, encode
from vmsguard.agent.control.server import Tell
from vmsguard.errors import UsageError, VmsguardError

__all__ = ["SECONDS_OF_SILENCE", "AgentFailure", "agent_answers", "ask_agent"]

_SECONDS_TO_CONNECT = 5.0
SECONDS_OF_SILENCE = 120.0
"""An agent that is there says something every ten seconds, however long it works; its machine may be busy."""


_NO_AGENT = (FileNotFoundError, ConnectionRefusedError, NotADirectoryError)
_NO_SOCKET = frozenset({errno.EPROTOTYPE, errno.ELOOP, errno.ENAMETOOLONG})
"""Something else is there, or nothing could be: no agent of ours listens."""


class AgentFailure(VmsguardError):
    """What the agent said went wrong, with the exit code it stands for."""

    def __init__(self, message: str, *, exit_code: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code


def agent_answers(path: Path) -> bool:
    """Whether an agent listens there; raises ``UsageError`` where one does and we may not ask it."""
    try:
        with _connected(path):
            return True
    except _NO_AGENT:
        return False
    except OSError as error:
        if error.errno is None or error.errno in _NO_SOCKET:  # a path that is too long for a socket has no number
            return False
        raise UsageError(f"{path}: {error.strerror or error}", hint="see what is there: agent: socket:") from error


def ask_agent(
    path: Path,
    ask: str,
    arguments: Mapping[str, Any],
    *,
    tell: Tell | None = None,
    part: Callable[[msgspec.Raw], None] | None = None,
    seconds: float = SECONDS_OF_SILENCE,
) -> Any:
    """The agent's answer, as plain JSON values; ``seconds`` bounds how long it may be silent.

    ``part`` is called with each piece that comes ahead of the answer, as JSON.

    Raises ``AgentFailure`` with what it said went wrong, and ``UsageError`` where no agent answers.
    """
    try:
        with _connected(path) as line:
            line.settimeout(seconds)
            line.sendall(encode(Request(ask, dict(arguments))))
            for told in _lines(line):
                frame = decode(told)
                if isinstance(frame, Answer):
                    return frame.value
                if isinstance(frame, Failure):
                    raise AgentFailure(frame.message, exit_code=frame.exit_code, hint=frame.hint)
                if isinstance(frame, Part) and part is not None:
                    part(frame.value)
                if isinstance(frame, Tidings) and frame.phase and tell is not None:
                    tell(frame.phase, frame.done, frame.total)
    except _NO_AGENT as error:
        raise UsageError(f"no agent answers at {path}", hint="start it with vmsguard agent run") from error
    except TimeoutError as error:
        raise AgentFailure("the agent does not answer", exit_code=4, hint="see its log and /livez") from error
    except ConnectionError as error:
        raise AgentFailure("the agent ended over it", exit_code=4, hint="see its log, and vmsguard doctor") from error
    except OSError as error:
        raise UsageError(
            f"no agent answers at {path}: {error.strerror or error}", hint="start it with vmsguard agent run"
        ) from error
    raise AgentFailure("the agent ended before it answered", exit_code=4, hint="see its log, and vmsguard doctor")


@contextmanager
def _connected(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(_SECONDS_TO_CONNECT)
        try:
            line.connect(str(path))
        except PermissionError as error:
            raise UsageError(
                f"{path}: you may not ask this agent", hint="ask for membership in the group that owns the socket"
            ) from error
        yield line


def _lines(line: socket.socket) -> Iterator[bytes]:
    with line.makefile("rb") as stream:
        while told := stream.readline(LONGEST_ANSWER):
            if not told.endswith(b"\n"):
                return
            yield told
