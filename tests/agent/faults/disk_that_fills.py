"""The real disk, and a say over how much room it has left."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from sites import OwnClock, OwnDisk

from vmsguard.evidence.reserve import RESERVE_BYTES

__all__ = ["DiskThatFills"]


class DiskThatFills(OwnDisk):
    """``room`` is in bytes, None for as much as there is; what is given up of the reserve is room again."""

    def __init__(self, clock: OwnClock) -> None:
        super().__init__(clock)
        self.room: int | None = None
        self.reserved = 0

    def write(self, descriptor: int, data: bytes) -> int:
        if self.room is not None:
            if self.room < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self.room -= len(data)
        return super().write(descriptor, data)

    def allocate(self, path: Path, size: int) -> None:
        if self.room is not None:
            if self.room < size - self.reserved:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self.room -= size - self.reserved
        self.reserved = size

    def truncate(self, path: Path, size: int) -> None:
        if path.name == ".reserve" and self.room is not None:
            self.room += self.reserved - size
            self.reserved = size
            return
        super().truncate(path, size)

    def free_bytes(self, path: Path) -> int:
        return 64 * RESERVE_BYTES if self.room is None else self.room
