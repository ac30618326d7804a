"""Files that only their owner may read, such as keys."""

from __future__ import annotations

import os
from pathlib import Path

from vmsguard.errors import EvidenceError

__all__ = ["read_private", "write_private"]

_OPEN_TO_OTHERS = 0o027


def read_private(path: Path, what: str, *, hint: str) -> bytes:
    """The file's bytes; one that its group may write or others may read is an ``EvidenceError``."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read()
    except OSError as error:
        raise EvidenceError(f"{what} {path} cannot be read: {error.strerror}", hint=hint) from error
    if mode & _OPEN_TO_OTHERS:
        raise EvidenceError(f"{what} {path} is open to other users", hint=f"chmod 600 {path}")
    return data


def write_private(path: Path, data: bytes) -> None:
    """Write a new file with mode 0600, durably; an existing one is never overwritten."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise EvidenceError(f"{path} exists and is not overwritten", hint="name another file") from error
    except OSError as error:
        raise EvidenceError(f"{path} cannot be written: {error.strerror}", hint="name another file") from error
