"""What goes over the socket: one JSON object per line, a request up, any number of tidings and one answer down."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from vmsguard.errors import UsageError

__all__ = ["LONGEST_ANSWER", "LONGEST_REQUEST", "Answer", "Failure", "Frame", "Request", "Tidings", "decode", "encode"]

LONGEST_REQUEST = 1 << 20
LONGEST_ANSWER = 1 << 30
"""The results of a fleet of 100,000 cameras go down in one answer."""


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


class Answer(Struct, frozen=True, tag="answer"):
    value: Any = None


class Failure(Struct, frozen=True, tag="failure"):
    """What went wrong, as the command line would tell it."""

    message: str
    hint: str = ""
    exit_code: int = 1


Frame: TypeAlias = Request | Tidings | Answer | Failure
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
