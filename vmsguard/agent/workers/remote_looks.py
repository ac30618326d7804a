"""What the last look at each target came to, kept by the agent for all its workers."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Raw

from vmsguard.agent.execution.last_looks import LastLooks
from vmsguard.agent.workers.frames import encode
from vmsguard.agent.workers.line import Line

__all__ = ["RemoteLooks"]

_SILENT: msgspec.msgpack.Decoder[bool] = msgspec.msgpack.Decoder(bool)
_WAITING: msgspec.msgpack.Decoder[tuple[tuple[str, int], ...]] = msgspec.msgpack.Decoder(tuple[tuple[str, int], ...])


class RemoteLooks(LastLooks):
    """Notes go up; whether a target is silent is asked, since another worker may have looked there last."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    def note(self, target: str, *, answered: bool) -> None:
        self._ask("note", target, answered)

    def note_waiting(self, target: str, recordings: int) -> None:
        self._ask("note_waiting", target, recordings)

    def silent(self, target: str, attempt: int) -> bool:
        return _SILENT.decode(self._ask("silent", target, attempt))

    def waiting(self) -> Iterator[tuple[str, int]]:
        yield from _WAITING.decode(self._ask("waiting"))

    def _ask(self, what: str, *arguments: object) -> Raw:
        return self._line.ask(f"looks.{what}", Raw(encode(arguments)))
