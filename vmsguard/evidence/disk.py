"""Every system call the log depends on, in one place, so that tests can make each of them fail."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterable
from pathlib import Path

from vmsguard.model.crash_point import durable_step

__all__ = ["Disk", "is_full"]


class Disk:
    """The machine's own file system, clock since boot, and random source."""

    def open_append(self, path: Path) -> int:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)

    def write(self, descriptor: int, data: bytes) -> int:
        """How many bytes were taken: a filling disk first takes fewer, then raises."""
        return os.write(descriptor, data)

    def datasync(self, descriptor: int) -> None:
        durable_step()
        os.fdatasync(descriptor)

    def sync(self, descriptor: int) -> None:
        """As ``datasync``, with everything that is known of the file."""
        durable_step()
        os.fsync(descriptor)

    def truncate(self, path: Path, size: int) -> None:
        """Cut a file and make the cut durable."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.ftruncate(descriptor, size)
            self.sync(descriptor)
        finally:
            os.close(descriptor)

    def replace(self, path: Path, data: bytes) -> None:
        """Put ``data`` at ``path`` so that a crash leaves the old file or the new one, never a part."""
        self.put(path, (data,))
        self.sync_directory(path.parent)

    def put(self, path: Path, chunks: Iterable[bytes]) -> None:
        """As ``replace``, piece by piece; the name is durable only once the directory is synced.

        What was begun is removed again where it fails.
        """
        temporary = path.with_name(path.name + ".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
        try:
            try:
                for data in chunks:
                    if self.write(descriptor, data) != len(data):
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                self.sync(descriptor)
            finally:
                os.close(descriptor)
            self.rename(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def rename(self, old: Path, new: Path) -> None:
        os.replace(old, new)

    def remove(self, path: Path) -> None:
        """Take a name away; that is durable only once the directory is synced."""
        path.unlink(missing_ok=True)

    def free_bytes(self, path: Path) -> int:
        """Room left to this user on the file system of ``path``."""
        told = os.statvfs(path)
        return told.f_bavail * told.f_frsize

    def sync_directory(self, path: Path) -> None:
        """Make new and renamed names durable."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def allocate(self, path: Path, size: int) -> None:
        """Make ``path`` exactly ``size`` bytes of blocks that really belong to it."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            os.posix_fallocate(descriptor, 0, size)
            self.sync(descriptor)
        finally:
            os.close(descriptor)

    def boottime_ns(self) -> int:
        """Nanoseconds since boot, suspended time included."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    def boot_id(self) -> str:
        """Which boot this is; ``unknown`` where the kernel does not say."""
        try:
            return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return "unknown"

    def random_bytes(self, count: int) -> bytes:
        return os.urandom(count)


def is_full(error: OSError) -> bool:
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
