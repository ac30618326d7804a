"""Reading a bundle that `evidence export` wrote: unpacked aside, and nothing in it can reach beyond that place."""

from __future__ import annotations

import re
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from vmsguard.errors import EvidenceError
from vmsguard.evidence.record import MAX_RECORD
from vmsguard.evidence.segments import SEGMENT_RECORDS

__all__ = ["opened_evidence"]

_INSIDE = re.compile(r"evidence/[A-Za-z0-9_.-]{1,128}(?:/[A-Za-z0-9_.-]{1,128}){0,16}")
_LARGEST = SEGMENT_RECORDS * MAX_RECORD
"""Bytes of one file: no segment can be larger."""
_MOST = 1_000_000
_SPARE = 64 << 20
"""Bytes of the disk that stay free."""


@contextmanager
def opened_evidence(path: Path) -> Iterator[Path]:
    """The evidence directory at ``path``: itself, that of an unpacked bundle, or that of a bundle's file.

    A file is unpacked into a temporary directory that is removed afterwards. ``EvidenceError`` where it is no
    bundle, or one that tries to write anywhere else or to fill the disk.
    """
    if path.is_dir():
        unpacked = path / "evidence"
        yield unpacked if unpacked.is_dir() and not (path / "log").exists() else path
        return
    with tempfile.TemporaryDirectory(prefix="vmsguard-bundle-") as folder:
        _unpack(path, Path(folder))
        yield Path(folder) / "evidence"


def _unpack(bundle: Path, folder: Path) -> None:
    room = shutil.disk_usage(folder).free - _SPARE
    seen: set[str] = set()
    try:
        with tarfile.open(bundle, "r|gz") as archive:
            for member in archive:
                name = member.name
                if len(seen) == _MOST or name in seen:
                    raise _refused(bundle, "holds a file twice, or too many")
                seen.add(name)
                if member.isdir() or "/" not in name:
                    continue
                room -= _wanted(bundle, member, room)
                _write(archive, member, folder / PurePosixPath(name))
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise _refused(bundle, f"cannot be unpacked: {error}") from error
    except OSError as error:
        raise _refused(bundle, f"cannot be unpacked: {error.strerror or error}") from error
    if not (folder / "evidence").is_dir():
        raise _refused(bundle, "holds no evidence")


def _wanted(bundle: Path, member: tarfile.TarInfo, room: int) -> int:
    """The size of a member that may be unpacked: an ordinary file below ``evidence/`` for which there is room."""
    if not member.isreg() or member.issparse() or not _INSIDE.fullmatch(member.name):
        raise _refused(bundle, "holds something that no export writes: a link, or a file outside evidence/")
    if {".", ".."} & set(PurePosixPath(member.name).parts) or "/./" in member.name:
        raise _refused(bundle, "holds a path that leads elsewhere")
    if not 0 <= member.size <= min(_LARGEST, room):
        raise _refused(bundle, "holds more than a log can have, or than there is room for")
    return member.size


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source = archive.extractfile(member)
    if source is None:
        raise tarfile.ReadError("a file without content")
    with source, target.open("xb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


def _refused(bundle: Path, why: str) -> EvidenceError:
    return EvidenceError(
        f"{bundle.name} {why}", hint="name an evidence directory, or a .tar.gz that `evidence export` wrote"
    )
