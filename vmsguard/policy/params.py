"""A control's parameters: from a positioned tree to the control's own ``Params`` type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from msgspec import Struct, field, inspect

from vmsguard.controls.base import Control
from vmsguard.model.pack import FromException, FromProfile
from vmsguard.model.span import Span
from vmsguard.policy.read_profiles import FROM_PROFILE, ProfileValues
from vmsguard.policy.syntax.reading import Reader
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.suggest import did_you_mean, nearest

__all__ = ["EXCEPTION_FIELDS", "FROM_EXCEPTION", "ReadParams", "is_span", "param_fields", "read_params", "stated_type"]

FROM_EXCEPTION = "from_exception"

EXCEPTION_FIELDS = ("retention",)
"""Fields of an exception that may fill a parameter in; they are durations."""


class ReadParams(Struct, frozen=True):
    """``params`` are a ``control.Params``, or None if they could not be read; the rest is as in ``Requirement``."""

    params: Any = None
    pending: Mapping[str, FromException] = field(default_factory=dict)
    from_profile: Mapping[str, FromProfile] = field(default_factory=dict)
    per_profile: Mapping[str, Any] = field(default_factory=dict)


@cache
def param_fields(params: type[Struct]) -> Mapping[str, inspect.Field]:
    """The parameters by the name they have in a file."""
    info = inspect.type_info(params)
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: field for field in info.fields}


def read_params(
    reader: Reader,
    node: Node,
    control: Control,
    given: Mapping[str, Node],
    *,
    excepted: bool,
    profiles: ProfileValues | None = None,
) -> ReadParams:
    """The parameters, what of them waits for an exception, and what each profile makes of them.

    A required parameter that waits is zero until it is filled in, which is stricter than any value can be.
    ``excepted`` says whether the requirement stands behind ``if_excepted``. Where profiles give values,
    ``params`` are those of the first one.
    """
    fields = param_fields(control.Params)
    values: dict[str, Any] = {}
    pending: dict[str, FromException] = {}
    from_profile: dict[str, FromProfile] = {}
    taken: dict[str, dict[str, Any]] = {}
    profiles = profiles or ProfileValues(reader, None)
    before = len(reader.problems)
    for key, child in given.items():
        field = fields.get(key)
        if field is None:
            hint = did_you_mean(key, fields) if fields else f"{control.id} takes no parameters"
            reader.fault(child, f"unknown parameter {key!r} of {control.id}", hint, at_key=True)
        elif not isinstance(child.value, dict):
            values[field.name] = _value(reader, child, key, field.type)
        elif _means_profile(child.value):
            name = _from(reader, child, key, FROM_PROFILE)
            from_profile[field.name] = FromProfile(name)
            taken[field.name] = _from_profile(reader, child, name, f"{key} of {control.id}", field.type, profiles)
        else:
            pending[field.name] = _from_exception(reader, child, key, field.type, excepted)
            if field.required:
                values[field.name] = Span() if is_span(field.type) else timedelta(0)
    if len(reader.problems) > before:
        return ReadParams()
    there = {*values, *taken}
    missing = [name for name, field in fields.items() if field.required and field.name not in there]
    for name in missing:
        reader.fault(node, f"{control.id} needs the parameter {name!r}", f"write {control.id}: {{{name}: ...}}")
    if missing or any(len(by_profile) < len(profiles.profiles) for by_profile in taken.values()):
        return ReadParams()  # a profile that gives too little is reported once, with all it lacks
    if not taken:
        return ReadParams(control.Params(**values), pending)
    per_profile = {
        profile: control.Params(**values, **{name: by_profile[profile] for name, by_profile in taken.items()})
        for profile in profiles.profiles
    }
    return ReadParams(next(iter(per_profile.values())), pending, from_profile, per_profile)


def _means_profile(keys: Mapping[str, Node]) -> bool:
    if FROM_PROFILE in keys or FROM_EXCEPTION in keys:
        return FROM_PROFILE in keys
    return any(FROM_PROFILE in nearest(key, (FROM_PROFILE, FROM_EXCEPTION)) for key in keys)


def _from(reader: Reader, node: Node, key: str, source: str) -> str:
    with reader.fields(node, f"the parameter {key!r}") as fields:
        return fields.identifier(source) if source == FROM_PROFILE else fields.word(source, EXCEPTION_FIELDS)


def _from_profile(
    reader: Reader, node: Node, name: str, param: str, kind: inspect.Type, profiles: ProfileValues
) -> dict[str, Any]:
    def read(value: Node) -> Any:
        what = f"{name}, as {param}"
        if value.value is None:
            reader.fault(value, f"{name}: nothing stands here", "write a value, or remove the key", at_key=True)
            return None
        if isinstance(value.value, dict):
            reader.fault(value, f"{what}: a profile gives values and takes none", "write the value itself")
            return None
        return _value(reader, value, what, kind)

    return profiles.take(node, name, str(stated_type(kind)), read) if name else {}


def _from_exception(reader: Reader, node: Node, key: str, kind: inspect.Type, excepted: bool) -> FromException:
    name = _from(reader, node, key, FROM_EXCEPTION)
    if not excepted:
        message = f"{key}: only a rung with if_excepted has an exception to take {name} from"
        reader.fault(node, message, "write the value itself")
    elif not (is_span(kind) or isinstance(stated_type(kind), inspect.TimeDeltaType)):
        reader.fault(node, f"{key}: {name} is a duration, which this parameter is not", "write the value itself")
    return FromException(name)


def is_span(declared: inspect.Type) -> bool:
    """Whether a parameter is a length of time that may count months and years."""
    kind = stated_type(declared)
    return isinstance(kind, inspect.StructType) and kind.cls is Span


def stated_type(kind: inspect.Type) -> inspect.Type:
    """The type of a value that is there; "or None" only says that it may be left out."""
    if isinstance(kind, inspect.UnionType):
        return next(member for member in kind.types if not isinstance(member, inspect.NoneType))
    return kind


def _value(reader: Reader, node: Node, what: str, declared: inspect.Type) -> Any:
    kind = stated_type(declared)
    match kind:
        case inspect.TimeDeltaType():
            return reader.duration(node, what)
        case inspect.StructType() if kind.cls is Span:
            return reader.span(node, what)
        case inspect.BoolType():
            return reader.boolean(node, what)
        case inspect.IntType():
            return reader.integer(node, what, least=kind.ge, most=kind.le)
        case inspect.LiteralType():
            return reader.word(node, what, [str(value) for value in kind.values if value])
        case inspect.EnumType() if issubclass(kind.cls, StrEnum):
            return reader.choice(node, what, kind.cls)
        case inspect.ListType() | inspect.VarTupleType() | inspect.FrozenSetType():
            found = reader.each(node, what, lambda item, name: _value(reader, item, name, kind.item_type), least=1)
            return _collected(found, kind)
        case inspect.StrType():
            return _text(reader, node, what, kind)
    raise TypeError(f"no reader for parameters of the type {kind}")


def _text(reader: Reader, node: Node, what: str, kind: inspect.StrType) -> str:
    value = reader.text(node, what)
    if value and kind.pattern is not None and not re.search(kind.pattern, value):
        reader.fault(node, f"{what}: {value!r} has another form than it must have", f"it has to match {kind.pattern}")
    return value


def _collected(found: tuple[Any, ...], kind: inspect.Type) -> Any:
    if isinstance(kind, inspect.FrozenSetType):
        return frozenset(found)
    return list(found) if isinstance(kind, inspect.ListType) else found
