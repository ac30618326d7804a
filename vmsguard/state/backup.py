"""Copies of a SQLite state while it is in use: whole, private, in one file, and checked before they get their name."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from vmsguard.errors import StateError

__all__ = ["copy_sqlite", "faults_of"]

_TRIES_EVERY = 0.05


def copy_sqlite(source: Path, destination: Path, *, replace: bool = False) -> None:
    """Write a copy of the state at ``source`` as one moment had it; what is at ``destination`` stays unless told.

    SQLite's online backup: copying the file would miss what lies in its log. Raises ``StateError``; a copy that
    could not be completed leaves nothing.
    """
    if not replace and os.path.lexists(destination):
        raise StateError(f"{destination}: is there already", hint="name a file that is not there yet")
    if not source.exists():
        raise StateError(f"{source}: no state is there", hint="look at state: in vmsguard.yaml")
    part = destination.with_name(f".{destination.name}.part")
    try:
        _write(source, part)
        if replace:
            os.replace(part, destination)
        else:
            os.link(part, destination)  # unlike a rename it fails if somebody was faster
            part.unlink()
        _sync_folder(destination.parent)
    except sqlite3.Error as error:
        raise StateError(
            f"{destination}: cannot copy the state: {error}", hint="look at the disk and its room"
        ) from error
    except OSError as error:
        raise StateError(
            f"{destination}: cannot be written ({error.strerror})",
            hint="name a file in a folder that exists, that is ours to write, and whose disk has room",
        ) from error
    finally:
        part.unlink(missing_ok=True)


def faults_of(path: Path) -> str:
    """What SQLite finds wrong with a database file, in its words; empty for a sound one."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            told: str = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            return "" if told == "ok" else told
    except sqlite3.Error as error:
        return str(error)


def _write(source: Path, part: Path) -> None:
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as ours,
        closing(sqlite3.connect(part)) as copy,
    ):
        ours.backup(copy, sleep=_TRIES_EVERY)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file that can be carried away, and nothing beside it
    if fault := faults_of(part):
        raise sqlite3.DatabaseError(fault)
    with part.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
