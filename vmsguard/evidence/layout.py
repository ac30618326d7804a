"""How a record is put together: members encoded one by one, and laid out in the order of their names.

A member is a text ``,"name":value``, and empty where it is not set. Records of one kind have the same names
over and over, so their order is found once; sorting the keys of every record costs more than encoding it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import getitem, itemgetter
from typing import Any, Protocol

from vmsguard.errors import EvidenceError
from vmsguard.evidence.canonical import canonical_json

__all__ = ["Encoder", "Layout", "Layouts", "member"]

_MOST_LAYOUTS = 256
"""Per event. Names are written in code, in a few ways each; whoever permutes them must not fill the memory."""


class Encoder(Protocol):
    """Looked up with a value as given, an encoder yields its member, or raises where it may not be written.

    A look-up rather than a call: for values seen before, it is one in a dictionary, without any Python.
    """

    def __getitem__(self, value: Any, /) -> str: ...


def member(name: str, value: Any) -> str:
    """One member in canonical form; the name is one of ours."""
    return f',"{name}":{canonical_json(value).decode()}'


class Layout:
    """How members under these names, in this order, become one canonical object."""

    __slots__ = ("_encoders", "_in_order")

    def __init__(self, names: Sequence[str], encoders: Mapping[str, Encoder], more: Sequence[str] = ()) -> None:
        every = (*names, *more)
        places = sorted(range(len(every)), key=every.__getitem__)
        self._encoders = tuple(encoders[name] for name in names)
        self._in_order: Callable[[Sequence[str]], Iterable[str]] = itemgetter(*places) if len(places) > 1 else tuple

    def encode(self, values: Iterable[Any]) -> list[str]:
        """The members of ``values``, which stand in the order of the names."""
        return list(map(getitem, self._encoders, values))

    def whole(self, values: Iterable[Any]) -> str:
        """The object that ``values`` alone make up."""
        return f"{{{''.join(self._in_order(list(map(getitem, self._encoders, values))))[1:]}}}"

    def join(self, members: Sequence[str]) -> str:
        """The object that the encoded members, followed by those of the names in ``more``, make up."""
        return f"{{{''.join(self._in_order(members))[1:]}}}"


class Layouts(dict[tuple[str, ...], Layout]):
    """The layouts of one event by the names in the order given, each made when it is first asked for.

    ``EvidenceError`` where a name is not allowed or one is lacking.
    """

    __slots__ = ("_more", "_required", "encoders")

    def __init__(self, encoders: Mapping[str, Encoder], required: frozenset[str], more: Sequence[str] = ()) -> None:
        self.encoders = encoders
        self._required = required
        self._more = more

    def __missing__(self, names: tuple[str, ...]) -> Layout:
        for name in names:
            if name not in self.encoders:
                raise EvidenceError(f"has no field {name}", hint="record declared fields only")
        if not self._required.issubset(names):
            raise EvidenceError(f"lacks {', '.join(sorted(self._required.difference(names)))}", hint="pass them")
        if len(self) >= _MOST_LAYOUTS:
            self.clear()
        return self.setdefault(names, Layout(names, self.encoders, self._more))
