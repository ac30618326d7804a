"""Where the files of each camera lie below the storage that can be seen from here; pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from vmsguard.model.inventory import Target
from vmsguard_motion.settings import Settings

__all__ = ["NO_STORAGE_PATH", "Hidden", "Place", "place_of", "places_of"]

NO_STORAGE_PATH = (
    "motion lists no files, and they are not visible from here: set the target's option storage_path to the "
    "directory above its cameras' own"
)

_PATTERNS = ("picture_filename", "movie_filename", "snapshot_filename", "timelapse_filename")


class Place(str):
    """A camera's directory, relative to ``storage_path``; ``.`` is that directory itself."""

    __slots__ = ()


class Hidden(str):
    """Why the files of a camera cannot be seen, or told from those of others."""

    __slots__ = ()


def places_of(target: Target, cameras: Mapping[str, Settings]) -> Mapping[str, Place | Hidden]:
    """Each camera's place; cameras that share a directory, or lie in each other's, are hidden.

    Who may change motion's settings chooses its directories: none outside ``storage_path`` is looked into.
    """
    found = {number: place_of(target, settings) for number, settings in cameras.items()}
    seen = {number: PurePosixPath(place).parts for number, place in found.items() if isinstance(place, Place)}
    owners: dict[tuple[str, ...], list[str]] = {}
    for number, parts in seen.items():
        owners.setdefault(parts, []).append(number)
    shared: set[str] = set()
    for number, parts in seen.items():
        above = [owner for depth in range(len(parts) + 1) for owner in owners.get(parts[:depth], ())]
        if above != [number]:
            shared.update(above)
    told = Hidden("its target_dir is another camera's too: give each camera a directory of its own")
    return {number: told if number in shared else place for number, place in found.items()}


def place_of(target: Target, settings: Settings) -> Place | Hidden:
    """One camera's place, whatever the others' are."""
    storage = target.options.get("storage_path", "")
    if not storage:
        return Hidden(NO_STORAGE_PATH)
    root = PurePosixPath(target.options.get("target_root", "") or storage)
    told = settings.text("target_dir")
    if told is None:
        return Hidden("its target_dir is not shown: raise webcontrol_parms to 2 or more")
    directory = PurePosixPath(told)
    if "%" in told or ".." in directory.parts or not directory.is_absolute():
        return Hidden("its target_dir is no absolute path without conversion specifiers")
    if not directory.is_relative_to(root) or not root.is_absolute() or root == PurePosixPath("/"):
        return Hidden("its target_dir lies outside storage_path")
    for name in _PATTERNS:
        pattern = settings.text(name)
        if pattern is None:
            return Hidden(f"its {name} is not shown: raise webcontrol_parms to 2 or more")
        if ".." in PurePosixPath(pattern).parts:
            return Hidden(f"its {name} leaves target_dir")
    return Place(directory.relative_to(root))
