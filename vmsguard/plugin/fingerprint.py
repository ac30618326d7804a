"""What an installed plugin consists of, as one digest: another release, and one that somebody edited, differ.

The files are read as they lie there now. The list that an installer left (``RECORD``) says what was
installed; a file that was changed afterwards still carries its old hash in it.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from vmsguard.errors import PluginError

__all__ = ["distribution_digest"]

_OF_THE_INSTALLATION = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
"""Files of the metadata folder that tell how it came here, and so differ between equal installations."""

_COMPILED = (".pyc", ".pyo")


def distribution_digest(name: str) -> str:
    """SHA-256 over path and content of every file of a distribution; of a module, where no distribution brings it.

    For an editable installation the files of the packages behind its entry points count, wherever they
    lie. Raises ``PluginError`` where the files cannot be found or read.
    """
    digest = hashlib.sha256()
    files = dict(_files(name))
    if not files:
        raise PluginError(name, "its files cannot be found", hint="reinstall it")
    for shown, file in sorted(files.items()):
        try:
            content = hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError as error:
            raise PluginError(name, f"{shown} cannot be read: {error.strerror}", hint="reinstall it") from error
        digest.update(f"{content}  {shown}\n".encode())
    return digest.hexdigest()


def _files(name: str) -> Iterator[tuple[str, Path]]:
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        yield from _of_module(name)
        return
    editable = False
    for path in distribution.files or ():
        metadata = len(path.parts) == 2 and path.parts[0].endswith((".dist-info", ".egg-info"))
        if path.name.startswith("__editable__") or path.suffix == ".pth":
            editable = True
        elif ".." in path.parts or path.suffix in _COMPILED or (metadata and path.name in _OF_THE_INSTALLATION):
            continue  # scripts name the interpreter of this machine
        else:
            yield path.as_posix(), Path(str(path.locate()))
    if editable or not distribution.files:
        points = distribution.entry_points
        for module in sorted({point.module.partition(".")[0] for point in points}):
            yield from _of_module(module)


def _of_module(name: str) -> Iterator[tuple[str, Path]]:
    """The files of an importable package or module; it is not imported."""
    try:
        spec = find_spec(name.partition(".")[0])
    except (ImportError, ValueError):
        return
    if spec is None:
        return
    for folder in spec.submodule_search_locations or ():
        yield from _below(Path(folder))
    if not spec.submodule_search_locations and spec.origin is not None:
        yield Path(spec.origin).name, Path(spec.origin)


def _below(folder: Path) -> Iterable[tuple[str, Path]]:
    for file in folder.rglob("*"):
        if file.is_file() and file.suffix not in _COMPILED and "__pycache__" not in file.parts:
            yield file.relative_to(folder.parent).as_posix(), file
