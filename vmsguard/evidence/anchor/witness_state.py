"""What a witness must never forget: per log the newest head that it cosigned, in a file of its own."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.anchor.add_checkpoint import time_of
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.lock import WriterLock
from vmsguard.evidence.note import VerifierKey

__all__ = ["Cosigned", "WitnessState", "origin_hash", "read_cosigned"]

_KEY_FILE = "witness"


class Cosigned(Struct, frozen=True):
    """A head as a witness cosigned it last."""

    head: Checkpoint
    time: int
    """When, Unix."""

    @property
    def note(self) -> bytes:
        """The head with the signature of its log and of the witness."""
        assert self.head.note is not None
        return self.head.note.to_bytes()


def origin_hash(origin: str) -> str:
    """How the protocol names a log in a path: SHA-256 of its origin, hex."""
    return sha256(origin.encode()).hexdigest()


class WitnessState:
    """The state folder of one witness, locked while it is open.

    A file that is damaged stops it: to take its log for a new one would let that log be forked. The folder is as
    precious as the key: a witness put back to an older state would cosign a second history.
    """

    def __init__(self, directory: Path, key: VerifierKey, disk: Disk) -> None:
        self._directory = directory
        self._key = key
        self._disk = disk
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._lock = WriterLock(directory, "the witness's state is used")
        except OSError as error:
            raise EvidenceError(
                f"the witness's state in {directory} cannot be used: {error.strerror}", hint="name a writable folder"
            ) from error
        try:
            self._claim()
            self._cosigned = {one.head.origin: one for one in read_cosigned(directory)}
        except BaseException:
            self._lock.release()
            raise

    def newest(self, origin: str) -> Cosigned | None:
        """The newest head cosigned for a log; None if there never was one."""
        return self._cosigned.get(origin)

    @property
    def origins(self) -> tuple[str, ...]:
        return tuple(sorted(self._cosigned))

    def keep(self, cosigned: Cosigned) -> None:
        """Make it the newest of its log, on the disk, before this returns; ``OSError`` if that is not certain."""
        self._disk.replace(_file(self._directory, cosigned.head.origin), cosigned.note)
        self._cosigned[cosigned.head.origin] = cosigned

    def close(self) -> None:
        self._lock.release()

    def _claim(self) -> None:
        """Name the witness in its folder, so that no other key ever continues there."""
        path = self._directory / _KEY_FILE
        if not path.exists():
            if _files(self._directory):
                raise EvidenceError(f"{path} is missing, and there are heads beside it", hint="restore the folder")
            self._disk.replace(path, f"{self._key.vkey}\n".encode())
            self._disk.sync_directory(self._directory.parent)
        if _read_key(self._directory) != self._key:
            raise EvidenceError(
                f"the state in {self._directory} is that of another witness", hint="name the state that goes with --key"
            )


def read_cosigned(directory: Path) -> list[Cosigned]:
    """The newest cosigned head of every log, by origin; reads only. A damaged file is an ``EvidenceError``."""
    key = _read_key(directory)
    found = (_read(path, key) for path in _files(directory))
    return sorted(found, key=lambda cosigned: cosigned.head.origin)


def _read(path: Path, key: VerifierKey) -> Cosigned:
    try:
        head = parse_checkpoint(path.read_bytes(), extensions=True)
    except (OSError, EvidenceError) as error:
        raise _damaged(path, str(error)) from error
    assert head.note is not None
    ours = [line for line in head.note.signatures if key.made(line) and key.verifies(head.note.text, line)]
    if not ours or path.name != _file(path.parent, head.origin).name:
        raise _damaged(path, "it is not what this witness wrote")
    return Cosigned(head, time_of(ours[-1]))


def _read_key(directory: Path) -> VerifierKey:
    path = directory / _KEY_FILE
    try:
        return VerifierKey.parse(path.read_text().rstrip("\n"))
    except (OSError, UnicodeDecodeError) as error:
        raise EvidenceError(f"{directory} holds no witness's state", hint="name the folder given to `serve`") from error


def _damaged(path: Path, why: str) -> EvidenceError:
    return EvidenceError(
        f"the witness's state {path.name} is damaged: {why}",
        hint="restore it from a copy that is not older than its last cosignature; an older one would let a log fork",
    )


def _file(directory: Path, origin: str) -> Path:
    return directory / f"{origin_hash(origin)}.note"


def _files(directory: Path) -> list[Path]:
    return list(directory.glob("*.note"))
