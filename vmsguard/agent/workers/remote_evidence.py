"""The agent's evidence log, as a worker sees it: what it appends is written, and durable, before the call returns."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw

from vmsguard.agent.workers.frames import encode
from vmsguard.agent.workers.line import Line
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.intents import UnresolvedIntent

__all__ = ["RemoteEvidence"]

_NOTHING = Raw(encode(()))
_INTENTS: msgspec.msgpack.Decoder[tuple[UnresolvedIntent, ...]] = msgspec.msgpack.Decoder(tuple[UnresolvedIntent, ...])
_HEAD: msgspec.msgpack.Decoder[tuple[int, bytes]] = msgspec.msgpack.Decoder(tuple[int, bytes])
_NUMBER: msgspec.msgpack.Decoder[int] = msgspec.msgpack.Decoder(int)
_TEXT: msgspec.msgpack.Decoder[str] = msgspec.msgpack.Decoder(str)


class RemoteEvidence:
    """An ``EvidenceWriter``. A record is sent once: one whose answer is lost may be in the log, and is not repeated."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.origin = line.welcome.origin
        self._announced: dict[int, str] = {}

    @property
    def size(self) -> int:
        return _NUMBER.decode(self._ask("size"))

    @property
    def broken(self) -> str:
        return _TEXT.decode(self._ask("broken"))

    @property
    def unresolved(self) -> tuple[UnresolvedIntent, ...]:
        """Intents at the target of the lease at hand that its earlier holders left without a result.

        Others are in hand elsewhere, or are told by the agent.
        """
        return _INTENTS.decode(self._ask("unresolved"))

    def checkpoint(self) -> Checkpoint:
        size, root = _HEAD.decode(self._ask("checkpoint"))
        return Checkpoint(self.origin, size, root)

    def keyed_hash(self) -> hmac.HMAC:
        return hmac.new(self._line.welcome.wire_key, digestmod="sha256")

    def append(
        self, event: str, /, *, run: str = "", durable: bool = False, cause: Sequence[int] = (), **fields: object
    ) -> int:
        told: tuple[Any, ...] = (event, run, durable, tuple(cause), fields)
        seq = _NUMBER.decode(self._line.ask("evidence.append", Raw(encode(told))))
        if event == "apply.intent":
            self._announced[seq] = str(fields.get("target", ""))
        elif event == "apply.result":
            for answered in cause:
                self._announced.pop(answered, None)
        return seq

    @property
    def in_hand(self) -> frozenset[str]:
        """Targets to which something was announced over this line that has no result: it may be on its way."""
        return frozenset(self._announced.values())

    def _ask(self, what: str) -> Raw:
        return self._line.ask(f"evidence.{what}", _NOTHING)
