"""Reading values out of parsed replies by qualified name; what is not there is None, what is wrong raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeAlias

from lxml import etree

from vmsguard_onvif.namespaces import SCHEMA
from vmsguard_onvif.reply_limits import LONGEST_LIST, LONGEST_TEXT, LONGEST_TOKEN

Element: TypeAlias = etree._Element

__all__ = [
    "TT",
    "Element",
    "Malformed",
    "children",
    "descend",
    "first",
    "flag",
    "instant",
    "local",
    "number",
    "only",
    "seconds",
    "text",
    "token",
]

TT = f"{{{SCHEMA}}}"

_DURATION = re.compile(
    r"P(?:(?P<Y>\d+)Y)?(?:(?P<M>\d+)M)?(?:(?P<D>\d+)D)?"
    r"(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?"
)
_LONGEST = 10_000 * 365 * 86400
_EXACT = 2**53
"""Beyond this a JSON number is no longer read the same everywhere."""
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_UNITS = {"Y": 365 * 86400, "M": 30 * 86400, "D": 86400, "h": 3600, "m": 60, "s": 1}


class Malformed(Exception):
    """A reply of the right operation that does not say what its schema demands."""


def children(element: Element, name: str) -> Iterator[Element]:
    """The direct children of that qualified name, and of no other."""
    return element.iterchildren(name)


def only(element: Element, name: str) -> Iterator[Element]:
    """The children of a list reply; raises if any is of another name.

    A list whose items stand in the wrong namespace would otherwise read as an empty one, and an empty
    list of recording jobs is good news.
    """
    for position, found in enumerate(element.iterchildren()):
        if found.tag != name:
            raise Malformed(f"an unexpected element in a list of {local(name)}")
        if position == LONGEST_LIST:
            raise Malformed(f"a list of more than {LONGEST_LIST} {local(name)}")
        yield found


def first(element: Element, name: str) -> Element | None:
    """The first direct child of that qualified name; ``Element.find`` compiles a path and takes five times as long."""
    return next(element.iterchildren(name), None)


def descend(element: Element | None, *path: str) -> Element | None:
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(name), None)
    return element


def text(element: Element | None, *path: str) -> str:
    """The stripped text at a path, empty if it is not there; raises for one longer than any value of the standard."""
    found: Element | None = element
    for name in path:
        if found is None:
            return ""
        found = next(found.iterchildren(name), None)
    told = None if found is None else found.text
    if found is None or told is None:
        return ""
    if len(told) > LONGEST_TEXT:
        raise Malformed(f"{local(str(found.tag))} of more than {LONGEST_TEXT} characters")
    return told.strip()


def token(element: Element, *path: str) -> str:
    """A token the schema demands: the text at a path, or the ``token`` attribute without one; raises if missing.

    Tokens become ids that people see and that are sent back as they are, so one that is no single line of
    visible characters raises too.
    """
    found = text(element, *path) if path else (element.get("token") or "").strip()
    if not found:
        raise Malformed(f"{local(str(element.tag))} without its token")
    if len(found) > LONGEST_TOKEN or not found.isprintable():
        raise Malformed(f"{local(str(element.tag))} with a token that is no name")
    return found


def flag(told: str | None) -> bool | None:
    """An ``xs:boolean``; None where the device did not say or said something else."""
    return None if told is None else _FLAGS.get(told.strip().lower())


def number(told: str) -> int | None:
    """A whole number, also where a device writes ``1.000000`` for it (Milesight); None for none, or one too large."""
    try:
        found = int(float(told))
    except (ValueError, OverflowError):
        return None
    return found if -_EXACT <= found <= _EXACT else None


def seconds(told: str) -> int | None:
    """An ``xs:duration`` in whole seconds (years and months as 365 and 30 days); None if it is none.

    Whatever is longer than ten thousand years counts as that.
    """
    match = _DURATION.fullmatch(told)
    if match is None or not any(match.groups()):
        return None
    return int(min(sum(float(value) * _UNITS[unit] for unit, value in match.groupdict().items() if value), _LONGEST))


def instant(told: str) -> datetime | None:
    """An ``xs:dateTime`` in UTC; None if it is none. A time without a zone is taken as UTC, as ONVIF asks."""
    try:
        found = datetime.fromisoformat(told.replace("Z", "+00:00"))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def local(name: str) -> str:
    """The local part of a tag or of a prefixed QName in text."""
    if "}" in name:
        name = name.rpartition("}")[2]
    return name.rpartition(":")[2] if ":" in name else name
