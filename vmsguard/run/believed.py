"""What the core takes from a driver: facts of its own target, of the declared types, no more certain than read back.

The conformance kit asks the same of a plugin before it ships; what runs here was not always asked. A control that
compares with ``False`` reads 0 as something else, and two readings that are equal would be judged as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec
from msgspec.structs import replace

from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import Fact, Items, Known, Unknown
from vmsguard.model.vocabulary import Basis, Why

__all__ = ["believed"]


def believed(facts: Iterable[Fact], target: str, specs: Mapping[str, FactSpec]) -> Iterator[Fact]:
    """The facts as they count; one of a wrong type is unknown, the core's own and other targets' are left out."""
    for fact in facts:
        spec = specs.get(fact.key.name)
        if spec is None or spec.by_core or fact.key.target != target:
            continue
        basis = min(fact.basis, Basis.READ_BACK)
        reading = fact.reading
        if isinstance(reading, Known) and not _fits(reading.value, spec):
            reading = Unknown(Why.PLUGIN, "the driver gave a value of another type than the fact is declared with")
        same = basis is fact.basis and reading is fact.reading
        yield fact if same else replace(fact, basis=basis, reading=reading)


def _fits(value: Any, spec: FactSpec) -> bool:
    if spec.item is None:
        return type(value) is spec.value_type
    if not isinstance(value, Items) or type(value.values) is not tuple or type(value.complete) is not bool:
        return False
    if any(type(item) is not spec.item for item in value.values):
        return False
    try:  # each field of each item, strictly: to msgspec 1 is no boolean
        _decoder(spec.item).decode(msgspec.msgpack.encode(value.values))
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError):
        return False
    return True


@cache
def _decoder(item: type) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(tuple[item, ...])  # type: ignore[valid-type]
