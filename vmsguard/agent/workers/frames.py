"""What goes over a worker's line: four bytes of length, then one msgpack value; a question up, one answer down."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, TypeAlias

import msgspec
from msgspec import Raw, Struct

from vmsguard.errors import StateError
from vmsguard.model.work import Lease

__all__ = [
    "HEAD",
    "LINE_VERSION",
    "LONGEST_ANSWER",
    "LONGEST_HELLO",
    "LONGEST_QUESTION",
    "Answer",
    "Down",
    "Failure",
    "Hello",
    "Question",
    "Up",
    "Welcome",
    "decode_down",
    "decode_up",
    "encode",
    "framed",
    "length_of",
]

LINE_VERSION = 1
LONGEST_HELLO = 1 << 12
LONGEST_QUESTION = 1 << 24
"""Verdicts of a recorder with a thousand channels are a few megabytes."""
LONGEST_ANSWER = 1 << 28
"""The duties of 100,000 cameras go down in one answer."""
_LENGTH = struct.Struct(">I")
HEAD = _LENGTH.size


class Hello(Struct, frozen=True, tag="hello", array_like=True, forbid_unknown_fields=True):
    """The first thing a worker says."""

    name: str
    program: str
    """The version of vmsguard: two versions may mean different things by the same question."""
    version: int = LINE_VERSION


class Welcome(Struct, frozen=True, tag="welcome", array_like=True, forbid_unknown_fields=True):
    """What a worker must know of the agent's state and log to make the same digests.

    Both keys stay in the worker's memory. The other way round, passwords and replies would go up to be digested.
    """

    owner: str
    """How the owner of this worker's leases is called."""
    origin: str
    salt: bytes
    wire_key: bytes


class Question(Struct, frozen=True, tag="question", array_like=True, forbid_unknown_fields=True):
    """One call, with the leases under which it is made."""

    what: str
    arguments: Raw
    leases: tuple[Lease, ...] = ()


class Answer(Struct, frozen=True, tag="answer", array_like=True, forbid_unknown_fields=True):
    value: Raw


class Failure(Struct, frozen=True, tag="failure", array_like=True, forbid_unknown_fields=True):
    """An error of the tree, without its traceback; ``kind`` is its class and ``about`` what that is made of."""

    kind: str
    message: str
    hint: str = ""
    about: str = ""


Up: TypeAlias = Hello | Question
Down: TypeAlias = Welcome | Answer | Failure

_UP: msgspec.msgpack.Decoder[Up] = msgspec.msgpack.Decoder(Up)
_DOWN: msgspec.msgpack.Decoder[Down] = msgspec.msgpack.Decoder(Down)


def _plain(value: Any) -> Any:
    """Views and generators go as lists."""
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"a {type(value).__name__} does not go over the line")


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain)


def encode(value: Any) -> bytes:
    """One value; raises ``TypeError`` for what has no form on the line."""
    return _ENCODER.encode(value)


def framed(body: bytes, longest: int) -> bytes:
    """The body behind its length; raises ``StateError`` where it is longer than the other end takes."""
    if len(body) > longest:
        raise StateError(
            f"{len(body)} bytes are more than the line between worker and agent takes ({longest})",
            hint="give the target fewer cameras, or let the agent itself do the work: agent: executor: local",
        )
    return _LENGTH.pack(len(body)) + body


def length_of(head: bytes) -> int:
    told: int = _LENGTH.unpack(head)[0]
    return told


def decode_up(body: bytes) -> Up:
    """Raises ``msgspec.DecodeError`` for anything else."""
    return _UP.decode(body)


def decode_down(body: bytes) -> Down:
    """Raises ``msgspec.DecodeError`` for anything else."""
    return _DOWN.decode(body)
