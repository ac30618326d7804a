"""The sink: the one writer of an evidence log, which fails closed and says so."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from hmac import HMAC
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import orjson

from vmsguard._version import __version__
from vmsguard.errors import EvidenceError
from vmsguard.evidence.allow import AllowList
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.disk import Disk, is_full
from vmsguard.evidence.envelope import Envelopes, Moment, Timekeeper
from vmsguard.evidence.founding import describe, found, is_empty, read_signed_head, require_length, require_present
from vmsguard.evidence.intents import UnresolvedIntent
from vmsguard.evidence.keys import SigningKey, require_one_log, sign_with
from vmsguard.evidence.lock import WriterLock
from vmsguard.evidence.pace import Pace
from vmsguard.evidence.record import ENVELOPE_MEMBERS, MAX_RECORD, Ready, prepare
from vmsguard.evidence.recover import SealedSegment, Standing, place_to_write, replay
from vmsguard.evidence.reserve import RESERVE_BYTES, Reserve, may_use_reserve
from vmsguard.evidence.sealed import MOST_CARRIED
from vmsguard.evidence.sealing import Sealing, sign_full_segment
from vmsguard.evidence.segments import checkpoint_path, list_segments, segment_path
from vmsguard.evidence.torn import keep_torn, torn_pieces
from vmsguard.evidence.tree import leaf_hash
from vmsguard.model.clock import Clock

__all__ = ["EvidenceLog", "Pace"]

T = TypeVar("T")

_INTENT_EVENTS = frozenset(("apply.intent", "apply.result"))
_ALWAYS_DURABLE = frozenset(("apply.intent", "write.failed"))


class EvidenceLog:
    """An open log. After any failed write it is broken: every later call raises and nothing may be applied."""

    def __init__(
        self,
        directory: Path,
        *,
        keys: Sequence[SigningKey],
        clock: Clock,
        disk: Disk,
        pace: Pace,
        lock: WriterLock,
        standing: Standing,
        head: Checkpoint,
    ) -> None:
        self.origin = keys[0].name
        self._found_open: tuple[UnresolvedIntent, ...] = tuple(standing.intents.open.values())
        self._directory = directory
        self._keys = keys
        self._clock = clock
        self._disk = disk
        self._pace = pace
        self._writer = lock
        self._frontier = standing.frontier
        self._prev = standing.prev
        self._intents = standing.intents
        self._segment, self._offset, self._base = place_to_write(directory, standing, pace.segment_records)
        self._descriptor = disk.open_append(self._segment)
        self._head = head
        self._reserve = Reserve(directory, disk)
        self._sealing = Sealing(directory, disk, compress=pace.compress_sealed)
        self._allow = AllowList(keys[0].pseudonym, ENVELOPE_MEMBERS)
        self._envelopes = Envelopes(disk.boot_id(), disk.random_bytes)
        self._mutex = threading.RLock()
        self._broken = ""
        self._closed = False
        self._full = self._alarmed = False
        self._time = Timekeeper(clock, disk)
        self._signed_at = clock.monotonic()

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        origin: str,
        key: SigningKey,
        clock: Clock,
        also: Sequence[SigningKey] = (),
        agent: Mapping[str, str] | None = None,
        disk: Disk | None = None,
        pace: Pace | None = None,
        at_least: int = 0,
    ) -> Self:
        """The log in ``directory``, recovered and ready to be written; a new one where there is none.

        While a key is rotated, ``key`` is the new one and ``also`` holds the old: both sign every head, and a
        log that the new key has not signed yet records ``key.rotated``. ``at_least`` is how many records the
        caller knows to have been under a signed head: a shorter log, or none, is never continued.

        ``EvidenceError`` if another process writes it, if it was rolled back or edited, if it belongs to
        another key, or if the disk has no room even for the reserve.
        """
        keys = (key, *also)
        require_one_log(keys, origin)
        require_present(directory, at_least)
        disk, pace = disk or Disk(), pace or Pace()
        try:
            (directory / "log").mkdir(parents=True, exist_ok=True)
            lock = WriterLock(directory)
            try:
                return cls._opened(directory, keys, clock, disk, pace, lock, agent or {}, at_least)
            except BaseException:
                lock.release()
                raise
        except OSError as error:
            raise EvidenceError(
                f"the evidence log in {directory} cannot be written: {error.strerror or error}",
                hint="make the directory writable and give it room; nothing was applied",
            ) from error

    @classmethod
    def create(
        cls,
        directory: Path,
        *,
        origin: str,
        key: SigningKey,
        clock: Clock,
        agent: Mapping[str, str] | None = None,
        disk: Disk | None = None,
        pace: Pace | None = None,
    ) -> Self:
        """A new log; refused where one already is."""
        if checkpoint_path(directory).exists() or list_segments(directory):
            raise EvidenceError(f"{directory} already holds an evidence log", hint="open it, or name another directory")
        return cls.open(directory, origin=origin, key=key, clock=clock, agent=agent, disk=disk, pace=pace)

    @classmethod
    def _opened(
        cls,
        directory: Path,
        keys: Sequence[SigningKey],
        clock: Clock,
        disk: Disk,
        pace: Pace,
        lock: WriterLock,
        agent: Mapping[str, str],
        at_least: int,
    ) -> Self:
        if is_empty(directory):
            found(directory, keys, clock.now(), disk)
        head = read_signed_head(directory, keys)
        signers = [key for key in keys if head.note and any(map(key.verifier.made, head.note.signatures))]
        standing = replay(directory, head, pace.segment_records)
        require_length(directory, keys, standing.frontier.size, at_least)
        if standing.segment and standing.read and not standing.segment.compressed:
            keep_torn(directory, standing.segment.path, standing.offset, standing.frontier.size, disk)
        head = sign_full_segment(directory, keys, standing, head, pace.segment_records, disk)
        last = standing.last
        log = cls(directory, keys=keys, clock=clock, disk=disk, pace=pace, lock=lock, standing=standing, head=head)
        try:
            log._reserve.fill()
            disk.sync_directory(directory / "log")
            if pieces := torn_pieces(directory, log.size):
                log.append("log.recovered", torn=pieces)
            log.append(
                "log.opened",
                size=log.size,
                root=log.root_hex,
                last_boot=last.get("boot_id", ""),
                agent={"version": __version__, **agent},
                unresolved=[intent.seq for intent in log.unresolved][:64],
            )
            log._note_rotation(signers)
            log.checkpoint()
            describe(directory, keys[0], clock.now(), disk)
        except BaseException:
            log._abandon()
            raise
        for sealed in standing.unkept:
            if pace.compress_sealed or not sealed.tiled:
                log._sealing.add(sealed)
        return log

    def _note_rotation(self, signers: Sequence[SigningKey]) -> None:
        """Where only an earlier key signed the head that was found, say so before the new key signs its first."""
        if self._keys[0] not in signers:
            self.append("key.rotated", durable=True, old=signers[0].vkey, new=self._keys[0].vkey)

    @property
    def size(self) -> int:
        """How many records the log holds: the sequence number of the next one."""
        return self._frontier.size

    @property
    def unresolved(self) -> tuple[UnresolvedIntent, ...]:
        """Intents that were open when the log was opened and still are: nobody is left to say what became of them."""
        return tuple(intent for intent in self._found_open if intent.seq in self._intents.open)

    @property
    def open_intents(self) -> tuple[UnresolvedIntent, ...]:
        """Intents without a result: those of ``unresolved``, and those that somebody has in hand now."""
        return tuple(self._intents.open.values())

    @property
    def signed_size(self) -> int:
        """How many records the newest published head covers."""
        return self._head.size

    @property
    def root_hex(self) -> str:
        """The root over all records, signed or not yet."""
        return self._frontier.root().hex()

    @property
    def broken(self) -> str:
        """Why nothing can be written any more; empty while it can."""
        return self._broken

    @property
    def disk_full(self) -> bool:
        """Whether only the reserve is left: deletions and stops may still be recorded, nothing else."""
        return self._full

    def keyed_hash(self) -> HMAC:
        """A fresh hash under a key of this log's own, for bytes that no record may hold."""
        return self._keys[0].keyed_hash()

    @property
    def wire_key(self) -> bytes:
        """The key of ``keyed_hash``, for the other processes of this installation; it signs nothing."""
        return self._keys[0].wire_key

    @property
    def troubles(self) -> tuple[str, ...]:
        """What could not be done for sealed segments, in words: no record is lost, the next opening tries again."""
        return tuple(self._sealing.troubles)

    def append(
        self, event: str, /, *, run: str = "", durable: bool = False, cause: Sequence[int] = (), **fields: object
    ) -> int:
        """Write one record and return its sequence number; with ``durable``, it is on the disk by then.

        Intents are always durable. Fields outside the event's allow-list are an ``EvidenceError`` and
        write nothing; a failed write breaks the log.
        """
        with self._mutex:
            if self._broken or self._closed:
                self._require_writable()
            if self._full and not may_use_reserve(event, fields):
                raise self._no_room(event)
            ready = prepare(event, fields, self._allow)
            moment = self._time.next()
            if self._time.step_ms:
                self._place(prepare("clock.stepped", {"delta_ms": self._time.step_ms}, self._allow), moment)
            seq = self._place(ready, moment, run, cause)
            if durable or event in _ALWAYS_DURABLE:
                self._sync()
            if self._checkpoint_due(event, moment.monotonic):
                self.checkpoint()
            elif self._full:
                self._raise_alarm()
            return seq

    def heartbeat(self, interval: int) -> int:
        """Promise a further record within ``interval`` seconds: silence of twice that is a gap to an auditor."""
        return self.append("heartbeat", durable=True, interval=interval)

    def checkpoint(self) -> Checkpoint:
        """Sign the present head, after making every record under it durable, and publish it."""
        with self._mutex:
            self._require_writable()
            self._sign_head()
            self._raise_alarm()
            return self._sign_head()

    def close(self) -> None:
        """Record the orderly end, sign the head, and let go; closing twice does nothing."""
        with self._mutex:
            if self._closed:
                return
            try:
                if not self._broken:
                    self.append("log.closed")
                    self.checkpoint()
                self._sealing.finish(self._pace.sealing_seconds)
            finally:
                self._abandon()

    def settle(self) -> None:
        """Wait until every sealed segment has its tiles and is compressed; ``troubles`` tells what could not be."""
        with self._mutex:
            self._require_writable()
            self._sealing.finish(float("inf"))

    def regain(self) -> bool:
        """Whether everything may be recorded again: true where it could be, or where a full disk has room by now.

        The reserve is set aside anew first, of more room than the reserve itself gave back.
        """
        with self._mutex:
            self._require_writable()
            if not self._full:
                return True
            try:
                if self._disk.free_bytes(self._directory) < 2 * RESERVE_BYTES:
                    return False
                self._reserve.fill()
            except OSError:
                # What was taken of a room that is not there must not be missing for the next alarm.
                with contextlib.suppress(OSError):
                    self._reserve.release()
                return False
            self._full = self._alarmed = False
            return True

    def run_short(self) -> bool:
        """Whether only the reserve is left; with next to no room it is given up now, for who shares the disk."""
        with self._mutex:
            self._require_writable()
            if not self._full and self._reserve.is_all_there_is():
                self._use_reserve()
                self._raise_alarm()
            return self._full

    def put_segment(self, path: Path, chunks: Iterable[bytes]) -> None:
        """Put other bytes of the same leaf hashes in a segment's place; where it is the open one, it is written on."""
        with self._mutex:
            self.settle()
            try:
                self._disk.put(path, chunks)
                self._disk.sync_directory(path.parent)
                if path == self._segment:
                    descriptor, offset = self._disk.open_append(path), path.stat().st_size
                    os.close(self._descriptor)
                    self._descriptor, self._offset = descriptor, offset
            except OSError as error:
                raise self._break(f"{path.name} cannot be replaced: {error.strerror or error}", error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _place(self, ready: Ready, moment: Moment, run: str = "", cause: Sequence[int] = ()) -> int:
        """Put a prepared record behind the last one, sealing the segment before it where that is full."""
        segment_records = self._pace.segment_records
        place = self._frontier.size % segment_records
        if place == segment_records - 1:
            self._seal(moment)
        if self._offset and not self._frontier.size % segment_records:
            self._next_segment()
        return self._write(ready, moment, run, cause)

    def _seal(self, moment: Moment) -> None:
        """End the segment with what a reader of the next one alone would miss, under a head of its own."""
        open_intents = list(self._intents.open)[:MOST_CARRIED]
        self._write(prepare("log.sealed", {"open_intents": open_intents}, self._allow), moment)
        head = self._sign_head()
        if not self._full:
            self._sealing.add(
                SealedSegment(self._base.size, self._frontier.size - self._base.size, self._base, head.root)
            )

    def _sign_head(self) -> Checkpoint:
        if self._head.size != self.size:
            self._sync()
            head = sign_with(self._keys, Checkpoint(self.origin, self.size, self._frontier.root()))
            self._publish(head)
            self._head = head
            self._signed_at = self._clock.monotonic()
        return self._head

    def _write(self, ready: Ready, moment: Moment, run: str = "", cause: Sequence[int] = ()) -> int:
        seq = self._frontier.size
        line = ready.line(self._envelopes.members(ready.event, seq, self._prev, moment, run, cause))
        if len(line) >= MAX_RECORD:
            raise EvidenceError(f"{ready.event} record of {len(line)} bytes", hint=f"records end at {MAX_RECORD} bytes")
        data = line + b"\n"
        try:
            short = self._disk.write(self._descriptor, data) != len(data)
        except OSError as error:
            if not is_full(error):
                raise self._break(f"write failed: {error.strerror or error}", error) from error
            short = True
        if short:
            return self._without_room(ready, moment, run, cause)
        self._prev = leaf_hash(line)
        self._frontier.append(self._prev)
        self._offset += len(data)
        if ready.event in _INTENT_EVENTS:
            self._intents.follow(orjson.loads(line))
        return seq

    def _without_room(self, ready: Ready, moment: Moment, run: str, cause: Sequence[int]) -> int:
        """The disk is full: cut the torn bytes, give up the reserve, raise the alarm; then once more, if worth it."""
        self._use_reserve(cut_torn=True)
        alarm = {"error": "ENOSPC", "at": self.size, "lost": ready.event}
        seq = self._write(prepare("write.failed", alarm, self._allow), moment)
        self._sync()
        self._alarmed = True
        if ready.event == "log.sealed":
            return seq
        if may_use_reserve(ready.event, ready.fields):
            return self._place(ready, moment, run, cause)
        raise self._no_room(ready.event)

    def _use_reserve(self, *, cut_torn: bool = False) -> None:
        """The disk is full: give up the room that was set aside. There is no second time."""
        if self._full:
            raise self._break("the disk is full and the reserve is used up")
        self._full = True
        try:
            if cut_torn:
                self._disk.truncate(self._segment, self._offset)
            self._reserve.release()
        except OSError as error:
            raise self._break(f"the disk is full and the reserve is out of reach: {error.strerror}", error) from error

    def _raise_alarm(self) -> None:
        """Where the reserve was taken for something else than a record, say that the disk is full."""
        if self._full and not self._alarmed:
            self._alarmed = True
            self._place(prepare("write.failed", {"error": "ENOSPC", "at": self.size}, self._allow), self._time.next())
            self._sync()

    def _next_segment(self) -> None:
        path = segment_path(self._directory, self.size)
        try:
            descriptor = self._even_when_full(lambda: self._disk.open_append(path))
            self._disk.sync_directory(path.parent)
        except OSError as error:
            raise self._break(f"segment {path.name} cannot be begun: {error.strerror}", error) from error
        os.close(self._descriptor)
        self._descriptor, self._segment, self._offset = descriptor, path, 0
        self._base = self._frontier.copy()

    def _even_when_full(self, step: Callable[[], T]) -> T:
        """Do what a full disk left nothing of, once more with the room of the reserve."""
        try:
            return step()
        except OSError as error:
            if not is_full(error):
                raise
        self._use_reserve()
        return step()

    def _sync(self) -> None:
        """Make everything written durable. Never tried twice: after a failed fsync Linux may call lost pages clean."""
        try:
            self._disk.datasync(self._descriptor)
        except OSError as error:
            raise self._break(f"fsync failed: {error.strerror or error}", error) from error

    def _publish(self, head: Checkpoint) -> None:
        assert head.note is not None
        data = head.note.to_bytes()
        try:
            self._even_when_full(lambda: self._disk.replace(checkpoint_path(self._directory), data))
        except OSError as error:
            raise self._break(f"checkpoint cannot be published: {error.strerror or error}", error) from error

    def _checkpoint_due(self, event: str, monotonic: float) -> bool:
        if event == "run.ended":
            return True
        unsigned = self._frontier.size - self._head.size
        return unsigned >= self._pace.checkpoint_records or monotonic - self._signed_at >= self._pace.checkpoint_seconds

    def _require_writable(self) -> None:
        if self._broken:
            raise EvidenceError(
                f"the evidence log is broken: {self._broken}", hint="open it again; nothing was applied"
            )
        if self._closed:
            raise EvidenceError("the evidence log is closed", hint="open it again")

    def _no_room(self, event: str) -> EvidenceError:
        return EvidenceError(
            f"the disk is full: {event} cannot be recorded",
            hint="make room; only stops and deletions may go on until then",
        )

    def _break(self, why: str, cause: OSError | None = None) -> EvidenceError:
        self._broken = why
        return EvidenceError(f"the evidence log is broken: {why}", hint="mend the storage and open the log again")

    def _abandon(self) -> None:
        if not self._closed:
            self._closed = True
            self._sealing.finish(0)
            os.close(self._descriptor)
            self._writer.release()
