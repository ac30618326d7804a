"""One pass over one segment: form, sequence, chain, tree, tiles, content. What needs its neighbours is left open."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import orjson
from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.announced import ERASURE
from vmsguard.evidence.canonical import check_canonical
from vmsguard.evidence.events import EVENTS
from vmsguard.evidence.problems import Level, Problem
from vmsguard.evidence.record import SCHEMA
from vmsguard.evidence.segments import SEGMENT_RECORDS, iter_lines
from vmsguard.evidence.subtrees import Node, check_tiles, nodes_between
from vmsguard.evidence.tombstone import read_tombstone
from vmsguard.evidence.verifying.content import Content, ContentReader
from vmsguard.evidence.verifying.shapes import encode, shape_of, shapes

__all__ = ["SegmentTask", "SegmentTold", "scan_segment"]

_EVENT = b',"event":"'


class SegmentTask(Struct, frozen=True, kw_only=True):
    """What to look at, and what the whole log asks of it."""

    directory: Path
    path: Path
    first: int
    signed: int
    """Records that a head covers: damage before it is tampering, behind it perhaps a crash."""
    cuts: tuple[int, ...]
    """Sizes at which somebody stated a root."""
    since: int = 0
    """Records before this one are hashed and not read."""


class SegmentTold(Struct, frozen=True, kw_only=True):
    """What one segment holds."""

    first: int
    count: int
    file: str
    nodes: list[Node]
    prev: str
    """What its first record says the leaf hash before it is; empty where that was not read."""
    last: bytes
    """Its last leaf hash."""
    problems: list[Problem]
    content: Content
    tombstones: tuple[int, ...] = ()
    times: dict[int, str] = {}
    """For each of the sizes asked for: the time of the last record under it."""
    tiles_missing: int = 0
    stopped: bool = False
    """What comes behind cannot be read on from here."""
    unreadable: bool = False
    foreign: bool = False
    """It has records of a schema or event this program does not know."""


def scan_segment(task: SegmentTask) -> SegmentTold:
    """Read the segment to its end, or to where reading on makes no sense."""
    scan = _Scan(task)
    scan.run()
    return scan.told()


class _Scan:
    def __init__(self, task: SegmentTask) -> None:
        self._task = task
        self._file = f"log/{task.path.name}"
        self._problems: list[Problem] = []
        self._content = ContentReader()
        self._leaves: list[bytes] = []
        self._prev = ""
        self._first_prev = ""
        self._offset = 0
        """By how much the records' own numbers differ from where they stand, if by the same all along."""
        self._tombstones: list[int] = []
        self._cuts = frozenset(task.cuts)
        self._times: dict[int, str] = {}
        self._stopped = self._unreadable = self._foreign = False

    def run(self) -> None:
        try:
            self._lines()
        except EvidenceError as error:
            self._stopped = True
            self._add(Level.TAMPERED, "damaged", str(error), self._task.first)
        except OSError as error:
            self._stopped = self._unreadable = True
            self._add(Level.UNDECIDED, "unreadable", f"{self._file} cannot be read: {error.strerror}")

    def told(self) -> SegmentTold:
        task, leaves = self._task, self._leaves
        wrong, tiles_missing = check_tiles(task.directory, task.first, leaves)
        self._problems += wrong
        return SegmentTold(
            first=task.first,
            count=len(leaves),
            file=self._file,
            nodes=nodes_between(task.first, leaves, task.cuts),
            prev=self._first_prev,
            last=leaves[-1] if leaves else b"",
            problems=self._problems,
            content=self._content.finish(),
            tombstones=tuple(self._tombstones),
            times=self._times,
            tiles_missing=tiles_missing,
            stopped=self._stopped,
            unreadable=self._unreadable,
            foreign=self._foreign,
        )

    def _lines(self) -> None:
        """The hot path: a line that its event's shape gives back byte for byte needs no second look."""
        seq, since = self._task.first, self._task.since
        known, leaves = shapes(), self._leaves
        for raw in iter_lines(self._task.path):
            if len(leaves) == SEGMENT_RECORDS:
                raise EvidenceError(f"it holds more than {SEGMENT_RECORDS} records")
            line = raw[:-1]
            if seq < since and raw.endswith(b"\n"):
                self._hashed(line, seq)
                if ERASURE in line:
                    self._erasure(line)
                seq += 1
                continue
            try:
                at = line.index(_EVENT) + len(_EVENT)
                shape = known[line[at : line.index(b'"', at)]]
                record = shape.decode(line)
                plain = (
                    shape.plain
                    and raw.endswith(b"\n")
                    and record.seq == seq
                    and record.prev == self._prev
                    and encode(record) == line
                )
            except (LookupError, ValueError, msgspec.MsgspecError):
                plain = False
            if plain:
                leaf = sha256(b"\x00" + line).digest()
                self._prev = leaf.hex()
                leaves.append(leaf)
                self._read(record, line, seq)
            elif not self._closely(raw, seq):
                return
            seq += 1

    def _hashed(self, line: bytes, seq: int) -> None:
        """Take in a line by its hash alone."""
        tombstone = read_tombstone(line)
        if tombstone is not None:
            self._tombstones.append(seq)
        leaf = tombstone.leaf if tombstone else sha256(b"\x00" + line).digest()
        self._prev = leaf.hex()
        self._leaves.append(leaf)

    def _erasure(self, line: bytes) -> None:
        """Take in what a line that is not judged announces as taken out: what is gone has to be announced somewhere."""
        try:
            value = orjson.loads(line)
            shape_of(value["event"]).decode(line)
        except (LookupError, TypeError, ValueError, msgspec.MsgspecError):
            return
        value.pop("open_intents", None)  # their results may stand among the records that are not read
        self._content.erasure(value)

    def _closely(self, raw: bytes, seq: int) -> bool:
        """Take in a line that is not plainly right; False where reading on makes no sense."""
        line = raw.removesuffix(b"\n")
        tombstone = read_tombstone(line) if raw.endswith(b"\n") else None
        if tombstone is not None:
            if tombstone.seq != seq:
                message = f"the tombstone says it stands for record {tombstone.seq}"
                self._add(Level.TAMPERED, "sequence", message, seq)
            self._hashed(line, seq)
            return True
        value: Any
        value, wrong = check_canonical(line) if raw.endswith(b"\n") else (None, "no line end")
        if not wrong and not isinstance(value, dict):
            wrong = "not an object"
        if wrong and seq >= self._task.signed:
            self._add(Level.INCOMPLETE, "torn", f"what follows the last whole record is damaged ({wrong})", seq)
            self._stopped = True
            return False
        if wrong:
            self._add(Level.TAMPERED, "damaged", f"the record is damaged: {wrong}", seq)
        else:
            self._record(value, line, seq)
        leaf = sha256(b"\x00" + line).digest()
        self._prev = leaf.hex()
        self._leaves.append(leaf)
        return True

    def _record(self, value: dict[str, Any], line: bytes, seq: int) -> None:
        """Judge an object in canonical form: its place, then what it is."""
        stated = value.get("seq")
        if not self._leaves:
            self._first_prev = str(value.get("prev"))
            if stated != seq and isinstance(stated, int):
                self._offset = stated - seq
                message = f"the segment is named for record {seq} and begins with a record that says it is {stated}"
                self._add(Level.TAMPERED, "segment-moved", message, seq)
        if stated != seq + self._offset:
            self._misplaced(stated, seq)
        elif self._leaves and value.get("prev") != self._prev:
            self._add(Level.TAMPERED, "chain", "the record does not continue the one before it", seq)
        elif value.get("schema") != SCHEMA or not isinstance(event := value.get("event"), str) or event not in EVENTS:
            self._unsupported("a record of a schema or event that this version does not know", seq)
        else:
            self._decoded(value, line, seq)

    def _misplaced(self, stated: object, seq: int) -> None:
        """A record that says it is another: told once, not for each record that follows it."""
        expected = seq + self._offset
        if isinstance(stated, int) and stated > expected:
            self._add(Level.TAMPERED, "gap", f"records {expected} to {stated - 1} are missing", seq)
        else:
            self._add(Level.TAMPERED, "sequence", f"the record says it is number {stated}", seq)
        if isinstance(stated, int):
            self._offset = stated - seq

    def _decoded(self, value: dict[str, Any], line: bytes, seq: int) -> None:
        try:
            record = shape_of(value["event"]).decode(line)
        except (ValueError, msgspec.MsgspecError) as error:
            if "unknown field" in str(error):
                self._unsupported(f"a {value['event']} record with a field that this version does not know", seq)
            else:
                self._malformed(value["event"], seq)
        else:
            self._read(record, line, seq)

    def _read(self, record: Any, line: bytes, seq: int) -> None:
        """Take in what a whole record says."""
        if self._foreign:
            return
        try:
            self._content.follow(record, line)
        except ValueError:
            self._malformed(record.event, seq)
        else:
            if seq + 1 in self._cuts:
                self._times[seq + 1] = record.ts

    def _unsupported(self, message: str, seq: int) -> None:
        if not self._foreign:
            self._add(Level.UNDECIDED, "unsupported", message, seq)
        self._foreign = True

    def _malformed(self, event: str, seq: int) -> None:
        self._add(Level.INCOMPLETE, "malformed", f"a {event} record does not hold what its event must hold", seq)

    def _add(self, level: Level, kind: str, message: str, seq: int | None = None) -> None:
        self._problems.append(Problem(level, kind, message, seq, self._file))
