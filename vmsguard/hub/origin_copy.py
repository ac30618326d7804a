"""The copy of one log: the same bytes in the same files, under heads that the log's own key signed.

Every step leaves a copy that opens: records are on the disk before the standing says so, what lies beyond the standing
is cut off at the next opening (whoever sent it was not told that it is here), and a published head never covers more
than the copy holds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import orjson

from vmsguard.agent.uplink.log_tail import frontier_at
from vmsguard.agent.uplink.messages import Batch, Confirmation
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.note import VerifierKey
from vmsguard.evidence.recover import SealedSegment
from vmsguard.evidence.redact import stamp
from vmsguard.evidence.sealing import Sealing
from vmsguard.evidence.segments import SEGMENT_RECORDS, checkpoint_path, segment_path
from vmsguard.evidence.stored_tree import StoredTree
from vmsguard.evidence.tombstone import read_tombstone
from vmsguard.hub.carry_out_erasures import announced_in, carry_out
from vmsguard.hub.judge_batch import Continues, Refused, Trouble, judge_batch
from vmsguard.hub.keep_anchors import keep_anchors
from vmsguard.hub.keep_refused import keep_refused, still_kept
from vmsguard.hub.reopen_copy import Reopened, reopen
from vmsguard.hub.standing_file import CopyStanding, TroubleTold, write_standing
from vmsguard.model.clock import Clock

__all__ = ["OriginCopy"]


class OriginCopy:
    """One log's copy, open. ``OSError`` where the disk refuses: what was being taken is taken when it comes again."""

    def __init__(
        self,
        directory: Path,
        standing_file: Path,
        origin: str,
        keys: Sequence[VerifierKey],
        clock: Clock,
        *,
        disk: Disk | None = None,
        prunings: bool = True,
        segment_records: int = SEGMENT_RECORDS,
    ) -> None:
        """Recover what is there; ``EvidenceError`` where it is not what it was."""
        self._directory = directory
        self._file = standing_file
        self._origin = origin
        self._keys = tuple(keys)
        self._clock = clock
        self._disk = disk or Disk()
        self._prunings = prunings
        self._segment_records = segment_records
        (directory / "log").mkdir(parents=True, exist_ok=True)
        standing_file.parent.mkdir(parents=True, exist_ok=True)
        found: Reopened = reopen(directory, standing_file, origin, self._keys, self._disk, segment_records)
        self._standing, self._edge, self._base = found.standing, found.edge, found.base
        self._sealing = Sealing(directory, self._disk, compress=True)
        for sealed in found.unkept:
            self._sealing.add(sealed)
        self._erase()

    @property
    def standing(self) -> CopyStanding:
        return self._standing

    @property
    def size(self) -> int:
        return self._edge.size

    def take(self, batch: Batch, raw: bytes) -> Confirmation:
        """Take what continues the copy, keep evidence of what cannot be true, and say how far the copy reaches."""
        judged = judge_batch(batch, self._keys, self._edge, self._leaves, self._root)
        if isinstance(judged, Refused):
            return self._refuse(judged, raw)
        if isinstance(judged, Continues):
            self._append(judged, batch)
        else:
            self._remember(heard=stamp(self._clock.now()))
        keep_anchors(self._directory, batch, self._root, self.size, self._disk)
        return self.confirmation()

    def confirmation(self, *, again: bool = False, trouble: str = "") -> Confirmation:
        """What is on the disk now."""
        return Confirmation(self._origin, self.size, self._edge.root().hex(), again, trouble)

    @property
    def troubles(self) -> tuple[str, ...]:
        """What could not be done for sealed segments, in words; no record is lost by it."""
        return tuple(self._sealing.troubles)

    def close(self) -> None:
        """Finish what sealed segments wait for."""
        self._sealing.finish(30.0)

    def _leaves(self, low: int, high: int) -> list[bytes]:
        return StoredTree(self._directory).leaves(low, high) if high > low else []

    def _root(self, size: int) -> bytes:
        return self._edge.root() if size == self.size else StoredTree(self._directory).root(size)

    def _append(self, judged: Continues, batch: Batch) -> None:
        first = self.size
        self._write(judged.lines)
        head, size = judged.head, judged.edge.size
        assert head.note is not None
        erasing = (*self._standing.erasing, *announced_in(judged.lines, first, prunings=self._prunings))
        self._edge = judged.edge
        self._remember(
            size=size,
            root=judged.edge.root().hex(),
            head=head.note.to_bytes().decode(),
            proof=batch.proof if size < head.size else (),
            newest=_newest(judged.lines) or self._standing.newest,
            heard=stamp(self._clock.now()),
            erasing=erasing,
        )
        if size == head.size:
            self._disk.replace(checkpoint_path(self._directory), head.note.to_bytes())
        self._seal(size)
        self._erase()

    def _write(self, lines: Sequence[bytes]) -> None:
        """Put the lines behind the last, in the segments that the log has them in; durable on return."""
        for first, part in _by_segment(self.size, lines, self._segment_records):
            place = first % self._segment_records
            self._append_bytes(segment_path(self._directory, first - place), b"".join(part), new=not place)

    def _append_bytes(self, path: Path, data: bytes, *, new: bool) -> None:
        descriptor = self._disk.open_append(path)
        before = os.fstat(descriptor).st_size
        try:
            taken = 0
            while taken < len(data):
                taken += self._disk.write(descriptor, data[taken:])
            self._disk.datasync(descriptor)
        except OSError:
            os.ftruncate(descriptor, before)
            raise
        finally:
            os.close(descriptor)
        if new:
            self._disk.sync_directory(path.parent)

    def _seal(self, size: int) -> None:
        """Give every segment that became full its tiles, and compress it, beside the hub's work."""
        while size - self._base.size >= self._segment_records:
            end = self._base.size + self._segment_records
            after = self._edge.copy() if size == end else frontier_at(self._directory, end)
            self._sealing.add(SealedSegment(self._base.size, self._segment_records, self._base, after.root()))
            self._base = after

    def _erase(self) -> None:
        """Carry out what the log announced; a crash in between leaves it to the next opening."""
        if not self._standing.erasing:
            return
        self._sealing.finish(float("inf"))  # no segment is replaced while it is being compressed
        left = tuple(one for one in self._standing.erasing if not carry_out(self._directory, one, self._disk))
        if left != self._standing.erasing:
            self._remember(erasing=left)

    def _refuse(self, refused: Refused, raw: bytes) -> Confirmation:
        code = refused.trouble.value
        if refused.trouble is Trouble.GAP:
            return self.confirmation(again=True)
        folder = self._file.parent / "refused"
        kept = keep_refused(folder, code, raw, self._disk)
        counts = {**self._standing.troubles, code: self._standing.troubles.get(code, 0) + 1}
        told = TroubleTold(code, refused.why, stamp(self._clock.now()), kept)
        earlier = self._standing.trouble
        # A fork stays in sight: what comes later and is merely malformed must not cover it up.
        stands = earlier is not None and earlier.code == Trouble.FORK and still_kept(folder, Trouble.FORK)
        if earlier is not None and stands and refused.trouble is not Trouble.FORK:
            told = earlier
        self._remember(trouble=told, troubles=counts)
        return self.confirmation(again=refused.trouble is Trouble.FORGED, trouble=code)

    def _remember(self, **changes: object) -> None:
        standing = msgspec.structs.replace(self._standing, **changes)
        write_standing(self._file, standing, self._disk)
        self._standing = standing


def _by_segment(first: int, lines: Sequence[bytes], segment_records: int) -> Iterator[tuple[int, Sequence[bytes]]]:
    """The lines cut where a segment ends, each part with the number of its first record."""
    done = 0
    while done < len(lines):
        room = segment_records - (first + done) % segment_records
        yield first + done, lines[done : done + room]
        done += room


def _newest(lines: Sequence[bytes]) -> str:
    """The time in the last record that tells one."""
    for line in reversed(lines):
        if read_tombstone(line[:-1]) is None:
            try:
                told = orjson.loads(line).get("ts", "")
            except (orjson.JSONDecodeError, AttributeError):
                continue
            return told if isinstance(told, str) else ""
    return ""
