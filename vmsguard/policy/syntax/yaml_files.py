"""The documents of YAML files by kind: every file says ``apiVersion: vmsguard/v1`` and a ``kind``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from msgspec import Struct

from vmsguard.errors import ConfigError, Problems
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.strict_yaml import MAX_BYTES, Node, read_yaml
from vmsguard.policy.syntax.suggest import did_you_mean

__all__ = [
    "API_VERSION",
    "KINDS",
    "YamlDocument",
    "documents_of",
    "each_document_of",
    "read_documents",
    "yaml_files_in",
]

API_VERSION = "vmsguard/v1"

KINDS = (
    "Assignment",
    "Config",
    "Document",
    "Exception",
    "Fleet",
    "Freeze",
    "Hold",
    "Inventory",
    "Lock",
    "Pack",
    "PolicyTests",
)


class YamlDocument(Struct, frozen=True):
    """One document of a file: its kind, its tree and the reader that collects its mistakes."""

    kind: str
    node: Node
    reader: Reader

    @contextmanager
    def fields(self) -> Iterator[Fields]:
        """The keys of the document beside ``apiVersion`` and ``kind``, which are checked already."""
        with self.reader.fields(self.node, f"kind {self.kind}") as fields:
            fields.skip("apiVersion", "kind")
            yield fields


def read_documents(
    path: Path, *, error: type[ConfigError] = ConfigError, max_bytes: int = MAX_BYTES
) -> tuple[YamlDocument, ...]:
    """Every document of a file with its kind, sharing one reader; raises ``Problems`` if one has none.

    Call ``reader.finish()`` once all of them are read.
    """
    reader = Reader(path, error)
    found: list[YamlDocument] = []
    documents = read_yaml(path, error=error, max_bytes=max_bytes)
    for node in documents:
        if node.value is None and len(documents) > 1:
            continue
        if kind := _kind(reader, node):
            found.append(YamlDocument(kind, node, reader))
    if not documents:
        reader.fault(Node(None, 1, 1), "the file is empty", f"start with apiVersion: {API_VERSION} and kind:")
    reader.finish()
    return tuple(found)


def documents_of(
    paths: Iterable[Path], kinds: Sequence[str], *, error: type[ConfigError] = ConfigError
) -> tuple[YamlDocument, ...]:
    """The documents of these kinds in files and folders, all unreadable files reported at once."""
    return tuple(each_document_of(paths, kinds, error=error))


def each_document_of(
    paths: Iterable[Path], kinds: Sequence[str], *, error: type[ConfigError] = ConfigError
) -> Iterator[YamlDocument]:
    """The same one after the other, so that a file's tree can go before the next one is read.

    Files that cannot be read are raised together at the end.
    """
    problems: list[ConfigError] = []
    for path in yaml_files_in(paths, error=error):
        try:
            documents = list(read_documents(path, error=error))
        except Problems as several:
            problems += several.problems
            continue
        documents.reverse()
        while documents:
            if (document := documents.pop()).kind in kinds:
                yield document
            del document
    if problems:
        raise Problems(problems)


def yaml_files_in(paths: Iterable[Path], *, error: type[ConfigError] = ConfigError) -> list[Path]:
    """The files named, and the YAML files of the folders named, in a stable order, each once.

    What is linked belongs to a folder like what lies in it, and a folder that cannot be read is an error: a hold
    that is passed over keeps nothing.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            for file in sorted(_inside(path, error)):
                found.setdefault(file.resolve(), file)
        elif path.exists():
            found.setdefault(path.resolve(), path)
        else:
            raise Problems([error("no such file or folder", file=path, hint="check the path in the configuration")])
    return list(found.values())


def _inside(folder: Path, error: type[ConfigError]) -> Iterator[Path]:
    def unreadable(cause: OSError) -> NoReturn:
        told = cause.strerror or type(cause).__name__
        hint = "check the path and the permissions"
        raise Problems([error(f"cannot be read: {told}", file=cause.filename or folder, hint=hint)]) from cause

    seen: set[Path] = set()
    for at, folders, files in os.walk(folder, onerror=unreadable, followlinks=True):
        here = Path(at)
        if here.resolve() in seen:  # links may lead in a circle
            folders.clear()
            continue
        seen.add(here.resolve())
        yield from (here / name for name in files if Path(name).suffix.lower() in (".yaml", ".yml"))


def _kind(reader: Reader, node: Node) -> str:
    value = node.value
    if not isinstance(value, dict):
        with reader.fields(node, "a document"):
            return ""
    before = len(reader.problems)
    version, kind = value.get("apiVersion"), value.get("kind")
    if version is None:
        reader.fault(node, "a document needs the key 'apiVersion'", f"add apiVersion: {API_VERSION}")
    elif version.value != API_VERSION:
        reader.fault(version, f"apiVersion: unknown value {version.value!r}", f"write {API_VERSION}")
    if kind is None:
        reader.fault(node, "a document needs the key 'kind'", f"add kind: one of {', '.join(KINDS)}")
    elif not isinstance(kind.value, str) or kind.value not in KINDS:
        told = str(kind.value)
        reader.fault(kind, f"unknown kind {told!r}", _nearest_kind(told))
    if len(reader.problems) > before or kind is None:
        return ""
    return str(kind.value)


def _nearest_kind(word: str) -> str:
    """The hint for a kind nobody knows; capital letters are part of it."""
    by_lower = {kind.lower(): kind for kind in KINDS}
    hint = did_you_mean(word, by_lower)
    for lower, kind in by_lower.items():
        hint = hint.replace(lower, kind)
    return hint
