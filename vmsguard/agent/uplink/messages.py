"""What a site and its hub tell each other about a log. Pure.

A batch proves itself: with the records before it, its lines give a root that a head signed by the log's key covers,
at once or by a consistency proof (RFC 6962 2.1.2). So whoever carries it can lose it, and nothing else.
"""

from __future__ import annotations

from hashlib import sha256

import msgspec
from msgspec import Struct

__all__ = [
    "MOST_BYTES",
    "Batch",
    "Confirmation",
    "batch_id",
    "decode_batch",
    "encode_batch",
]

MOST_BYTES = 900_000
"""Of one message: a NATS server takes a mebibyte unless told otherwise."""


class Batch(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Records of a log from ``first`` on, and a signed head that covers them.

    Without lines it only shows the head: of a log that is shorter than what was sent before.
    """

    origin: str
    first: int
    lines: bytes
    """As they lie on the disk, each with its newline."""
    head: bytes
    """The signed checkpoint, as the log published it."""
    proof: tuple[bytes, ...] = ()
    """That the tree up to the last line is a prefix of the head's; empty where it is the head's."""
    anchors: tuple[tuple[str, bytes], ...] = ()
    """Names and content of the files below ``anchors/`` that records of the batch announce."""
    root: bytes = b""
    """Of a batch without lines: the log's root over its first ``first`` records, with the proof that the head's tree
    begins with them. Where the hub has another root there, the log's key has signed two histories."""

    @property
    def count(self) -> int:
        """How many lines there are."""
        return self.lines.count(b"\n")


class Confirmation(Struct, frozen=True):
    """What the hub holds of a log, on its disk; it travels signed."""

    origin: str
    size: int
    root: str
    """Over these records, in hex: the site compares it with its own."""
    again: bool = False
    """Whether records were missing before what came: the site sends anew from ``size`` on."""
    trouble: str = ""
    """Why the hub refuses what came; a word of ``vmsguard.hub.judge_batch``."""


_BATCHES: msgspec.msgpack.Decoder[Batch] = msgspec.msgpack.Decoder(Batch)


def encode_batch(batch: Batch) -> bytes:
    return msgspec.msgpack.encode(batch)


def decode_batch(data: bytes) -> Batch | None:
    """The batch of a message; None for anything that is none."""
    try:
        return _BATCHES.decode(data) if len(data) <= MOST_BYTES else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def batch_id(batch: Batch, again: int = 0) -> str:
    """``Nats-Msg-Id``: the same batch twice is stored once, unless the hub asked for it ``again``."""
    digest = sha256(batch.lines + batch.head).hexdigest()[:24]
    asked = f":{again}" if again else ""
    return f"{batch.origin}:{batch.first}-{batch.first + batch.count}:{digest}{asked}"
