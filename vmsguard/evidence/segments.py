"""The files of a log: segments named by their first sequence number, and what lies beside them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.compress import inflate
from vmsguard.evidence.ordinary_file import open_ordinary
from vmsguard.evidence.record import MAX_RECORD

__all__ = [
    "SEGMENT_RECORDS",
    "Segment",
    "checkpoint_path",
    "compressed_path",
    "iter_lines",
    "list_segments",
    "read_lines",
    "segment_path",
]

SEGMENT_RECORDS = 65_536
"""256 * 256: a full segment is one full subtree, a node of the level-2 tile."""

_NAME = re.compile(r"([0-9]{20})\.jsonl(\.gz)?")
_BUFFER = 1 << 17


class Segment(Struct, frozen=True):
    """Records in one file: ``.jsonl``, or ``.jsonl.gz`` once it is sealed and compressed."""

    first: int
    path: Path

    @property
    def compressed(self) -> bool:
        return self.path.suffix == ".gz"


def segment_path(directory: Path, first: int) -> Path:
    return directory / "log" / f"{first:020d}.jsonl"


def compressed_path(path: Path) -> Path:
    """Where the segment of ``path`` lies, or will lie, compressed."""
    return path if path.suffix == ".gz" else path.with_name(f"{path.name}.gz")


def checkpoint_path(directory: Path) -> Path:
    return directory / "checkpoint"


def list_segments(directory: Path) -> list[Segment]:
    """The segments that are there, in order; a missing one shows as a gap in ``first``.

    Where a crash left both forms of one, the uncompressed file counts: it is removed only once the other is whole.
    """
    folder = directory / "log"
    if not folder.is_dir():
        return []
    found: dict[int, Segment] = {}
    for path in folder.iterdir():
        if match := _NAME.fullmatch(path.name):
            segment = Segment(int(match[1]), path)
            if not (segment.compressed and segment.first in found):
                found[segment.first] = segment
    return [found[first] for first in sorted(found)]


def iter_lines(path: Path) -> Iterator[bytes]:
    """Lines with their newline; the last may lack it, and a line beyond the limit comes in pieces that do.

    Of a compressed segment every line counts only if the iteration ends without an ``EvidenceError``: the
    checksum stands at its end.
    """
    with _open(path) as file:
        while line := file.readline(MAX_RECORD + 1):
            yield line


def read_lines(path: Path) -> bytes:
    """The whole segment, uncompressed; an ``EvidenceError`` as ``iter_lines``."""
    with _open(path) as file:
        return file.read()


def _open(path: Path) -> io.BufferedReader:
    """The content as a file; a segment may have been compressed since it was listed."""
    if path.suffix != ".gz":
        try:
            return cast("io.BufferedReader", open_ordinary(path))
        except FileNotFoundError:
            path = compressed_path(path)
            if not path.exists():
                raise
    return io.BufferedReader(_Inflated(path), _BUFFER)


class _Inflated(io.RawIOBase):
    """A compressed segment as an uncompressed file that can only be read on."""

    def __init__(self, path: Path) -> None:
        self._file = open_ordinary(path)
        self._chunks = _checked_chunks(path.name, self._file)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        target = memoryview(buffer).cast("B")
        taken = min(len(target), len(self._rest))
        target[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        return taken

    def close(self) -> None:
        self._file.close()
        super().close()


def _checked_chunks(name: str, file: BinaryIO) -> Iterator[bytes]:
    """The inflated content, as long as it can be a segment: a few bytes must not become gigabytes in memory."""
    size = lines = 0
    try:
        for chunk in inflate(file, SEGMENT_RECORDS * MAX_RECORD):
            size, lines = size + len(chunk), lines + chunk.count(b"\n")
            if lines > SEGMENT_RECORDS or size > (lines + 1) * MAX_RECORD:
                raise EvidenceError(
                    f"it holds more than {SEGMENT_RECORDS} records, or one beyond {MAX_RECORD} bytes",
                    hint="compare it with another copy: vmsguard does not write such a segment",
                )
            yield chunk
    except EvidenceError as error:
        raise EvidenceError(f"{name}: {error}", hint=error.hint) from error
