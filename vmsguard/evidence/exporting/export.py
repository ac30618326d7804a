"""Handing a log on: what every export says about itself, and files that appear whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from msgspec import Struct

from vmsguard._version import __version__
from vmsguard.errors import EvidenceError, UsageError
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.redact import stamp
from vmsguard.evidence.segments import checkpoint_path

__all__ = ["Export", "is_being_written", "new_directory", "new_file", "read_export_head"]


class Export(Struct, frozen=True, kw_only=True):
    """What an export holds: told to the person, and kept beside it as JSON. Who asked for it is not recorded."""

    format: str
    origin: str
    size: int
    """Records that the head covers."""
    root: str
    exported_at: str
    records: int
    """Records that the export holds, tombstones among them."""
    details: dict[str, Any]
    """What only this format has to say."""

    def to_json(self) -> bytes:
        told = {
            "format": self.format,
            "origin": self.origin,
            "size": self.size,
            "root": self.root,
            "records": self.records,
            "exported_at": self.exported_at,
            "tool": f"vmsguard {__version__}",
            **self.details,
        }
        return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"

    @classmethod
    def of(cls, form: str, head: Checkpoint, now: datetime, records: int, **details: Any) -> Export:
        return cls(
            format=form,
            origin=head.origin,
            size=head.size,
            root=head.root_hex,
            exported_at=stamp(now),
            records=records,
            details=details,
        )


def read_export_head(directory: Path) -> tuple[Checkpoint, bytes]:
    """The newest head and its bytes; nothing is exported without one."""
    try:
        note = checkpoint_path(directory).read_bytes()
    except OSError as error:
        raise EvidenceError(
            f"{directory} has no readable checkpoint: {error.strerror}", hint="name an evidence directory"
        ) from error
    return parse_checkpoint(note), note


def is_being_written(directory: Path) -> bool:
    """Whether a writer has the log open right now: then records behind the head are still on their way.

    Where the lock is not for this user to look at, nobody can tell, and one may have.
    """
    try:
        descriptor = os.open(directory / ".lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except PermissionError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A temporary file that becomes ``path`` when all went well; an existing file is never overwritten."""
    temporary = _beside(path)
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        _publish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def new_directory(path: Path) -> Iterator[Path]:
    """A temporary directory that becomes ``path`` when all went well; an existing one is never added to."""
    temporary = _beside(path)
    temporary.mkdir()
    try:
        yield temporary
        _require_free(path)
        temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _beside(path: Path) -> Path:
    _require_free(path)
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is not a directory", hint="make it first, or name another with -o")
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def _publish(temporary: Path, path: Path) -> None:
    """A hard link fails where the name is taken, a rename would not; some file systems have no links."""
    try:
        os.link(temporary, path)
    except FileExistsError as error:
        raise _taken(path) from error
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK):
            raise
        _require_free(path)
        temporary.rename(path)


def _require_free(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise _taken(path)


def _taken(path: Path) -> UsageError:
    return UsageError(f"{path} exists and is not overwritten", hint="name another with -o")
