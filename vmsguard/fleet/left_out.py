"""What stands in the files of an installation and no list of its configuration reads: never passed over in silence.

A hold in a folder that only ``exceptions:`` names would keep nothing, and what it was to keep would be deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from vmsguard.errors import ConfigError, Problems
from vmsguard.fleet.load_config import Config
from vmsguard.policy.syntax.yaml_files import read_documents, yaml_files_in

__all__ = ["left_out"]


def left_out(config: Config) -> Iterator[ConfigError]:
    """One for each document that nothing reads; files that cannot be read are left to those who read them."""
    lists = _lists(config)
    read: dict[Path, set[str]] = {config.file: set()}
    for kind, (_, paths) in lists.items():
        try:
            files = yaml_files_in(paths)
        except Problems:
            continue
        for file in files:
            read.setdefault(file.resolve(), set()).add(kind)
    for file, kinds in read.items():
        missing = lists.keys() - kinds
        if missing and _may_hold(file, missing):
            yield from _documents_of(file, {kind: lists[kind][0] for kind in missing})


def _lists(config: Config) -> Mapping[str, tuple[str, Sequence[Path]]]:
    return {
        "Assignment": ("assignments", config.assignments),
        "Document": ("documents", config.documents),
        "Exception": ("exceptions", config.exceptions),
        "Freeze": ("freezes", config.freezes),
        "Hold": ("holds", config.holds),
        "Inventory": ("inventory", config.inventory),
    }


def _may_hold(file: Path, kinds: set[str]) -> bool:
    """Whether it is worth parsing: large inventories are not read twice."""
    try:
        text = file.read_bytes()
    except OSError:
        return False
    return re.search(rb"\b(?:" + "|".join(sorted(kinds)).encode() + rb")\b", text) is not None


def _documents_of(file: Path, keys: Mapping[str, str]) -> Iterator[ConfigError]:
    try:
        documents = read_documents(file)
    except Problems:
        return
    for document in documents:
        if document.kind in keys:
            key = keys[document.kind]
            yield ConfigError(
                f"kind: {document.kind} stands here, and {key} names no path that leads here: nothing would read it",
                file=file,
                line=document.node.line,
                column=document.node.column,
                hint=f"name this file or its folder under {key} in the configuration, or move it away",
            )
