"""What goes over the socket: one JSON object per line; a request up, tidings, parts and one answer down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from vmsguard.errors import UsageError

__all__ = [
    "BEAT",
    "LONGEST_ANSWER",
    "LONGEST_REQUEST",
    "Answer",
    "Failure",
    "Frame",
    "Part",
    "Request",
    "Streamed",
    "Tidings",
    "decode",
    "encode",
    "understood",
]

T = TypeVar("T")

LONGEST_REQUEST = 1 << 25
"""The saved plan of a fleet of 10,000 cameras goes up in one request."""
LONGEST_ANSWER = 1 << 30
"""Of one line; what is long goes down in parts before it."""


class Request(Struct, frozen=True, tag="request", forbid_unknown_fields=True):
    """What is asked, with what; a version this agent does not know is refused."""

    ask: str
    arguments: dict[str, Any] = {}
    version: int = 1


class Tidings(Struct, frozen=True, tag="tidings"):
    """How far it has come."""

    phase: str
    done: int
    total: int


BEAT = Tidings("", 0, 0)
"""Nothing new, and the agent is there: whoever hears neither is talking to nobody."""


class Part(Struct, frozen=True, tag="part"):
    """A piece of the answer, ahead of it: a fleet's results are in no memory as a whole, at neither end."""

    value: msgspec.Raw


class Answer(Struct, frozen=True, tag="answer"):
    value: Any = None


class Streamed(Struct, frozen=True):
    """An answer of a handler that goes down in parts, the value last."""

    parts: Iterable[Any]
    value: Any


class Failure(Struct, frozen=True, tag="failure"):
    """What went wrong, as the command line would tell it."""

    message: str
    hint: str = ""
    exit_code: int = 1


Frame: TypeAlias = Request | Tidings | Part | Answer | Failure
_DECODER: msgspec.json.Decoder[Frame] = msgspec.json.Decoder(Frame)


def encode(frame: Frame) -> bytes:
    """One line, its end included."""
    return msgspec.json.encode(frame) + b"\n"


def decode(line: bytes) -> Frame:
    """The frame of a line; raises ``UsageError`` for anything else."""
    try:
        return _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"not a message of the agent's socket: {error}", hint="use the vmsguard command of the agent's own version"
        ) from error


def understood(arguments: Mapping[str, Any], kind: type[T]) -> T:
    """The arguments of a request as what they should be; raises ``UsageError`` where they are not."""
    try:
        return msgspec.convert(arguments, kind)
    except msgspec.ValidationError as error:
        raise UsageError(
            f"this agent does not understand it: {error}", hint="use the vmsguard command of the agent's own version"
        ) from error
