"""Files that are written whole or not at all, and never over another."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vmsguard.errors import UsageError

__all__ = ["add_to", "write_new"]


def write_new(path: Path, text: str) -> None:
    """A new file; raises ``UsageError`` where one is there already, or where it cannot be written."""
    place = path.resolve()
    with _told(path), _written(place, text.encode(), 0o640) as temporary:
        # Unlike a rename, this fails where somebody was faster.
        os.link(temporary, place)


def add_to(path: Path, text: str) -> None:
    """Add to the end of a file; a crash leaves it as it was, or with all of the text. Keeps its mode."""
    place = path.resolve()
    with _told(path):
        before = place.read_bytes()
        between = b"" if before.endswith(b"\n") or not before else b"\n"
        mode = stat.S_IMODE(place.stat().st_mode)
        with _written(place, before + between + text.encode(), mode) as temporary:
            os.replace(temporary, place)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise UsageError(f"{path} exists and is not overwritten", hint="name another file") from error
    except OSError as error:
        told = error.strerror or type(error).__name__
        raise UsageError(
            f"{path} cannot be written: {told}", hint="name a file in a folder you may write to"
        ) from error


@contextmanager
def _written(place: Path, data: bytes, mode: int) -> Iterator[Path]:
    """A complete copy beside the place, to be given its name; durable together with it."""
    descriptor, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        yield temporary
        folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        temporary.unlink(missing_ok=True)
