"""One writer per log: an advisory lock that dies with its process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from vmsguard.errors import EvidenceInUse

__all__ = ["WriterLock"]


class WriterLock:
    """Held from construction until ``release``; a second writer is refused and told who the first is.

    ``used`` is what the refusal says of the directory.
    """

    __slots__ = ("_descriptor",)

    def __init__(self, directory: Path, used: str = "the evidence log is being written") -> None:
        # Whoever can open the file can lock it, if only for reading, and keep the writer out.
        self._descriptor = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._descriptor)
            raise EvidenceInUse(
                f"{used} by process {holder}",
                hint="wait for it to end, or stop the agent if it is that; two writers would fork the log",
            ) from error
        except OSError:
            os.close(self._descriptor)
            raise
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
