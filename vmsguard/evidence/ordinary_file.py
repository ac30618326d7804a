"""Files of a log that somebody else handed over: what is no ordinary file is not waited for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

__all__ = ["OddFile", "file_name", "open_ordinary"]


class OddFile(OSError):
    """A pipe, socket or device stands where a file should: it may have no end, or never begin."""


def open_ordinary(path: Path) -> BinaryIO:
    """The file, opened for reading; ``OSError`` where there is none, and where it is of another sort."""
    return open(path, "rb", opener=_opener)


def file_name(path: Path) -> str:
    """The name as text that can be written anywhere; bytes that are no UTF-8 are told by their numbers."""
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")


def _opener(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        os.close(descriptor)
        raise OddFile(errno.EINVAL, "it is no ordinary file", path)
    return descriptor
