"""Counts the files of a channel in visible storage, twice, and never opens one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vmsguard.model.vocabulary import Why
from vmsguard.witness.sighting import Sighting, proves_nothing

__all__ = ["NotToldError", "Tally", "grew", "look_files", "tally"]

MOST_FILES = 2_000_000


class NotToldError(Exception):
    """The directory cannot be counted; the message says why, without its path."""


@dataclass(frozen=True)
class Tally:
    """One look at a directory tree."""

    files: int
    total_bytes: int
    newest_ns: int
    oldest_ns: int = 0


def grew(before: Tally, after: Tally) -> bool:
    """Whether something was written between two looks, even while something else was deleted."""
    return after.newest_ns > before.newest_ns or after.files > before.files or after.total_bytes > before.total_bytes


def tally(storage: str, path: str) -> Tally:
    """Count a directory below the storage path, following no link; raises ``NotToldError``.

    A directory that is not there counts zero, but only below a storage path that is there and holds
    something: an unmounted disk is an empty directory too.
    """
    try:
        base = Path(storage).resolve(strict=True)
        with os.scandir(base) as entries:
            if next(entries, None) is None:
                raise NotToldError("the storage path is empty, as an unmounted one is")
        place = (base / path.lstrip("/")).resolve()
        if not place.is_relative_to(base):
            raise NotToldError("the path leaves the storage path")
        if not place.exists():
            return Tally(0, 0, 0)
        return _walk(place)
    except (OSError, ValueError, RuntimeError) as error:
        raise NotToldError("the storage cannot be read") from error


def _walk(place: Path) -> Tally:
    files = total = newest = oldest = 0
    waiting = [os.fspath(place)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                try:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                        continue
                    if not entry.is_file(follow_symlinks=False):
                        continue
                    found = entry.stat(follow_symlinks=False)
                except FileNotFoundError:  # deleted while we look
                    continue
                files += 1
                total += found.st_size
                newest = max(newest, found.st_mtime_ns)
                oldest = min(oldest or found.st_mtime_ns, found.st_mtime_ns)
                if files > MOST_FILES:
                    raise NotToldError("there are too many files to count")
    return Tally(files, total, newest, oldest)


async def look_files(
    storage: str | None, path: str, interval: float, sleep: Callable[[float], Awaitable[None]]
) -> Sighting:
    """Growth between two looks ``interval`` seconds apart, and the number of files at the second."""
    if not storage:
        return proves_nothing("no storage_path is set for this target")
    try:
        before = await asyncio.to_thread(tally, storage, path)
        await sleep(interval)
        after = await asyncio.to_thread(tally, storage, path)
    except NotToldError as error:
        return proves_nothing(str(error), Why.INCOMPLETE)
    return Sighting(
        grew(before, after),
        after.files,
        f"{after.files} files",
        oldest=_written(after.oldest_ns, after),
        newest=_written(after.newest_ns, after),
    )


def _written(ns: int, there: Tally) -> datetime | None:
    try:
        return datetime.fromtimestamp(ns / 1e9, UTC) if there.files else None
    except (ValueError, OverflowError):  # no such year
        return None
