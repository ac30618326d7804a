"""The exact shape of each event's line: decoding and encoding again in one go shows that it is canonical and allowed.

A shape has the members of the envelope and of the event in the order of their names, refuses unknown ones, has no
place for floats and bounds its integers. So a line that comes out of it byte for byte is in canonical form. A line
that does not may still be (an optional field written though it is empty), which the slow exact check then decides.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache, reduce
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from vmsguard.evidence.canonical import MAX_INTEGER
from vmsguard.evidence.events import EVENTS
from vmsguard.evidence.record import SCHEMA

__all__ = ["Shape", "encode", "shape_of", "shapes"]

_Place = Annotated[int, Meta(ge=0, le=MAX_INTEGER)]

encode: Callable[[Any], bytes] = msgspec.json.Encoder().encode


class Shape(Struct, frozen=True):
    """How the lines of one event are read."""

    event: str
    type: type[Struct]
    decode: Callable[[bytes], Any]
    """The record, its members as attributes; ``msgspec.MsgspecError`` or ``ValueError`` for any other line."""
    plain: bool
    """Every name in it is declared; where a mapping brings names of its own, only the exact check sees those."""


@cache
def shapes() -> Mapping[bytes, Shape]:
    """The shape of every event, by its name as it stands in a line."""
    return {event.encode(): shape_of(event) for event in EVENTS}


@cache
def shape_of(event: str) -> Shape:
    members: list[tuple[str, Any, Any]] = [
        ("boot_id", str, msgspec.NODEFAULT),
        ("cause", tuple[_Place, ...], ()),
        ("event", Literal[event], msgspec.NODEFAULT),
        ("id", str, msgspec.NODEFAULT),
        ("mono_ns", _Place, msgspec.NODEFAULT),
        ("prev", str, msgspec.NODEFAULT),
        ("run", str, ""),
        ("salt", str, msgspec.NODEFAULT),
        ("schema", Literal[SCHEMA], msgspec.NODEFAULT),
        ("seq", _Place, msgspec.NODEFAULT),
        ("ts", str, msgspec.NODEFAULT),
    ]
    kind = _struct(f"record {event}", EVENTS[event], members)
    return Shape(event, kind, msgspec.json.Decoder(kind).decode, not _has_mapping(EVENTS[event]))


def _struct(name: str, declared: type[Struct], more: list[tuple[str, Any, Any]]) -> type[Struct]:
    """The declared fields and ``more``, in the order of their names, with types that are quick to check.

    Empty texts are left out of a line, so the empty text stands for no member; any other member that is not there
    is unset, which tells it from one that holds its own default.
    """
    hints = typing.get_type_hints(declared, include_extras=True)
    fields = [(field.name, *_optional(hints[field.name], field)) for field in msgspec.structs.fields(declared)]
    ordered = [
        (field, type_) if default is msgspec.NODEFAULT else (field, type_, default)
        for field, type_, default in sorted([*fields, *more])
    ]
    return msgspec.defstruct(
        name, ordered, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False, frozen=True
    )


def _optional(type_: Any, field: msgspec.structs.FieldInfo) -> tuple[Any, Any]:
    if field.required:
        return _quick(type_), msgspec.NODEFAULT
    quick = _quick(type_)
    return (str, "") if quick is str else (quick | UnsetType, UNSET)


def _quick(type_: Any) -> Any:
    """The same type without patterns: whether an id is well formed is the writer's to refuse, not the reader's.

    Bounds of integers stay: they are quick, and what is computed from one relies on them.
    """
    origin, arguments = typing.get_origin(type_), typing.get_args(type_)
    if origin is Annotated:
        return type_ if arguments[0] is int else _quick(arguments[0])
    if origin in (Union, UnionType):
        return reduce(or_, (_quick(argument) for argument in arguments))
    if origin is tuple:
        return tuple.__class_getitem__((_quick(arguments[0]), ...))
    if origin is list:
        return list.__class_getitem__(_quick(arguments[0]))
    if origin is Mapping:
        return dict.__class_getitem__((str, _quick(arguments[1])))
    if isinstance(type_, type) and issubclass(type_, Struct):
        return _struct(type_.__name__, type_, [])
    if origin is Literal or type_ in (str, bool, NoneType) or issubclass(type_, Enum):
        return type_
    raise TypeError(f"an event has a field of type {type_}")


def _has_mapping(declared: type[Struct]) -> bool:
    return any(typing.get_origin(hint) is Mapping for hint in typing.get_type_hints(declared).values())
