"""What becomes of a sealed segment: its tiles are written, and it is compressed, beside the writer and not in its way.

Every step leaves a log that opens and verifies: the uncompressed file goes only after the compressed one, read back
from the disk, has given the same leaf hashes as the root that was signed. What a crash or a full disk leaves undone
is done at the next opening.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from queue import SimpleQueue

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.compress import deflate
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.keys import SigningKey, sign_with
from vmsguard.evidence.recover import SealedSegment, Standing
from vmsguard.evidence.reserve import RESERVE_BYTES
from vmsguard.evidence.segments import checkpoint_path, compressed_path, iter_lines, segment_path
from vmsguard.evidence.tiles import write_tiles
from vmsguard.evidence.tombstone import leaf_of_line

__all__ = ["Sealing", "keep_sealed", "sign_full_segment"]

_CHUNK = 1 << 20


class Sealing:
    """Keeps sealed segments in a thread of its own, one after another."""

    def __init__(self, directory: Path, disk: Disk, *, compress: bool) -> None:
        self._directory = directory
        self._disk = disk
        self._compress = compress
        self._waiting: SimpleQueue[SealedSegment | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._give_up_at = float("inf")
        self.troubles: list[str] = []
        """What could not be done, in words; no record is lost by it."""

    def add(self, sealed: SealedSegment) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="evidence-sealing", daemon=True)
            self._thread.start()
        self._waiting.put(sealed)

    def finish(self, patience: float) -> None:
        """Wait until all is done; after ``patience`` seconds only for the segment that is being worked on."""
        if self._thread is None:
            return
        self._give_up_at = time.monotonic() + patience
        self._waiting.put(None)
        self._thread.join()
        self._thread = None

    def _work(self) -> None:
        while (sealed := self._waiting.get()) is not None:
            if time.monotonic() > self._give_up_at:
                continue
            try:
                keep_sealed(self._directory, sealed, self._disk, compress=self._compress)
            except EvidenceError as error:
                self.troubles.append(f"segment {sealed.first}: {error}")
            except OSError as error:
                why = error.strerror or type(error).__name__
                self.troubles.append(f"segment {sealed.first} cannot be compressed: {why}")


def sign_full_segment(
    directory: Path, keys: Sequence[SigningKey], standing: Standing, head: Checkpoint, segment_records: int, disk: Disk
) -> Checkpoint:
    """The head to go on from: a crash may have come between a segment's last record and the head over it.

    No segment is begun before a head covers the one before it; so a head below that is a rollback.
    """
    newest, size = standing.segment, standing.frontier.size
    if newest is None or size - newest.first != segment_records or head.size == size:
        return head
    descriptor = disk.open_append(newest.path)
    try:
        disk.datasync(descriptor)
    finally:
        os.close(descriptor)
    signed = sign_with(keys, Checkpoint(head.origin, size, standing.frontier.root()))
    assert signed.note is not None
    disk.replace(checkpoint_path(directory), signed.note.to_bytes())
    standing.unkept.append(SealedSegment(newest.first, segment_records, standing.base, signed.root))
    return signed


def keep_sealed(directory: Path, sealed: SealedSegment, disk: Disk, *, compress: bool = True) -> None:
    """Write the tiles of a sealed segment and compress it; what is already done is left alone.

    ``EvidenceError`` where the records on the disk do not give the signed root: then nothing is touched.
    """
    path = segment_path(directory, sealed.first)
    leaves = list(_leaves(path))
    tree = sealed.base.copy()
    for leaf in leaves:
        tree.append(leaf)
    if len(leaves) != sealed.count or tree.root() != sealed.root:
        raise EvidenceError(
            "the records on the disk are not those that were signed",
            hint="run `vmsguard evidence verify`; the storage may be failing",
        )
    write_tiles(directory, sealed.first, leaves, disk)
    if compress and path.exists():
        _compress(path, leaves, disk)


def _compress(path: Path, leaves: list[bytes], disk: Disk) -> None:
    if disk.free_bytes(path.parent) < path.stat().st_size + RESERVE_BYTES:
        raise EvidenceError("there is no room to compress it", hint="make room; the next opening tries again")
    compressed = compressed_path(path)
    disk.put(compressed, deflate(_chunks(path)))
    disk.sync_directory(path.parent)
    # One by one: a second list of them all would double what a segment takes while it is sealed.
    if not all(read == written for read, written in zip_longest(_leaves(compressed), leaves)):
        raise EvidenceError(
            "its compressed form does not hold its records", hint="the storage or memory may be failing"
        )
    disk.remove(path)
    disk.sync_directory(path.parent)


def _leaves(path: Path) -> Iterator[bytes]:
    for line in iter_lines(path):
        yield leaf_of_line(line.removesuffix(b"\n"))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
