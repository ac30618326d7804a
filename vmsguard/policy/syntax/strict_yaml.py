"""YAML as this project accepts it: a small, typed subset in which every value remembers where it stands.

Only ``true`` and ``false`` are booleans and only plain decimal numbers are integers; everything else is
text. PyYAML's own reading turns ``12:30`` into 750, ``NO`` into False and lets the second of two equal
keys win; in a policy each of these would silently change what is required of a camera.

The tree is built from the parser's events, not by its composer: libyaml's composer recurses in C, and a
file of opening brackets would end the process instead of raising an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from msgspec import Struct
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from vmsguard.errors import ConfigError, Problems

__all__ = ["MAX_BYTES", "MAX_DEPTH", "Node", "parse_yaml", "plain_tree", "read_yaml"]

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 40
MAX_ALIASES = 100
MAX_COPIES = 10_000
"""How many values all aliases together may repeat; what stops "a billion laughs"."""

Value: TypeAlias = "bool | int | str | list[Node] | dict[str, Node] | None"

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_CONTROL = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\ud800-\\udfff\\ufeff\\ufffe\\uffff]"
    "|[\\u200b\\u202a-\\u202e\\u2066-\\u2069]"
)
"""What YAML forbids, and what makes a line read otherwise than it looks (zero-width and direction marks)."""
_STR_TAG = "tag:yaml.org,2002:str"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Node(Struct, frozen=True):
    """A value with its 1-based place; in a map also the place of its key."""

    value: Value
    line: int
    column: int
    plain: bool = False
    """Written without quotes, so another YAML reader may take it for a number, a date or a boolean."""
    key_line: int = 0
    key_column: int = 0
    copies: int = 1
    """How many values it holds, itself included."""


def read_yaml(path: Path, *, error: type[ConfigError] = ConfigError, max_bytes: int = MAX_BYTES) -> tuple[Node, ...]:
    """The documents of a file, in order; raises ``Problems`` whose errors are of the type ``error``."""
    try:
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as cause:
        told = cause.strerror or type(cause).__name__
        hint = "check the path and the permissions"
        raise Problems([error(f"cannot be read: {told}", file=path, hint=hint)]) from cause
    return parse_yaml(data, file=str(path), error=error, max_bytes=max_bytes)


def parse_yaml(
    data: bytes, *, file: str, error: type[ConfigError] = ConfigError, max_bytes: int = MAX_BYTES
) -> tuple[Node, ...]:
    """The documents in ``data``, in order; raises ``Problems`` whose errors are of the type ``error``."""
    composer = _Composer(file, error)
    try:
        text = _decoded(data, file, error, max_bytes)
        documents = composer.documents(text)
    except yaml.YAMLError as cause:
        raise Problems([*composer.problems, _syntax_error(cause, file, error)]) from cause
    except ConfigError as cause:
        raise Problems([*composer.problems, cause]) from cause
    if composer.problems:
        raise Problems(composer.problems)
    return documents


def plain_tree(node: Node) -> Any:
    """The same values without their places, as JSON would hold them."""
    value = node.value
    if isinstance(value, dict):
        return {key: plain_tree(child) for key, child in value.items()}
    if isinstance(value, list):
        return [plain_tree(child) for child in value]
    return value


def _decoded(data: bytes, file: str, error: type[ConfigError], max_bytes: int) -> str:
    if len(data) > max_bytes:
        hint = "split it: several files and folders may be named wherever one may"
        raise error(f"larger than {max_bytes} bytes", file=file, line=1, column=1, hint=hint)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        line, column = _place(data[: cause.start].decode("utf-8", "replace"))
        hint = "save the file as UTF-8"
        raise error("not UTF-8", file=file, line=line, column=column, hint=hint) from cause
    found = _CONTROL.search(text)
    if found:
        line, column = _place(text[: found.start()])
        message = f"character U+{ord(found[0]):04X}"
        raise error(message, file=file, line=line, column=column, hint="remove it; it cannot be seen in an editor")
    return text


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _syntax_error(cause: yaml.YAMLError, file: str, error: type[ConfigError]) -> ConfigError:
    mark = getattr(cause, "problem_mark", None) or getattr(cause, "context_mark", None)
    message = (getattr(cause, "problem", None) or "the parser gave up").strip()
    hint = "check the indentation and the quotes on this line and the one above"
    if "cannot start any token" in message:
        hint = "indent with spaces, not tabs, and quote text that starts with @, ` or %"
    if "mapping values are not allowed" in message:
        hint = 'a ":" inside text needs quotes; otherwise check the indentation'
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return error(f"not YAML: {message}", file=file, line=line, column=column, hint=hint)


class _Composer:
    """Builds trees from parser events and keeps what can be reported without stopping."""

    def __init__(self, file: str, error: type[ConfigError]) -> None:
        self.file = file
        self.error = error
        self.problems: list[ConfigError] = []
        self._anchors: dict[str, Node] = {}
        self._open: set[str] = set()
        self._aliases = 0
        self._copies = 0

    def documents(self, text: str) -> tuple[Node, ...]:
        found: list[Node] = []
        loader = _LOADER(text)
        try:
            # What yaml.parse gives, without its frame around every event; after the last one there is None.
            events: Iterator[Any] = iter(loader.get_event, None)
            for event in events:
                if isinstance(event, DocumentStartEvent):
                    self._anchors.clear()
                    found.append(self._node(next(events), events, 1))
        finally:
            loader.dispose()
        return tuple(found)

    def _fault(self, event: Any, message: str, hint: str) -> ConfigError:
        mark = event.start_mark
        return self.error(message, file=self.file, line=mark.line + 1, column=mark.column + 1, hint=hint)

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        kind = type(event)
        if kind is AliasEvent:
            return self._alias(event)
        if depth > MAX_DEPTH:
            raise self._fault(event, f"nested more than {MAX_DEPTH} levels deep", "flatten the file")
        if event.tag is not None and event.tag not in ("!", _STR_TAG):
            raise self._fault(event, f"tag {event.tag}", "tags are not supported; remove it")
        anchor = event.anchor
        if anchor is not None:
            self._open.add(anchor)
        if kind is ScalarEvent:
            node = _scalar(event)
        elif kind is SequenceStartEvent:
            node = self._sequence(event, events, depth)
        else:
            node = self._mapping(event, events, depth)
        if anchor is not None:
            self._open.discard(anchor)
            self._anchors[anchor] = node
        return node

    def _alias(self, event: Any) -> Node:
        name = event.anchor
        if name in self._open:
            raise self._fault(event, f"alias *{name} stands inside what it repeats", "write the value out")
        node = self._anchors.get(name)
        if node is None:
            raise self._fault(event, f"alias *{name} has no anchor before it", f"write &{name} where the value stands")
        self._aliases += 1
        self._copies += node.copies
        if self._aliases > MAX_ALIASES or self._copies > MAX_COPIES:
            raise self._fault(event, "too many aliases", "write the values out; aliases are for a few repeats")
        return node

    def _sequence(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        children: list[Node] = []
        for child in events:
            if type(child) is SequenceEndEvent:
                break
            children.append(self._node(child, events, depth + 1))
        mark = event.start_mark
        copies = 1 + sum(child.copies for child in children)
        return Node(children, mark.line + 1, mark.column + 1, copies=copies)

    def _mapping(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        entries: dict[str, Node] = {}
        copies = 1
        for key in events:
            if type(key) is MappingEndEvent:
                break
            name = self._key(key)
            child = self._node(next(events), events, depth + 1)
            copies += child.copies
            mark = key.start_mark
            if name in entries:
                first = entries[name]
                message = f"duplicate key {name!r}, first on line {first.key_line}"
                self.problems.append(self._fault(key, message, "keep one of the two"))
                continue
            entries[name] = Node(
                child.value, child.line, child.column, child.plain, mark.line + 1, mark.column + 1, child.copies
            )
        mark = event.start_mark
        return Node(entries, mark.line + 1, mark.column + 1, copies=copies)

    def _key(self, event: Any) -> str:
        if type(event) is not ScalarEvent:
            raise self._fault(event, "a key that is not plain text", "write keys as words")
        if event.value == "<<" and not event.style:
            raise self._fault(event, "merge key <<", "merge keys are not supported; write the values out")
        name: str = event.value
        return name


def _scalar(event: Any) -> Node:
    mark = event.start_mark
    plain = not event.style
    text: str = event.value
    value: Value = text
    if plain:
        if text in ("true", "false"):
            value = text == "true"
        elif text in ("", "~", "null"):
            value = None
        elif text[0] in "-0123456789" and _INTEGER.fullmatch(text):
            value = int(text)
    return Node(value, mark.line + 1, mark.column + 1, plain)
