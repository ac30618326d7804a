"""The allow-list of every event, compiled: one encoder per field, which remembers the values it has let pass.

A fleet writes the same ids, codes and words over and over; a value seen before costs one dictionary look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from functools import cache
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.events import EVENTS, CitedFact
from vmsguard.evidence.fields import DeviceId, Instant, Place, Reason, Safe
from vmsguard.evidence.layout import Encoder, Layouts, member
from vmsguard.evidence.redact import (
    Pseudonym,
    footage_hour,
    holds_image,
    safe_approver,
    safe_arguments,
    safe_change,
    safe_device_id,
    safe_exchanges,
    safe_found,
    safe_place,
    safe_reason,
    safe_text,
    safe_token,
    stamp,
)

__all__ = ["AllowList"]

Step: TypeAlias = Callable[[Any, Pseudonym], Any]

_MOST_REMEMBERED = 4096
"""Per field. A run records camera by camera, and each camera's words again and again: remembering those of a whole
fleet would take as much memory as the fleet itself."""


class AllowList(dict[str, Layouts]):
    """What the events of one log may hold; its pseudonyms are its own. ``envelope`` names what every record has."""

    def __init__(self, pseudonym: Pseudonym, envelope: Sequence[str] = ()) -> None:
        super().__init__({event: _layouts(event, shape, pseudonym, envelope) for event, shape in EVENTS.items()})


class _Field(Struct, frozen=True):
    """One declared field, and how a value of it is made safe and checked."""

    name: str
    type: Any
    step: Step | None
    required: bool
    pseudonym: Pseudonym

    def encode(self, value: Any) -> str:
        if value is None or value == "":
            if self.required:
                raise EvidenceError(f"lacks {self.name}", hint="pass it")
            return ""
        return member(self.name, _checked(value, self.type, self.step, self.pseudonym))


class _Remembered(dict[Any, str]):
    """Maps a value as given to its member; a value not seen before is made safe and checked."""

    __slots__ = ("_field",)

    def __init__(self, field: _Field) -> None:
        self._field = field

    def __missing__(self, value: Any) -> str:
        encoded = self._field.encode(value)
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[value] = encoded
        return encoded


class _Fresh:
    """Checks every value anew: numbers, for 1 and true are equal keys, and what is no key at all."""

    __slots__ = ("_field",)

    def __init__(self, field: _Field) -> None:
        self._field = field

    def __getitem__(self, value: Any) -> str:
        return self._field.encode(value)


class _Flag:
    """True or false; everything else is refused as any other wrong value is."""

    __slots__ = ("_field", "_no", "_yes")

    def __init__(self, field: _Field) -> None:
        self._field = field
        self._yes, self._no = field.encode(True), field.encode(False)

    def __getitem__(self, value: Any) -> str:
        if value is True:
            return self._yes
        return self._no if value is False else self._field.encode(value)


class _Facts:
    """Cited facts are dictionaries of texts, each of which is remembered too.

    Facts of which every text was seen before and is written as it was given are encoded all at once.
    """

    __slots__ = ("_as_given", "_layouts")

    def __init__(self, pseudonym: Pseudonym) -> None:
        self._layouts = _layouts("fact", CitedFact, pseudonym)
        self._as_given: dict[str, set[str]] = {name: set() for name in self._layouts.encoders}

    def __getitem__(self, facts: Any) -> str:
        if facts is None or facts == "":
            return ""
        known = self._as_given
        for fact in facts:
            if type(fact) is not dict or "name" not in fact:
                return self._new(facts)
            for name, value in fact.items():
                if name not in known or value not in known[name]:
                    return self._new(facts)
        return member("facts", facts)

    def _new(self, facts: Any) -> str:
        layouts = self._layouts
        told = f',"facts":[{",".join([layouts[tuple(fact)].whole(fact.values()) for fact in facts])}]'
        for fact in facts:
            for name, value in fact.items():
                if isinstance(value, str) and layouts.encoders[name][value] == member(name, value):
                    known = self._as_given[name]
                    if len(known) >= _MOST_REMEMBERED:
                        known.clear()
                    known.add(value)
        return told


def _layouts(event: str, shape: type[Struct], pseudonym: Pseudonym, envelope: Sequence[str] = ()) -> Layouts:
    declared = _declared(event, shape)
    encoders = {name: _encoder(event, name, declared[name], pseudonym) for name in declared}
    return Layouts(encoders, frozenset(name for name in declared if declared[name].required), envelope)


class _Declared(Struct, frozen=True):
    """What is known of a field whatever the log."""

    type: Any
    step: Step | None
    required: bool
    text: bool


@cache
def _declared(event: str, shape: type[Struct]) -> dict[str, _Declared]:
    """The fields of an event; looked at once for all logs, for that takes milliseconds."""
    return {
        field.name: _Declared(field.type, _step_of(event, field), field.required, _is_text(field.type))
        for field in msgspec.structs.fields(shape)
    }


def _encoder(event: str, name: str, declared: _Declared, pseudonym: Pseudonym) -> Encoder:
    if event == "verify" and name == "facts":
        return _Facts(pseudonym)
    field = _Field(name, declared.type, declared.step, declared.required, pseudonym)
    if declared.type is bool:
        return _Flag(field)
    return _Remembered(field) if declared.text else _Fresh(field)


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
    return next((step for kind, step in _BY_TYPE if field.type == kind), None)


def _agent(value: Any, pseudonym: Pseudonym) -> dict[str, str]:
    return {str(name): safe_text(item, pseudonym) for name, item in value.items()}


def _verdicts(value: Any, pseudonym: Pseudonym) -> dict[str, int]:
    return {str(verdict): count for verdict, count in value.items()}


_BY_TYPE: tuple[tuple[Any, Step], ...] = ((Safe, safe_token), (DeviceId, safe_device_id), (Place, safe_place))

_SAFE_BY_CONSTRUCTION = frozenset(
    (safe_approver, safe_change, safe_device_id, safe_found, safe_place, safe_reason, safe_text, safe_token)
)
"""What these return is short and plain or a pseudonym: there is nothing left to check."""

_DEVICE_WORDS = frozenset(("firmware", "model", "vendor"))

_BY_NAME: dict[str, Step] = {
    "agent": _agent,
    "approver": safe_approver,
    "arguments": safe_arguments,
    "change": safe_change,
    "exchanges": safe_exchanges,
    "found": safe_found,
    "oldest": footage_hour,
    "verdicts": _verdicts,
}
"""Foreign values with a rule of their own; any other field of type ``Safe`` is treated as a token."""
