"""A file system of a few megabytes, mounted by the test that fills it or takes its writes away."""

from __future__ import annotations

import ctypes
import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

__all__ = ["SmallDisk", "cannot", "immutable"]

SIZE = 8 << 20
_RDONLY, _REMOUNT, _DETACH = 1, 32, 2
_GETFLAGS, _SETFLAGS, _IMMUTABLE = 0x80086601, 0x40086602, 0x10
"""``FS_IOC_GETFLAGS``, ``FS_IOC_SETFLAGS`` and ``FS_IMMUTABLE_FL`` of linux/fs.h, for 64 bits."""
_libc = ctypes.CDLL(None, use_errno=True)


def cannot(why: str) -> NoReturn:
    """Skip, with the reason: what a container or a file system forbids can be installed by nobody."""
    pytest.skip(why)


class SmallDisk:
    """A tmpfs at ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        if self._mount(0) != 0:
            cannot(f"no tmpfs can be mounted here: {os.strerror(ctypes.get_errno())}")

    def _mount(self, flags: int) -> int:
        told: int = _libc.mount(b"tmpfs", os.fsencode(self.folder), b"tmpfs", flags, f"size={SIZE}".encode())
        return told

    def fill(self) -> Path:
        """The file that takes all the room there is."""
        filler = self.folder / "filler"
        told = os.statvfs(self.folder)
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, told.f_bavail * told.f_frsize)
        return filler

    def let_write(self, may: bool) -> None:
        """Nothing on it may be open for writing."""
        assert self._mount(_REMOUNT | (0 if may else _RDONLY)) == 0, os.strerror(ctypes.get_errno())

    def close(self) -> None:
        _libc.umount2(os.fsencode(self.folder), _DETACH)


@contextmanager
def immutable(*files: Path) -> Iterator[None]:
    """Files that the kernel lets nobody write, not even who has them open; ext4 heeds that, other systems may not."""
    done: list[Path] = []
    try:
        for file in files:
            descriptor = os.open(file, os.O_RDWR)
            try:
                _set_immutable(file, True)
                done.append(file)
                # Not its times: a tmpfs refuses those, and lets who has it open write on.
                os.pwrite(descriptor, os.pread(descriptor, 1, 0), 0)
            except PermissionError:
                if file not in done:
                    cannot("no file can be made immutable here")
            except OSError as error:
                cannot(f"no file can be made immutable here: {error.strerror}")
            else:
                cannot("a file that is open can be written here although it is immutable")
            finally:
                os.close(descriptor)
        yield
    finally:
        for file in done:
            _set_immutable(file, False)


def _set_immutable(file: Path, so: bool) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        (flags,) = struct.unpack("l", fcntl.ioctl(descriptor, _GETFLAGS, struct.pack("l", 0)))
        fcntl.ioctl(descriptor, _SETFLAGS, struct.pack("l", flags | _IMMUTABLE if so else flags & ~_IMMUTABLE))
    finally:
        os.close(descriptor)
