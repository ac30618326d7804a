"""Looks at the files of one camera and takes them away; follows no link and never opens a file.

Every step goes through the descriptor of the directory before it: a name that becomes a link while we
look leads nowhere else.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import PurePosixPath

from msgspec import Struct

__all__ = ["NotSeenError", "SeenFile", "look", "remove", "strangers"]

_MOST_FILES = 2_000_000
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LINKS = ("lastsnap.",)
"""Links of motion's own: to the newest snapshot."""


_NOT_OURS = frozenset({"lost+found"})
"""Made by the file system itself."""


class NotSeenError(Exception):
    """The files cannot be told; the message says why, without a path."""


class SeenFile(Struct, frozen=True):
    """One file by its path below the camera's directory."""

    path: str
    size: int
    written: datetime
    """When it was last written to, in UTC by the clock of the storage."""


def look(storage: str, place: str) -> Sequence[SeenFile]:
    """Every file of a camera; raises ``NotSeenError``.

    A directory that is not there holds nothing, but only below a storage path that is there and holds
    something: an unmounted disk is an empty directory too.
    """
    found: list[SeenFile] = []
    try:
        with _opened(storage, place) as top:
            if top is None:
                return ()
            for folder, _, names, descriptor in os.fwalk(".", dir_fd=top, onerror=_fail, follow_symlinks=False):
                for name in names:
                    seen = _seen(folder, name, descriptor)
                    if seen is not None:
                        found.append(seen)
                if len(found) > _MOST_FILES:
                    raise NotSeenError("there are too many files to list")
    except OSError as error:
        raise NotSeenError("storage_path cannot be read") from error
    return tuple(found)


def strangers(storage: str, places: Collection[str]) -> int:
    """How many entries of the storage path itself belong to no camera's directory; raises ``NotSeenError``."""
    known = {PurePosixPath(place).parts[0] if PurePosixPath(place).parts else "." for place in places} | _NOT_OURS
    if "." in known:
        return 0
    try:
        return sum(1 for name in os.listdir(storage) if name not in known)
    except OSError as error:
        raise NotSeenError("storage_path cannot be read") from error


def remove(storage: str, place: str, paths: Sequence[str]) -> int:
    """Delete these files of a camera, and motion's own links; how many files went. Raises ``NotSeenError``."""
    gone = 0
    wanted = set(paths)
    try:
        with _opened(storage, place) as top:
            if top is None:
                return 0
            for folder, _, names, descriptor in os.fwalk(".", dir_fd=top, onerror=_fail, follow_symlinks=False):
                for name in names:
                    if _path(folder, name) in wanted or _is_own_link(name, descriptor):
                        gone += _unlink(name, descriptor)
    except OSError as error:
        raise NotSeenError("files cannot be deleted from here") from error
    return gone


@contextmanager
def _opened(storage: str, place: str) -> Iterator[int | None]:
    """A descriptor of the camera's directory, None where there is no such directory."""
    with os.scandir(storage) as entries:
        if next(entries, None) is None:
            raise NotSeenError("storage_path shows nothing, as an unmounted one does: name the directory above")
    descriptor = os.open(storage, _DIRECTORY & ~os.O_NOFOLLOW)
    try:
        for part in PurePosixPath(place).parts:
            try:
                below = os.open(part, _DIRECTORY, dir_fd=descriptor)
            except FileNotFoundError:
                yield None
                return
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def _seen(folder: str, name: str, descriptor: int) -> SeenFile | None:
    try:
        told = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    except FileNotFoundError:  # deleted while we look
        return None
    if not stat.S_ISREG(told.st_mode):
        return None
    return SeenFile(_path(folder, name), told.st_size, datetime.fromtimestamp(told.st_mtime, UTC))


def _is_own_link(name: str, descriptor: int) -> bool:
    if not name.startswith(_LINKS):
        return False
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def _unlink(name: str, descriptor: int) -> int:
    try:
        os.unlink(name, dir_fd=descriptor)
    except FileNotFoundError:  # somebody was faster
        return 0
    return 1


def _path(folder: str, name: str) -> str:
    return os.path.normpath(os.path.join(folder, name))


def _fail(error: OSError) -> None:
    # A directory that goes while we look has no files left to miss.
    if not isinstance(error, FileNotFoundError):
        raise error
