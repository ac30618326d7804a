"""Which announced changes still wait for a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

__all__ = ["IntentBook", "UnresolvedIntent", "intent_of"]


class UnresolvedIntent(Struct, frozen=True, kw_only=True):
    """A change that was announced and of which no result is recorded: it may or may not have been sent."""

    seq: int
    run: str
    change: str
    verb: str
    target: str
    camera: str = ""
    channel: str = ""
    at: str = ""


class IntentBook:
    """Follows the records of a log and keeps the intents that no result has answered."""

    __slots__ = ("open",)

    def __init__(self) -> None:
        self.open: dict[int, UnresolvedIntent] = {}

    def follow(self, record: Mapping[str, Any]) -> None:
        """Take note of one record, in order."""
        event = record.get("event")
        if event == "apply.intent":
            self.open[record["seq"]] = intent_of(record)
        elif event == "apply.result" and self.open:
            self._answer(record.get("change", ""), record.get("cause", ()))

    def _answer(self, change: str, cause: Sequence[int]) -> None:
        """A result answers the intents it cites; one that cites none answers all of the same change."""
        cited = [seq for seq in cause if seq in self.open]
        for seq in cited or [seq for seq, intent in self.open.items() if intent.change == change]:
            del self.open[seq]


def intent_of(record: Mapping[str, Any]) -> UnresolvedIntent:
    return UnresolvedIntent(
        seq=record["seq"],
        run=record.get("run", ""),
        change=record.get("change", ""),
        verb=record.get("verb", ""),
        target=record.get("target", ""),
        camera=record.get("camera", ""),
        channel=record.get("channel", ""),
        at=record.get("ts", ""),
    )
