"""Taking records out of a log: asked for in the log first, then done, then said to be done.

A crash in between leaves a request without an end. The log opens all the same, ``verify`` tells it, and the next
erasure finishes it first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import orjson
from msgspec import Struct, structs

from vmsguard.errors import EvidenceError
from vmsguard.evidence.announced import ERASURE
from vmsguard.evidence.compress import deflate
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import compressed_path, iter_lines, list_segments, segment_path
from vmsguard.evidence.tombstone import Tombstone, read_tombstone
from vmsguard.evidence.tree import leaf_hash

__all__ = ["Erasure", "carry_out", "finish_erasures", "request_erasure", "unfinished_erasures"]

_AT_ONCE = 1 << 20


class Erasure(Struct, frozen=True, kw_only=True):
    """What is taken out, and what a reader of the rest would miss: the fields of both records of it."""

    kind: Literal["pruned", "tombstone"]
    first: int
    last: int
    code: str
    policy: str = ""
    events: Mapping[str, int] = {}
    cut_runs: tuple[str, ...] = ()
    open_intents: tuple[int, ...] = ()
    open_duties: int = 0

    def fields(self) -> dict[str, Any]:
        """As a record holds them: what is empty is left out."""
        return {name: value for name, value in structs.asdict(self).items() if value or name in ("first", "last")}

    @property
    def told(self) -> str:
        """What is taken out, in words."""
        if self.kind == "pruned":
            return f"pruning of records {self.first} to {self.last}"
        return f"erasure of record {self.first}"


class _Requested(Struct, frozen=True):
    seq: int
    erasure: Erasure


def request_erasure(log: EvidenceLog, erasure: Erasure) -> int:
    """Record that the erasure is about to be done, under a signed head: what follows cannot be undone."""
    seq = log.append("erase.requested", durable=True, **erasure.fields())
    log.checkpoint()
    return seq


def carry_out(log: EvidenceLog, directory: Path, erasure: Erasure, requested: int, disk: Disk) -> int:
    """Take the records out and record that it is done; what is already gone is left alone.

    Gives the sequence number of ``erase.done``.
    """
    log.settle()
    try:
        if erasure.kind == "pruned":
            _remove_segments(directory, erasure.last + 1, disk)
        else:
            _put_tombstone(log, directory, erasure.first, disk)
    except OSError as error:
        raise EvidenceError(
            f"records cannot be taken out: {error.strerror or error}",
            hint="mend the storage; the erasure is on record and is finished by the next one",
        ) from error
    seq = log.append("erase.done", durable=True, cause=[requested], **erasure.fields())
    log.checkpoint()
    return seq


def finish_erasures(log: EvidenceLog, directory: Path, disk: Disk) -> list[Erasure]:
    """Finish what was asked for and not done, as a crash leaves it; tells what that was."""
    found = list(unfinished_erasures(directory))
    for request in found:
        carry_out(log, directory, request.erasure, request.seq, disk)
    return [request.erasure for request in found]


def unfinished_erasures(directory: Path) -> Iterator[_Requested]:
    """Erasures that were asked for and of which no record says that they are done."""
    waiting: dict[int, Erasure] = {}
    for segment in list_segments(directory):
        for line in iter_lines(segment.path):
            if ERASURE not in line or not line.endswith(b"\n"):
                continue
            record = orjson.loads(line)
            if record.get("event") == "erase.requested":
                waiting[record["seq"]] = _erasure(record)
            elif record.get("event") == "erase.done":
                for seq in record.get("cause", ()):
                    waiting.pop(seq, None)
    for seq, erasure in waiting.items():
        yield _Requested(seq, erasure)


def _erasure(record: Mapping[str, Any]) -> Erasure:
    return Erasure(
        kind=record["kind"],
        first=record["first"],
        last=record["last"],
        code=record.get("code", ""),
        policy=record.get("policy", ""),
        events=record.get("events", {}),
        cut_runs=tuple(record.get("cut_runs", ())),
        open_intents=tuple(record.get("open_intents", ())),
        open_duties=record.get("open_duties", 0),
    )


def _remove_segments(directory: Path, border: int, disk: Disk) -> None:
    """Remove what lies before the border, oldest first, so that a crash leaves no hole; tiles and anchors stay."""
    for segment in list_segments(directory):
        if segment.first < border:
            _remove_forms(directory, segment.first, disk)
    for path in sorted(directory.glob("torn-*.bin")):
        if _torn_at(path) < border:
            disk.remove(path)
    disk.sync_directory(directory / "log")
    disk.sync_directory(directory)


def _remove_forms(directory: Path, first: int, disk: Disk) -> None:
    """Both forms of a segment, and what a crash left of making one: the bytes are in each of them."""
    raw = segment_path(directory, first)
    for path in (raw, compressed_path(raw)):
        disk.remove(path.with_name(f"{path.name}.new"))
        disk.remove(path)


def _torn_at(path: Path) -> int:
    """The number of the record that was torn; names of another form belong to no record."""
    number = path.stem.split("-")[1]
    return int(number) if number.isdecimal() else 1 << 63


def _put_tombstone(log: EvidenceLog, directory: Path, seq: int, disk: Disk) -> None:
    segment = next((each for each in reversed(list_segments(directory)) if each.first <= seq), None)
    if segment is None:
        return  # pruned meanwhile
    raw = segment_path(directory, segment.first)
    if not segment.compressed:
        # Where both forms are there the plain one counts; the other would keep the erased bytes.
        disk.remove(compressed_path(raw))
    for path in (raw, compressed_path(raw)):
        disk.remove(path.with_name(f"{path.name}.new"))
    disk.sync_directory(raw.parent)
    lines = _with_tombstone(segment.path, seq - segment.first, seq)
    log.put_segment(segment.path, deflate(lines) if segment.compressed else lines)


def _with_tombstone(path: Path, place: int, seq: int) -> Iterator[bytes]:
    """The segment's bytes with one line replaced, in large pieces."""
    piece = bytearray()
    for number, line in enumerate(iter_lines(path)):
        if number == place and read_tombstone(line.removesuffix(b"\n")) is None:
            line = Tombstone(seq, leaf_hash(line.removesuffix(b"\n"))).line() + b"\n"
        piece += line
        if len(piece) >= _AT_ONCE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)
