"""Documents of one kind out of many files: each with an id of its own, and every mistake reported at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, TypeVar

from vmsguard.errors import ConfigError, PolicyError, Problems
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.yaml_files import YamlDocument, documents_of

__all__ = ["load_named", "read_id"]


class _Named(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def origin(self) -> str: ...


T = TypeVar("T", bound=_Named)


def load_named(paths: Iterable[Path], kind: str, read: Callable[[YamlDocument], T]) -> tuple[T, ...]:
    """What ``read`` makes of each document of the kind; raises ``Problems`` of all files, two equal ids among them."""
    found: dict[str, T] = {}
    readers: dict[str, Reader] = {}
    for document in documents_of(paths, (kind,), error=PolicyError):
        readers[document.reader.file] = document.reader
        value = read(document)
        taken = found.setdefault(value.id, value)
        if taken is not value and value.id:
            message = f"the id {value.id!r} is taken by {taken.origin}"
            document.reader.fault(document.node, message, "give each one an id of its own")
    problems: list[ConfigError] = []
    for reader in readers.values():
        try:
            reader.finish()
        except Problems as several:
            problems += several.problems
    if problems:
        raise Problems(problems)
    return tuple(found.values())


def read_id(reader: Reader, fields: Fields) -> str:
    """The id under ``metadata``, beside which a title may stand."""
    node = fields.need("metadata")
    if node is None:
        return ""
    with reader.fields(node, "metadata") as metadata:
        metadata.text("title", default="")
        return metadata.identifier("id")
