"""What the records of one segment say, boiled down so that segments can be read apart and judged together.

Verdicts are most of a log and commute within a run, so they are gathered; what is rare is kept as it stands.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

import orjson
from msgspec import Struct

from vmsguard.evidence.verifying.shapes import encode
from vmsguard.evidence.verifying.timeline import Moment, Passage, Watch

__all__ = ["CAMERA_ENDING", "Content", "ContentReader", "Item", "Verdicts"]

CAMERA_ENDING = b',"","",""]'
"""How the pair of a verdict on a camera as a whole ends: it names no pack, rule or control."""

_GATHERED = frozenset(
    (
        "apply.intent",
        "apply.result",
        "checkpoint.anchored",
        "duty.due",
        "duty.ended",
        "duty.met",
        "duty.missed",
        "erase.done",
        "erase.requested",
        "heartbeat",
        "key.rotated",
        "log.closed",
        "log.recovered",
        "run.ended",
        "run.planned",
        "run.scope",
        "write.failed",
    )
)
"""Events that announce something, or answer what was announced."""

_DUTIES = frozenset(("duty.due", "duty.ended", "duty.met", "duty.missed"))


class Verdicts(Struct, frozen=True):
    """Final verdicts of one run, as far as they stand together in one segment."""

    run: str
    seq: int
    """Of the first of them."""
    pairs: list[bytes]
    """Canonical ``[camera, pack, rule, control]``, sorted and distinct."""
    seqs: bytes
    """Where each pair stands, as 64-bit numbers of this machine."""
    twice: tuple[int, ...]
    counts: Mapping[str, int]

    def places(self) -> dict[bytes, int]:
        return dict(zip(self.pairs, array("Q", self.seqs), strict=True))


Item: TypeAlias = Verdicts | Passage | dict[str, Any]


class Content(Struct, frozen=True):
    """All that the judgement of a whole log needs to know of one segment, in order."""

    items: list[Item]
    first: Moment | None
    last: Moment | None
    events: Mapping[str, int]


class _Gathering:
    """Final verdicts of one run that are being gathered."""

    __slots__ = ("counts", "places", "seq", "twice")

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.places: dict[bytes, int] = {}
        self.counts: dict[str, int] = {}
        self.twice: list[int] = []

    def told(self, run: str) -> Verdicts:
        pairs = sorted(self.places)
        seqs = array("Q", map(self.places.__getitem__, pairs)).tobytes()
        return Verdicts(run, self.seq, pairs, seqs, tuple(self.twice), self.counts)


class ContentReader:
    """Follows the records of one segment, decoded as their shape says, in order."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._runs: dict[str, _Gathering] = {}
        self._watch = Watch()
        self._events: Counter[str] = Counter()

    def follow(self, record: Any, line: bytes) -> None:
        """Take note of one record; ``ValueError`` if a time in it is none."""
        event = record.event
        if (passage := self._watch.follow(record)) is not None:
            self._items.append(passage)
        self._events[event] += 1
        if event == "verify":
            if record.final:
                self._verdict(record)
        elif event in _GATHERED:
            self._gather(record, line)

    def erasure(self, record: dict[str, Any]) -> None:
        """Take note of the record of an erasure, and of nothing else about it."""
        if record["event"] in ("erase.done", "erase.requested"):
            self._items.append(record)

    def finish(self) -> Content:
        """What was read; nothing may follow."""
        self._items.extend(gathering.told(run) for run, gathering in self._runs.items())
        return Content(self._items, self._watch.first, self._watch.last, dict(self._events))

    def _verdict(self, record: Any) -> None:
        gathering = self._runs.get(record.run)
        if gathering is None:
            gathering = self._runs[record.run] = _Gathering(record.seq)
        pair = encode((record.camera, record.pack, record.rule, record.control))
        if pair in gathering.places:
            gathering.twice.append(record.seq)
        else:
            gathering.places[pair] = record.seq
        verdict = record.verdict
        gathering.counts[verdict] = gathering.counts.get(verdict, 0) + 1

    def _gather(self, record: Any, line: bytes) -> None:
        if record.event in _DUTIES:
            for text in (record.due, record.at):
                if text:
                    datetime.fromisoformat(text)
        if record.event in ("run.planned", "run.ended") and (gathering := self._runs.pop(record.run, None)):
            self._items.append(gathering.told(record.run))
        self._items.append(orjson.loads(line))
