"""Mistakes in files that are no policies and stand among them: configuration, inventory, lock and simulated fleets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vmsguard.errors import ConfigError

__all__ = ["other_problems"]

_PLACE = re.compile(r" - at `\$(?P<steps>[^`]*)`$")
_STEP = re.compile(r"\.(?P<key>[A-Za-z_0-9]+)|\[(?P<index>[0-9]+)\]")


def other_problems(files: Iterable[Path]) -> list[ConfigError]:
    """Every mistake in documents of the kinds Config, Inventory, Lock and Fleet in these files, which can be read."""
    from vmsguard.errors import ConfigError, Problems

    there = tuple(files)
    found: list[ConfigError] = []
    for job in _jobs(there) if there else ():
        try:
            job()
        except Problems as several:
            found += several.problems
        except ConfigError as one:
            found.append(one)
    return found


def _jobs(files: tuple[Path, ...]) -> Iterator[Callable[[], Any]]:
    from vmsguard.fleet.load_config import load_config
    from vmsguard.fleet.load_inventory import load_inventory
    from vmsguard.policy.lock.file import load_lock
    from vmsguard.policy.syntax.yaml_files import read_documents

    kinds = {file: {document.kind for document in read_documents(file)} for file in files}
    inventories = [file for file in files if "Inventory" in kinds[file]]
    if inventories:
        yield lambda: load_inventory(inventories)
    yield from (partial(load_config, file) for file in files if "Config" in kinds[file])
    yield from (partial(load_lock, file) for file in files if "Lock" in kinds[file])
    yield from (partial(_fleet, file) for file in files if "Fleet" in kinds[file])


def _fleet(file: Path) -> None:
    """The simulator reads its files by itself; where its reader names a place, that is found in the file."""
    from vmsguard.errors import ConfigError
    from vmsguard.policy.syntax.strict_yaml import read_yaml
    from vmsguard.simulator import load_fleet

    try:
        load_fleet(file)
    except ConfigError as cause:
        place = _PLACE.search(cause.message)
        tree = read_yaml(file)[0]
        line, column = _found(tree, place["steps"]) if place else _entry(tree, cause.message.partition(": ")[0])
        message = cause.message.removesuffix(place[0]) if place else cause.message
        hint = cause.hint if place is None and cause.hint else "see the sample that vmsguard demo writes"
        if cause.line is not None:
            line, column = cause.line, cause.column or 1
        raise ConfigError(message, file=file, line=line, column=column, hint=hint) from cause


def _entry(node: Any, name: str) -> tuple[int, int]:
    """Where the group or recorder of this id stands."""
    for part in ("groups", "recorders"):
        listed = node.value.get(part) if isinstance(node.value, dict) else None
        for entry in listed.value if listed is not None and isinstance(listed.value, list) else ():
            if isinstance(entry.value, dict) and "id" in entry.value and entry.value["id"].value == name:
                return entry.line, entry.column
    return node.line, node.column


def _found(node: Any, steps: str) -> tuple[int, int]:
    """Where a path such as ``.groups[0].count`` leads; as far as it goes, if part of it is not there."""
    for step in _STEP.finditer(steps):
        value = node.value
        if isinstance(value, dict) and step["key"] in value:
            node = value[step["key"]]
        elif isinstance(value, list) and step["index"] is not None and int(step["index"]) < len(value):
            node = value[int(step["index"])]
        else:
            break
    return node.line, node.column
