"""Where packs lie: the folder that ships with vmsguard, and pack files inside any folder."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import vmsguard
from vmsguard.errors import PolicyError, Problems

__all__ = ["PACK_FILE", "builtin_folder", "pack_files"]

PACK_FILE = "pack.yaml"


def builtin_folder() -> Path:
    """The folder of the packs that ship with vmsguard.

    ``vmsguard.policies`` is mapped onto the top-level folder ``policies`` when the package is installed;
    in a checkout that was never installed the folder stands beside the package.
    """
    spec = find_spec("vmsguard.policies")
    if spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    return Path(vmsguard.__file__).resolve().parent.parent / "policies"


def pack_files(folders: Iterable[Path]) -> list[Path]:
    """The pack files in folders: ``<id>/pack.yaml`` inside each, its own ``pack.yaml``, or the file itself."""
    found: dict[Path, None] = {}
    for folder in folders:
        if folder.is_file():
            found[folder] = None
        elif folder.is_dir():
            own = [folder / PACK_FILE] if (folder / PACK_FILE).is_file() else []
            found.update(dict.fromkeys([*own, *sorted(folder.glob(f"*/{PACK_FILE}"))]))
        else:
            problem = PolicyError("no such file or folder of packs", file=folder, hint="check the path")
            raise Problems([problem])
    return list(found)
