"""One run at a time: a file lock that the kernel drops with the process, whatever kills it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vmsguard.errors import StateError

__all__ = ["exclusive_run"]


@contextmanager
def exclusive_run(lock_file: Path) -> Iterator[None]:
    """Hold the run lock; raises ``StateError`` naming the pid of whoever holds it.

    The file stays behind: removing it would let two runs lock two files of one name.
    """
    try:
        lock_file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateError(
            f"{lock_file}: cannot be opened for writing ({error.strerror})",
            hint="give whoever runs vmsguard write access to its folder",
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise StateError(
                f"another run holds {lock_file} (pid {holder})",
                hint="wait for it to end, or stop the agent if it is that (vmsguard agent status asks it); "
                "the lock goes with the process, there is nothing to delete",
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
        try:
            yield
        finally:
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)
