"""The allow-list of every event, compiled: one checker per field, which remembers the values it has let pass.

A fleet writes the same ids, codes and words over and over; a checked value costs one dictionary look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.events import EVENTS, CitedFact
from vmsguard.evidence.fields import Instant, Reason, Safe
from vmsguard.evidence.redact import (
    Pseudonym,
    footage_hour,
    holds_image,
    safe_arguments,
    safe_change,
    safe_reason,
    safe_text,
    safe_token,
    stamp,
)

__all__ = ["AllowList", "Allowed"]

Check: TypeAlias = Callable[[Any], Any]
Step: TypeAlias = Callable[[Any, Pseudonym], Any]

_MOST_REMEMBERED = 32_768
"""Per field: three times the ids of a fleet of 10,000 cameras, some megabytes at most."""


class Allowed(Struct, frozen=True):
    """What one event may hold."""

    checks: Mapping[str, Check]
    required: frozenset[str]


class AllowList(dict[str, Allowed]):
    """The events of one log, whose pseudonyms are its own."""

    def __init__(self, pseudonym: Pseudonym) -> None:
        super().__init__({event: _allowed(event, shape, pseudonym) for event, shape in EVENTS.items()})


class _Remembered(dict[Any, Any]):
    """Maps a value as given to the value as written; a value not seen before is made safe and checked."""

    __slots__ = ("_pseudonym", "_step", "_type")

    def __init__(self, type_: Any, step: Step | None, pseudonym: Pseudonym) -> None:
        self._type = type_
        self._step = step
        self._pseudonym = pseudonym

    def __missing__(self, value: Any) -> Any:
        safe = _checked(value, self._type, self._step, self._pseudonym)
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[value] = safe
        return safe


def _allowed(event: str, shape: type[Struct], pseudonym: Pseudonym) -> Allowed:
    fields = msgspec.structs.fields(shape)
    checks = {field.name: _check(event, field, pseudonym) for field in fields}
    return Allowed(checks, frozenset(field.name for field in fields if field.required))


def _check(event: str, field: msgspec.structs.FieldInfo, pseudonym: Pseudonym) -> Check:
    if event == "verify" and field.name == "facts":
        return _facts_check(pseudonym)
    step = _step_of(event, field)
    if _is_text(field.type):
        return _Remembered(field.type, step, pseudonym).__getitem__
    return lambda value: _checked(value, field.type, step, pseudonym)


def _facts_check(pseudonym: Pseudonym) -> Check:
    """Cited facts are dictionaries of texts, each of which is remembered too."""
    allowed = _allowed("fact", CitedFact, pseudonym)
    checks, required = allowed.checks, allowed.required

    def check(facts: Any) -> list[dict[str, Any]]:
        if not facts:
            return []
        ready = [
            {name: checks[name](value) for name, value in fact.items() if value is not None and value != ""}
            for fact in facts
        ]
        if not all(required <= fact.keys() for fact in ready):
            raise EvidenceError("a cited fact has no name", hint="pass the fact's key")
        return ready

    return check


def _checked(value: Any, type_: Any, step: Step | None, pseudonym: Pseudonym) -> Any:
    safe = value if step is None else step(value, pseudonym)
    if step in _SAFE_BY_CONSTRUCTION:
        return safe
    msgspec.convert(safe, type_)
    if isinstance(safe, Enum):
        safe = safe.value
    if isinstance(safe, str) and holds_image(safe):
        raise EvidenceError("looks like a picture or packed data", hint="record its digest")
    return safe


def _is_text(type_: Any) -> bool:
    """Whether values of the type are strings; numbers are not remembered, for 1 and true are equal keys."""
    info = msgspec.inspect.type_info(type_)
    if isinstance(info, msgspec.inspect.Metadata):
        info = info.type
    kinds = info.types if isinstance(info, msgspec.inspect.UnionType) else (info,)
    texts = (msgspec.inspect.StrType, msgspec.inspect.EnumType, msgspec.inspect.LiteralType, msgspec.inspect.NoneType)
    return all(isinstance(kind, texts) for kind in kinds)


def _step_of(event: str, field: msgspec.structs.FieldInfo) -> Step | None:
    if field.name in _BY_NAME and event != "observe":
        return _BY_NAME[field.name]
    if field.name in _DEVICE_WORDS:
        return safe_text
    if field.type == Instant:
        return stamp
    if field.type == Reason:
        return safe_reason
    return safe_token if field.type == Safe else None


def _agent(value: Any, pseudonym: Pseudonym) -> dict[str, str]:
    return {str(name): safe_text(item, pseudonym) for name, item in value.items()}


def _verdicts(value: Any, pseudonym: Pseudonym) -> dict[str, int]:
    return {str(verdict): count for verdict, count in value.items()}


_SAFE_BY_CONSTRUCTION = frozenset((safe_change, safe_reason, safe_text, safe_token))
"""What these return is short and plain or a pseudonym: there is nothing left to check."""

_DEVICE_WORDS = frozenset(("firmware", "found", "model", "vendor"))

_BY_NAME: dict[str, Step] = {
    "agent": _agent,
    "arguments": safe_arguments,
    "change": safe_change,
    "oldest": footage_hour,
    "verdicts": _verdicts,
}
"""Foreign values with a rule of their own; any other field of type ``Safe`` is treated as a token."""
