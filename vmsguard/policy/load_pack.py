"""Packs from files and folders: one pack per file, everything wrong with all of them reported at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from vmsguard.errors import ConfigError, PolicyError, Problems
from vmsguard.model.pack import Pack
from vmsguard.policy.builtin import PACK_FILE, pack_files
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.read_pack import PackReading, read_pack
from vmsguard.policy.syntax.yaml_files import YamlDocument, read_documents

__all__ = ["load_pack", "load_packs", "only_pack", "read_pack_file"]


def load_pack(path: Path, catalogue: Catalogue) -> Pack:
    """The pack in a file, or in the ``pack.yaml`` of a folder; raises ``Problems`` of ``PolicyError``."""
    return read_pack_file(path / PACK_FILE if path.is_dir() else path, catalogue).pack


def load_packs(folders: Iterable[Path], catalogue: Catalogue) -> Mapping[str, Pack]:
    """All packs in folders by id; raises ``Problems`` over all files, and for an id that stands twice."""
    found: dict[str, Pack] = {}
    problems: list[ConfigError] = []
    for file in pack_files(folders):
        try:
            pack = read_pack_file(file, catalogue).pack
        except Problems as several:
            problems += several.problems
            continue
        taken = found.setdefault(pack.id, pack)
        if taken is not pack:
            message = f"the pack id {pack.id!r} is taken by {taken.origin}"
            problems.append(PolicyError(message, file=file, line=1, column=1, hint="give each pack an id of its own"))
    if problems:
        raise Problems(problems)
    return dict(sorted(found.items()))


def read_pack_file(file: Path, catalogue: Catalogue) -> PackReading:
    """The pack in a file with its warnings; raises ``Problems`` of ``PolicyError``."""
    return only_pack(read_documents(file, error=PolicyError), catalogue)


def only_pack(documents: Sequence[YamlDocument], catalogue: Catalogue) -> PackReading:
    """The pack that stands alone in the documents of a file; raises ``Problems`` of ``PolicyError``."""
    first, *others = documents
    for other in others:
        hint = "a file holds one pack and nothing else"
        first.reader.fault(other.node, "a second document in the file of a pack", hint)
    if first.kind != "Pack":
        hint = "packs lie in folders of their own, as <id>/pack.yaml"
        first.reader.fault(first.node, f"expected kind: Pack, found kind: {first.kind}", hint)
        first.reader.finish()
    return read_pack(first, catalogue)
