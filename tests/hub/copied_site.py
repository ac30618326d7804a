"""A site's real log, and a hub's copy of it, with what lies between them in the test's hand."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vmsguard.agent.uplink.log_tail import LogTail
from vmsguard.agent.uplink.messages import Batch, Confirmation, encode_batch
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog, Pace
from vmsguard.evidence.note import Note
from vmsguard.evidence.tombstone import leaf_of_line
from vmsguard.evidence.tree import Frontier
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory
from vmsguard.hub.origin_copy import OriginCopy

ORIGIN = "hub.example.org/site-a"
SEGMENT = 256
LINES_AT_ONCE = 40_000


class OwnClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
        self.seconds = 1_000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds


class Site:
    """One log that is written and read on."""

    def __init__(self, folder: Path, clock: OwnClock, key: SigningKey, origin: str = ORIGIN) -> None:
        self.folder = folder
        self.clock = clock
        self.key = key
        self.origin = origin
        self.log = self.opened()
        self.tail = LogTail(folder, batch_bytes=LINES_AT_ONCE)

    def opened(self) -> EvidenceLog:
        return EvidenceLog.open(
            self.folder, origin=self.origin, key=self.key, clock=self.clock, pace=Pace(segment_records=SEGMENT)
        )

    def write(self, count: int) -> None:
        for _ in range(count):
            self.log.heartbeat(60)
        self.log.checkpoint()

    def batches(self) -> list[Batch]:
        """All that is signed and was not read yet."""
        found = []
        while (batch := self.tail.next_batch()) is not None:
            found.append(batch)
        return found


def signed_by(key: SigningKey, *lines: bytes, anchors: tuple[tuple[str, bytes], ...] = ()) -> Batch:
    """A log of these lines, whatever they are, under a head that its key signed."""
    tree = Frontier()
    for line in lines:
        tree.append(leaf_of_line(line))
    text = f"{key.name}\n{tree.size}\n{b64encode(tree.root()).decode()}\n"
    head = Note(text, (key.signature(text),)).to_bytes()
    return Batch(key.name, 0, b"".join(line + b"\n" for line in lines), head, anchors=anchors)


class CopyOf:
    """The hub's side; opened anew as often as a test likes."""

    def __init__(self, folder: Path, clock: OwnClock, key: SigningKey) -> None:
        self.evidence = folder / "evidence"
        self.standing_file = folder / "standing" / "standing.json"
        self.clock = clock
        self.key = key
        self.copy = self.opened()

    def opened(self, **more) -> OriginCopy:
        return OriginCopy(
            self.evidence,
            self.standing_file,
            self.key.name,
            [self.key.verifier],
            self.clock,
            segment_records=SEGMENT,
            **more,
        )

    def reopen(self, **more) -> OriginCopy:
        self.copy.close()
        self.copy = self.opened(**more)
        return self.copy

    def take(self, *batches: Batch) -> Confirmation:
        for batch in batches:
            told = self.copy.take(batch, encode_batch(batch))
        return told

    def problems(self) -> list[str]:
        """What an auditor finds, once full segments have their tiles."""
        self.copy.close()
        report = verify_directory(self.evidence, trust=Trust(logs=(self.key.verifier,)), now=self.clock.now())
        return [problem.kind for problem in report.problems]

    @property
    def refused(self) -> list[str]:
        return sorted(path.name.partition("-")[0] for path in (self.standing_file.parent / "refused").glob("*"))


def files_of(folder: Path) -> dict[str, bytes]:
    """Everything below a log's folder that belongs to the log and not to who writes it."""
    own = {"LOG", ".lock", ".reserve"}
    found = (path for path in folder.rglob("*") if path.is_file() and path.name not in own)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}
