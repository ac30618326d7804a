"""The process's standard streams, such that neither a reader that has gone nor an old locale changes a result."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from vmsguard.errors import UsageError

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["StandardOutput", "is_read", "use_standard_streams"]


_ERROR = 2


class StandardOutput(io.FileIO):
    """A standard stream that takes everything once nobody reads it any more: ``erase --yes | head`` still erases.

    Where standard output cannot be written for another reason, such as a full disk, the first write raises
    ``UsageError``. Standard error never does: there is no other place to tell it.
    """

    unread = False

    def write(self, data: Buffer) -> int:
        size = memoryview(data).nbytes
        if self.unread:
            return size
        try:
            return super().write(data)
        except BrokenPipeError:
            self.unread = True
            return size
        except OSError as error:
            self.unread = True
            if self.fileno() == _ERROR:
                return size
            raise UsageError(
                f"standard output cannot be written: {error.strerror}", hint="send it where there is room"
            ) from error


def is_read() -> bool:
    """Does anybody still read standard output? Long listings stop where nobody does."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return not (isinstance(raw, StandardOutput) and raw.unread)


def use_standard_streams() -> None:
    """Put ``StandardOutput`` in place of both streams; what their encoding lacks is escaped.

    A stream that the caller closed leads nowhere: else the next file to be opened, the evidence log perhaps,
    would take its number and whatever is printed.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = _standard(sys.stdout, 1)
    sys.stderr = _standard(sys.stderr, _ERROR)


def _standard(stream: TextIO | None, number: int) -> TextIO:
    """The stream of that number; another one that was put in its place stays there."""
    if stream is not None:
        buffer = getattr(stream, "buffer", None)
        # Under PYTHONUNBUFFERED there is nothing between the text and the file.
        raw = getattr(buffer, "raw", buffer)
        if type(raw) is not io.FileIO or raw.fileno() != number:
            return stream
    return io.TextIOWrapper(
        io.BufferedWriter(StandardOutput(number, "wb", closefd=False)),
        encoding=stream.encoding if stream else None,
        errors="backslashreplace",
        line_buffering=stream.line_buffering if isinstance(stream, io.TextIOWrapper) else False,
    )
