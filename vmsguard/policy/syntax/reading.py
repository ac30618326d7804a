"""Turn a positioned YAML tree into typed values, collecting every mistake of a file at once.

::

    reader = Reader(path)
    with reader.fields(node, "a target") as target:
        id = target.identifier("id")                       # required
        role = target.choice("role", Role)
        place = target.text("place", default="")           # optional
        pin = target.optional("tls_pin", reader.text)      # None if absent or null
        hosts = target.texts("hosts", default=())
    reader.finish()                                         # raises Problems, in file order

Leaving the ``with`` block reports every key that nobody asked for, with the nearest known name. Each
method reports a mistake where it stands and returns a placeholder; nothing read may be used before
``finish`` has returned.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from vmsguard.model.span import Span
from vmsguard.policy.syntax.scalars import NO_INSTANT, ScalarReader, describe
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.suggest import did_you_mean, nearest

__all__ = ["Fields", "Reader"]

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class Reader(ScalarReader):
    """Single values, lists and maps out of one file."""

    @contextmanager
    def fields(self, node: Node, what: str) -> Iterator[Fields]:
        """The keys of a map; ``what`` names it in messages: "a target"."""
        fields = Fields(self, node, what)
        yield fields
        fields.close()

    def items(self, node: Node, what: str, *, least: int = 0) -> list[Node]:
        """The entries of a list."""
        if not isinstance(node.value, list):
            self.fault(
                node, f"{what}: expected a list, found {describe(node)}", "write [a, b] or lines starting with -"
            )
            return []
        if len(node.value) < least:
            self.fault(node, f"{what}: empty list", "write at least one entry, or remove the key")
        return node.value

    def entries(self, node: Node, what: str, *, least: int = 0) -> list[tuple[str, Node]]:
        """The keys and values of a map whose keys are not fixed."""
        if not isinstance(node.value, dict):
            self.fault(
                node, f"{what}: expected a map, found {describe(node)}", "write {key: value} or lines of key: value"
            )
            return []
        if len(node.value) < least:
            self.fault(node, f"{what}: empty map", "write at least one entry, or remove the key")
        return list(node.value.items())

    def each(self, node: Node, what: str, read: Callable[[Node, str], T], *, least: int = 0) -> tuple[T, ...]:
        """A list whose entries are all read the same way; equal entries are a mistake."""
        return self.unlike(self.items(node, what, least=least), what, read)

    def unlike(self, items: Iterable[Node], what: str, read: Callable[[Node, str], T]) -> tuple[T, ...]:
        """Entries that are all read the same way, no two of them equal."""
        found: list[T] = []
        seen: set[T] = set()
        unhashable: list[T] = []
        for item in items:
            before = len(self.problems)
            value = read(item, what)
            try:  # looking through a long list for each of its entries would take forever
                again = value in seen
                seen.add(value)
            except TypeError:
                again = value in unhashable
                unhashable.append(value)
            if len(self.problems) == before and again:
                told = value if isinstance(value, str | int) else "the same"
                self.fault(item, f"{what}: {told} stands there twice", "keep one of the two")
            found.append(value)
        return tuple(found)

    def texts(self, node: Node, what: str, *, least: int = 0) -> tuple[str, ...]:
        return self.each(node, what, self.text, least=least)

    def identifiers(self, node: Node, what: str, *, least: int = 0) -> tuple[str, ...]:
        return self.each(node, what, self.identifier, least=least)


class Fields:
    """The keys of one map. Without a ``default`` a key is required; keys nobody asks for are mistakes."""

    def __init__(self, reader: Reader, node: Node, what: str) -> None:
        self.reader = reader
        self.here = node
        self.what = what
        self._map: dict[str, Node] = {}
        self._asked: list[str] = []
        self._missing: list[str] = []
        self._broken = not isinstance(node.value, dict)
        if isinstance(node.value, dict):
            self._map = node.value
        else:
            reader.fault(node, f"{what}: expected a map, found {describe(node)}", "write lines of key: value")

    def __contains__(self, key: str) -> bool:
        return key in self._map

    def skip(self, *keys: str) -> None:
        """Accept keys that somebody else reads."""
        self._asked += keys

    def close(self) -> None:
        """Report the keys that nobody asked for, and the required ones that no misspelt key accounts for."""
        absent = [name for name in self._asked if name not in self._map]
        meant: set[str] = set()
        for key, node in self._map.items():
            if key not in self._asked:
                meant.update(nearest(key, self._missing))
                hint = did_you_mean(key, absent or self._asked)
                self.reader.fault(node, f"unknown key {key!r} in {self.what}", hint, at_key=True)
        for key in self._missing:
            if key not in meant:
                self.reader.fault(self.here, f"{self.what} needs the key {key!r}", f"add {key}:")

    def peek(self, key: str) -> Node | None:
        """The node under a key, if there is one; somebody else asks for it and reports what is wrong."""
        return self._map.get(key)

    def get(self, key: str) -> Node | None:
        """The node under an optional key; a key with nothing behind it is a mistake."""
        self._asked.append(key)
        node = self._map.get(key)
        if node is not None and node.value is None:
            self.reader.fault(node, f"{key}: nothing stands here", "write a value, or remove the key", at_key=True)
            return None
        return node

    def need(self, key: str) -> Node | None:
        """The node under a required key; None if it is not there, which ``close`` reports."""
        node = self.get(key)
        if key not in self._map and not self._broken and key not in self._missing:
            self._missing.append(key)
        return node

    def read(self, key: str, read: Callable[[Node, str], T], broken: T, default: T | None) -> T:
        """The value under a key, read by ``read``; ``broken`` stands in for a required one that is missing."""
        node = self.need(key) if default is None else self.get(key)
        if node is None:
            return broken if default is None else default
        return read(node, key)

    def optional(self, key: str, read: Callable[[Node, str], T]) -> T | None:
        """The value under a key that may be absent or null."""
        self._asked.append(key)
        node = self._map.get(key)
        return None if node is None or node.value is None else read(node, key)

    def text(self, key: str, default: str | None = None) -> str:
        return self.read(key, self.reader.text, "", default)

    def identifier(self, key: str, default: str | None = None) -> str:
        return self.read(key, self.reader.identifier, "", default)

    def word(self, key: str, known: Collection[str], default: str | None = None) -> str:
        return self.read(key, lambda node, what: self.reader.word(node, what, known), "", default)

    def choice(self, key: str, kind: type[E], default: E | None = None) -> E:
        return self.read(key, lambda node, what: self.reader.choice(node, what, kind), next(iter(kind)), default)

    def boolean(self, key: str, default: bool | None = None) -> bool:
        return self.read(key, self.reader.boolean, False, default)

    def integer(
        self, key: str, default: int | None = None, *, least: int | None = None, most: int | None = None
    ) -> int:
        def read(node: Node, what: str) -> int:
            return self.reader.integer(node, what, least=least, most=most)

        return self.read(key, read, 0, default)

    def number(
        self, key: str, default: float | None = None, *, least: float | None = None, most: float | None = None
    ) -> float:
        def read(node: Node, what: str) -> float:
            return self.reader.number(node, what, least=least, most=most)

        return self.read(key, read, 0.0, default)

    def duration(self, key: str, default: timedelta | None = None) -> timedelta:
        return self.read(key, self.reader.duration, timedelta(0), default)

    def span(self, key: str, default: Span | None = None) -> Span:
        return self.read(key, self.reader.span, Span(), default)

    def instant(self, key: str, default: datetime | None = None) -> datetime:
        return self.read(key, self.reader.instant, NO_INSTANT, default)

    def date(self, key: str, default: date | None = None) -> date:
        return self.read(key, self.reader.date, date.min, default)

    def texts(self, key: str, default: Sequence[str] | None = None, *, least: int = 0) -> tuple[str, ...]:
        given = None if default is None else tuple(default)
        return self.read(key, lambda node, what: self.reader.texts(node, what, least=least), (), given)

    def identifiers(self, key: str, default: Sequence[str] | None = None, *, least: int = 0) -> tuple[str, ...]:
        given = None if default is None else tuple(default)
        return self.read(key, lambda node, what: self.reader.identifiers(node, what, least=least), (), given)

    def items(self, key: str, *, required: bool = True, least: int = 0) -> list[Node]:
        """The entries of the list under a key; none if it is optional and absent."""
        node = self.need(key) if required else self.get(key)
        return [] if node is None else self.reader.items(node, key, least=least)

    def entries(self, key: str, *, required: bool = True, least: int = 0) -> list[tuple[str, Node]]:
        """The keys and values of the map under a key; none if it is optional and absent."""
        node = self.need(key) if required else self.get(key)
        return [] if node is None else self.reader.entries(node, key, least=least)
