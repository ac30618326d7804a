"""Single values out of a positioned tree: each reader gives the typed value or reports what is wrong with it.

A reader that finds a mistake returns a placeholder of its type, so that reading goes on and every mistake
of a file is reported at once; ``Reader.finish`` raises before a placeholder can be used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from vmsguard.errors import ConfigError, Problems
from vmsguard.model.span import Span
from vmsguard.policy.syntax.durations import parse_duration, parse_span
from vmsguard.policy.syntax.instants import parse_date, parse_instant
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.suggest import did_you_mean

__all__ = ["ID_PATTERN", "MOST_PROBLEMS", "NO_INSTANT", "ScalarReader", "describe", "other_reading"]

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

MOST_PROBLEMS = 250
"""In one file; whoever made more mends these first, and finding the nearest word for each takes its time."""

NO_INSTANT = datetime.min.replace(tzinfo=UTC)
"""Stands in for an instant that could not be read."""

ID_PATTERN = r"^[a-z0-9][a-z0-9.-]*$"

_ID = re.compile(ID_PATTERN, re.ASCII)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
_NO_BOOLEAN = re.compile(r"yes|no|on|off|true|false|y|n", re.IGNORECASE)
_OTHER_READINGS = (
    (_NO_BOOLEAN, "true or false"),
    (re.compile(r"null", re.IGNORECASE), "nothing"),
    (re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"), "a number counted in sixties"),
    (re.compile(r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|[0-9][0-9_]*)"), "a number"),
    (re.compile(r"[-+]?([0-9][0-9_]*\.[0-9_]*|\.[0-9_]+|\.inf|\.nan)([eE][-+]?[0-9]+)?", re.IGNORECASE), "a number"),
)

_NUMBERS_BEGIN = "+-.0123456789"
_LONGEST_WORD = len("false")


def other_reading(text: str) -> str:
    """What another YAML reader makes of this word without quotes, or "" if it stays text."""
    if text[:1] not in _NUMBERS_BEGIN and len(text) > _LONGEST_WORD:
        return ""
    return next((meaning for pattern, meaning in _OTHER_READINGS if pattern.fullmatch(text)), "")


def describe(node: Node) -> str:
    """What stands at a node, for messages."""
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {value!r}" if len(value) <= 60 else "a long text"
    return "a list" if isinstance(value, list) else "a map"


class ScalarReader:
    """Collects the mistakes of one file while single values are read out of it."""

    def __init__(self, file: str | Path, error: type[ConfigError] = ConfigError) -> None:
        self.file = str(file)
        self.error = error
        self.problems: list[ConfigError] = []
        self.warnings: list[ConfigError] = []

    def fault(self, node: Node, message: str, hint: str = "", *, at_key: bool = False) -> None:
        """Report a mistake at a node, or at the key it stands under; raises ``Problems`` where there are too many."""
        self.problems.append(self._at(node, message, hint, at_key))
        if len(self.problems) >= MOST_PROBLEMS:
            self.finish()

    def warn(self, node: Node, message: str, hint: str = "", *, at_key: bool = False) -> None:
        """Report something that loads and that a person should look at."""
        self.warnings.append(self._at(node, message, hint, at_key))

    def finish(self) -> None:
        """Raise ``Problems`` with every mistake so far, in file order; return if there is none."""
        if self.problems:
            raise Problems(sorted(self.problems, key=lambda problem: (problem.line or 0, problem.column or 0)))

    def text(self, node: Node, what: str) -> str:
        """Text that is not empty; words other YAML readers take for something else must be quoted."""
        value = node.value
        if not isinstance(value, str):
            quoted = isinstance(value, (bool, int))
            hint = f'quote it: "{str(value).lower()}"' if quoted else "write text"
            self.fault(node, f"{what}: expected text, found {describe(node)}", hint)
            return ""
        if not value.strip():
            self.fault(node, f"{what}: empty text", "write what is meant, or remove the key")
        elif node.plain and (meaning := other_reading(value)):
            message = f"{what}: {value} without quotes is {meaning} to other YAML readers"
            self.fault(node, message, f'quote it: "{value}"')
        return value

    def identifier(self, node: Node, what: str) -> str:
        """An id: lower-case letters, digits, dots and hyphens."""
        before = len(self.problems)
        value = self.text(node, what)
        if len(self.problems) == before and not _ID.match(value):
            hint = "ids are lower-case letters, digits, dots and hyphens, and start with a letter or digit"
            self.fault(node, f"{what}: {value!r} is not an id", hint)
        return value

    def word(self, node: Node, what: str, known: Collection[str]) -> str:
        """One of the known words."""
        value = node.value
        if isinstance(value, str) and value in known:
            return value
        if isinstance(value, (str, bool, int)):
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            self.fault(node, f"{what}: unknown value {shown!r}", did_you_mean(shown, known))
        else:
            self.fault(node, f"{what}: expected a word, found {describe(node)}", did_you_mean("", known))
        return next(iter(known), "")

    def choice(self, node: Node, what: str, kind: type[E]) -> E:
        """A member of the enum, by its value."""
        return kind(self.word(node, what, [member.value for member in kind]))

    def boolean(self, node: Node, what: str) -> bool:
        """``true`` or ``false`` and nothing else."""
        value = node.value
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and _NO_BOOLEAN.fullmatch(value):
            self.fault(node, f"{what}: {value} is text here", "write true or false")
        else:
            self.fault(node, f"{what}: expected true or false, found {describe(node)}", "write true or false")
        return False

    def integer(self, node: Node, what: str, *, least: int | None = None, most: int | None = None) -> int:
        """A whole number within the limits."""
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int):
            hint = "write a whole number in decimal, without quotes"
            if isinstance(value, str) and ":" in value and other_reading(value):
                hint = f"{value} is neither a number nor a time here; write a whole number in decimal"
            self.fault(node, f"{what}: expected a whole number, found {describe(node)}", hint)
            return least or 0
        self._within(node, what, value, least, most)
        return value

    def number(self, node: Node, what: str, *, least: float | None = None, most: float | None = None) -> float:
        """A number, whole or with a decimal point, within the limits."""
        value = node.value
        if isinstance(value, str) and node.plain and _NUMBER.fullmatch(value):
            value = float(value)  # type: ignore[assignment]
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.fault(node, f"{what}: expected a number, found {describe(node)}", "write a number such as 2 or 0.5")
            return least or 0.0
        self._within(node, what, value, least, most)
        return float(value)

    def duration(self, node: Node, what: str) -> timedelta:
        """An exact ISO 8601 duration above zero."""
        return self._parsed(node, what, "a duration", parse_duration, timedelta(0))

    def span(self, node: Node, what: str) -> Span:
        """An ISO 8601 duration above zero that may count months and years."""
        return self._parsed(node, what, "a duration", parse_span, Span())

    def instant(self, node: Node, what: str) -> datetime:
        """An RFC 3339 instant with its offset."""
        return self._parsed(node, what, "an instant", parse_instant, NO_INSTANT)

    def date(self, node: Node, what: str) -> date:
        """A calendar day, with or without quotes."""
        return self._parsed(node, what, "a date", parse_date, date.min)

    def scalar(self, node: Node, what: str) -> bool | int | str:
        """Text, a whole number or a boolean, as it is written."""
        if isinstance(node.value, (bool, int)):
            return node.value
        return self.text(node, what)

    def _parsed(self, node: Node, what: str, kind: str, parse: Callable[[str], T], broken: T) -> T:
        if not isinstance(node.value, str):
            hint = "write it as text"
            if isinstance(node.value, int) and parse in (parse_duration, parse_span):
                hint = "write an ISO 8601 duration such as PT24H or P180D; a bare number has no unit"
            self.fault(node, f"{what}: expected {kind}, found {describe(node)}", hint)
            return broken
        try:
            return parse(node.value)
        except ValueError as cause:
            message, hint = cause.args
            self.fault(node, f"{what}: {message}", hint)
            return broken

    def _within(self, node: Node, what: str, value: float, least: float | None, most: float | None) -> None:
        if least is not None and value < least:
            self.fault(node, f"{what}: {value} is below {least}", f"write {least} or more")
        if most is not None and value > most:
            self.fault(node, f"{what}: {value} is above {most}", f"write {most} or less")

    def _at(self, node: Node, message: str, hint: str, at_key: bool) -> ConfigError:
        line, column = node.line, node.column
        if at_key and node.key_line:
            line, column = node.key_line, node.key_column
        return self.error(message, file=self.file, line=line, column=column, hint=hint)
