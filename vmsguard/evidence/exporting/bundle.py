"""Export of a whole log as one file that an auditor carries away: evidence, recipe, and what the bundle is."""

from __future__ import annotations

import gzip
import io
import os
import re
import tarfile
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import IO, Any

import orjson
from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.exporting.export import Export, is_being_written, new_file, read_export_head
from vmsguard.evidence.exporting.recipe import recipe
from vmsguard.evidence.segments import Segment, checkpoint_path, iter_lines, list_segments

__all__ = ["export_bundle"]

_ANCHOR = re.compile(r"([0-9]+)\.(?:note|(?:[0-9]+\.)?tsr)")
_TILE = re.compile(r"tile/[0-9]+(?:/x[0-9]{3})*/[0-9]{3}")


class _Member(Struct, frozen=True):
    """A file of the evidence directory, or its first so many bytes."""

    name: str
    path: Path
    size: int


class _Contents(Struct, frozen=True):
    """What goes into a bundle."""

    members: list[_Member]
    records: int
    after_head: int
    """Records after the head that are in the bundle."""
    left_out: int
    """Records after the head that are not: a writer has the log open and signs them later."""
    first: int


def export_bundle(directory: Path, output: Path, now: datetime) -> Export:
    """Write a ``.tar.gz`` with the log as it lies there; the same log gives the same bytes, but for ``exported_at``.

    Nothing is verified or left out, with one exception: while a writer has the log open, records behind the newest
    head stay behind, for they are still on their way to being signed.
    """
    head, note = read_export_head(directory)
    contents = _contents(directory, head)
    mtime = _time_of(directory, head)
    told = _Told()
    with (
        new_file(output) as path,
        path.open("xb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=mtime) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        told.add(archive, "VERIFY.md", io.BytesIO(recipe(head).encode()), mtime)
        for member in contents.members:
            if member.name == "checkpoint":
                told.add(archive, "evidence/checkpoint", io.BytesIO(note), mtime)
            else:
                with _opened(member.path) as file:
                    told.add(archive, f"evidence/{member.name}", file, mtime, member.size)
        export = Export.of(
            "bundle",
            head,
            now,
            contents.records,
            first=contents.first,
            after_head=contents.after_head,
            left_out=contents.left_out,
            files=told.files,
        )
        told.add(archive, "export.json", io.BytesIO(export.to_json()), mtime)
    return export


class _Told:
    """Adds members without the traces of the machine, and keeps the digest of each."""

    def __init__(self) -> None:
        self.files: dict[str, Any] = {}

    def add(self, archive: tarfile.TarFile, name: str, file: IO[bytes], mtime: int, size: int | None = None) -> None:
        member = tarfile.TarInfo(name)
        member.size = file.seek(0, os.SEEK_END) if size is None else size
        file.seek(0)
        member.mtime = mtime
        member.mode = 0o644
        hashed = _Hashed(file)
        try:
            archive.addfile(member, hashed)
        except OSError as error:
            raise _changing(name) from error
        self.files[name] = {"size": member.size, "sha256": hashed.digest.hexdigest()}


class _Hashed(io.RawIOBase):
    """Passes a file's bytes on and hashes them."""

    def __init__(self, file: IO[bytes]) -> None:
        self.digest = sha256()
        self._file = file

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def _contents(directory: Path, head: Checkpoint) -> _Contents:
    """Every file of the log by name, and how much of the segment that the head ends in."""
    live = is_being_written(directory)
    segments = list_segments(directory)
    first = segments[0].first if segments else 0
    total = segments[-1].first + len(_line_ends(segments[-1])) if segments else 0
    end = min(total, head.size) if live else total
    kept = [segment for segment in segments if not live or segment.first < head.size]
    members = [_member(directory, path) for path in _other_files(directory, head.size if live else None)]
    members += [_member(directory, segment.path) for segment in kept]
    if kept and end < total:
        members[-1] = _cut(members[-1], kept[-1], end)
    members.sort(key=lambda member: member.name)
    return _Contents(members, end - first, max(0, end - head.size), total - end, first)


def _cut(member: _Member, segment: Segment, end: int) -> _Member:
    """As much of a segment's file as records up to ``end`` take; a compressed one is under a head as a whole."""
    ends = _line_ends(segment)
    count = end - segment.first
    return member if segment.compressed or count >= len(ends) else _Member(member.name, member.path, ends[count - 1])


def _line_ends(segment: Segment) -> list[int]:
    """Where each whole line of the segment ends, uncompressed."""
    ends, place = [], 0
    for line in iter_lines(segment.path):
        place += len(line)
        if line.endswith(b"\n"):
            ends.append(place)
    return ends


def _other_files(directory: Path, most: int | None) -> Iterator[Path]:
    """What lies beside the segments; of anchors those up to a size of ``most``."""
    yield checkpoint_path(directory)
    yield from (path for path in (directory / "LOG",) if path.is_file())
    yield from directory.glob("torn-*.bin")
    for path in (directory / "anchors").glob("*"):
        match = _ANCHOR.fullmatch(path.name)
        if match and (most is None or int(match[1]) <= most):
            yield path
    for path in (directory / "tile").rglob("*"):
        if path.is_file() and _TILE.fullmatch(path.relative_to(directory).as_posix()):
            yield path


def _member(directory: Path, path: Path) -> _Member:
    try:
        return _Member(path.relative_to(directory).as_posix(), path, path.stat().st_size)
    except FileNotFoundError as error:
        raise _changing(path.name) from error


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise _changing(path.name) from error


def _time_of(directory: Path, head: Checkpoint) -> int:
    """The second of the last record under the head, so that the same log makes the same bundle; 0 if nothing tells."""
    segment = next((each for each in reversed(list_segments(directory)) if each.first < head.size), None)
    if segment is None:
        return 0
    line = next(islice(iter_lines(segment.path), head.size - 1 - segment.first, None), b"")
    try:
        return int(datetime.fromisoformat(orjson.loads(line)["ts"]).timestamp())
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return 0


def _changing(name: str) -> EvidenceError:
    return EvidenceError(f"{name} changed while it was exported", hint="run the export again")
