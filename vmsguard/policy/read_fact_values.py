"""Facts as a person writes them: ``[]``, ``true``, ``absent``, ``unknown``, or a list of items.

::

    recording.jobs: [{id: j1, active: false}]                 # in every layer the fact has
    recording.jobs: {runtime: [], stored: [{id: j1, active: true}]}
    footage.recordings: {items: [], incomplete: the search was cut off}
    stream.services: absent
    face_library.sizes: {unknown: not-read}
    footage.recordings: [{id: r1, store: sd, start: PT3H, end: null}]    # a duration: that long ago
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from msgspec import Struct, inspect

from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import Absent, Items, Known, Reading, Unknown
from vmsguard.model.vocabulary import Layer, Why
from vmsguard.policy.syntax.durations import parse_duration
from vmsguard.policy.syntax.instants import parse_instant
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.strict_yaml import Node

__all__ = ["read_layers"]

_LAYERS = {layer.value: layer for layer in Layer}
_ABSENT = Absent("the test says that the function is not there")


def read_layers(reader: Reader, node: Node, spec: FactSpec, now: datetime) -> dict[Layer, Reading]:
    """The reading of a fact in each of its layers."""
    told = node.value
    if isinstance(told, dict) and told and told.keys() <= _LAYERS.keys():
        found = {}
        for word, child in told.items():
            if _LAYERS[word] not in spec.layers:
                layers = ", ".join(layer.value for layer in spec.layers)
                reader.fault(child, f"{spec.name} has no layer {word!r}", f"its layers are: {layers}", at_key=True)
                continue
            found[_LAYERS[word]] = _reading(reader, child, spec, now)
        return found
    reading = _reading(reader, node, spec, now)
    return dict.fromkeys(spec.layers, reading)


def _reading(reader: Reader, node: Node, spec: FactSpec, now: datetime) -> Reading:
    told = node.value
    if told == "absent":
        return _ABSENT
    if told == "unknown":
        return Unknown(Why.NOT_READ, "the test says that nobody read it")
    if isinstance(told, dict):
        return _qualified(reader, node, spec, now)
    if spec.item is not None:
        return Known(Items(_items(reader, node, spec, now)))
    if spec.value_type is bool:
        return Known(reader.boolean(node, spec.name))
    return Known(reader.integer(node, spec.name))


def _qualified(reader: Reader, node: Node, spec: FactSpec, now: datetime) -> Reading:
    with reader.fields(node, f"the fact {spec.name}") as fields:
        if "unknown" in fields:
            return Unknown(fields.choice("unknown", Why), "told by the test")
        missing = fields.text("incomplete", default="")
        listed = fields.need("items")
        if listed is None or spec.item is None:
            if listed is not None:
                reader.fault(listed, f"{spec.name} is no list", "write its value")
            return _ABSENT
        return Known(Items(_items(reader, listed, spec, now), not missing, missing))


def _items(reader: Reader, node: Node, spec: FactSpec, now: datetime) -> tuple[Any, ...]:
    kind = spec.item
    assert kind is not None
    return reader.each(node, spec.name, lambda child, what: _item(reader, child, what, kind, now))


def _item(reader: Reader, node: Node, what: str, kind: type[Struct], now: datetime) -> Any:
    values: dict[str, Any] = {}
    with reader.fields(node, f"an item of {what}") as fields:
        for field in _fields(kind):
            value = _field(reader, fields, field, now)
            if value is not _LEFT_OUT:
                values[field.name] = value
    missing = [field.name for field in _fields(kind) if field.required and field.name not in values]
    return None if missing else kind(**values)


@cache
def _fields(kind: type[Struct]) -> tuple[inspect.Field, ...]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return info.fields


_LEFT_OUT = object()


def _field(reader: Reader, fields: Fields, field: inspect.Field, now: datetime) -> Any:
    kinds = field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,)
    may_be_none = any(isinstance(kind, inspect.NoneType) for kind in kinds)
    stated = next(kind for kind in kinds if not isinstance(kind, inspect.NoneType))
    if may_be_none:
        if field.name not in fields:
            if field.required:
                fields.need(field.name)
            return _LEFT_OUT
        return fields.optional(field.name, lambda node, what: _scalar(reader, node, what, stated, now))
    node = fields.need(field.name) if field.required else fields.get(field.name)
    return _LEFT_OUT if node is None else _scalar(reader, node, field.name, stated, now)


def _scalar(reader: Reader, node: Node, what: str, kind: inspect.Type, now: datetime) -> Any:
    match kind:
        case inspect.BoolType():
            return reader.boolean(node, what)
        case inspect.IntType():
            return reader.integer(node, what)
        case inspect.DateTimeType():
            return _moment(reader, node, what, now)
        case inspect.VarTupleType():
            return reader.texts(node, what)
    return reader.text(node, what)


def _moment(reader: Reader, node: Node, what: str, now: datetime) -> datetime:
    """An instant with its offset, or how long before ``now``."""
    told = node.value
    if isinstance(told, str):
        for parse in (parse_instant, lambda text: now - parse_duration(text)):
            try:
                return parse(told)
            except ValueError:
                continue
    reader.fault(
        node, f"{what}: {told!r} is no moment", "write PT3H for three hours ago, or an instant with its offset"
    )
    return now
