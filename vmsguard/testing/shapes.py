"""Says what is wrong with the facts a driver returned: names, types, layers, ids, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import Fact, FactKey, Items, Known
from vmsguard.model.manifest import FactSupport, Manifest
from vmsguard.model.vocabulary import WHOLE, Basis

__all__ = ["missing_facts", "wrong_facts"]


def wrong_facts(
    facts: Iterable[Fact], target: str, manifest: Manifest, specs: Mapping[str, FactSpec]
) -> tuple[str, ...]:
    """One sentence for each thing a fact does that its declaration does not allow."""
    declared = {support.fact: support for support in manifest.facts}
    return tuple(
        f"{fact.key.name} at {fact.key.target}/{fact.key.channel}: {problem}"
        for fact in facts
        for problem in _problems(fact, target, declared, specs)
    )


def _problems(
    fact: Fact, target: str, declared: Mapping[str, FactSupport], specs: Mapping[str, FactSpec]
) -> Iterator[str]:
    spec = specs.get(fact.key.name)
    if spec is None:
        yield "no fact of this name is registered"
        return
    if spec.by_core:
        yield "this fact is the core's own; a driver is not its own witness"
    support = declared.get(fact.key.name)
    if support is None:
        yield "the manifest does not declare it"
    elif fact.key.layer not in support.layers:
        yield f"the manifest does not declare layer {fact.key.layer}"
    if fact.key.layer not in spec.layers:
        yield f"the fact has no layer {fact.key.layer}"
    if fact.key.target != target:
        yield "it is keyed to another target"
    if spec.whole != (fact.key.channel == WHOLE):
        yield "it belongs to the target as a whole" if spec.whole else "it belongs to a channel"
    if fact.basis > Basis.READ_BACK:
        yield "a driver claims no more than read-back"
    if fact.observed_at.utcoffset() is None:
        yield "observed_at has no time zone"
    if isinstance(fact.reading, Known):
        yield from _value_problems(fact.reading.value, spec)


def _value_problems(value: Any, spec: FactSpec) -> Iterator[str]:
    if spec.item is None:
        if type(value) is not spec.value_type:
            yield f"the value is a {type(value).__name__}, not a {spec.value_type.__name__}"
        return
    if not isinstance(value, Items):
        yield f"the value is a {type(value).__name__}, not Items"
        return
    if any(not isinstance(item, spec.item) for item in value.values):
        yield f"an item is no {spec.item.__name__}"
        return
    ids = [getattr(item, "id", None) or getattr(item, "store", None) for item in value.values]
    if not all(ids):
        yield "an item has no id"
    if len(set(ids)) != len(ids):
        yield "two items share an id"
    if not value.complete and not value.missing:
        yield "an incomplete list does not say what is missing"


def missing_facts(
    facts: Iterable[FactKey], channels: Iterable[str], manifest: Manifest, specs: Mapping[str, FactSpec]
) -> tuple[str, ...]:
    """Declared facts that were not yielded at all, by ``channel name layer``."""
    seen = {(key.channel, key.name, key.layer) for key in facts}
    asked = tuple(channels)
    return tuple(
        f"{place} {support.fact} {layer}"
        for support in manifest.facts
        if support.fact in specs
        for place in ((WHOLE,) if specs[support.fact].whole else asked)
        for layer in support.layers
        if (place, support.fact, layer) not in seen
    )
