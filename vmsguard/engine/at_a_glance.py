"""A control's plain case, compiled: where all it reads says "off", it passes, and nothing else is worked out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vmsguard.controls.glance import Glance
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import Fact, FactKey, Items, Known
from vmsguard.model.inventory import Endpoint
from vmsguard.model.vocabulary import WHOLE, Basis, Layer

__all__ = ["Glancing", "compile_glance"]

_RUNTIME, _OBSERVED = Layer.RUNTIME, Basis.OBSERVED

Glancing = Callable[[Mapping[FactKey, Fact], Endpoint], tuple[Basis, list[Fact]] | None]
"""The weakest basis and the facts it rests on where the plain case applies at an endpoint; None where not."""


def compile_glance(glance: Glance, specs: Mapping[str, FactSpec]) -> Glancing:
    """The plain case as one function over the facts of a camera, as a view would find them."""
    looks = tuple(
        (_channel(specs.get(name)), name, layer, offends)
        for name, offends in (*glance.lists, *((name, None) for name in glance.flags))
        for layer in _layers(specs.get(name))
    )
    silent = glance.silent

    def plainly(facts: Mapping[FactKey, Fact], endpoint: Endpoint) -> tuple[Basis, list[Fact]] | None:
        # A plain tuple finds what a FactKey filed, and costs a fifth of making one.
        get: Callable[[Any], Fact | None] = facts.get
        target, channel = endpoint.target, endpoint.channel
        basis = _OBSERVED
        read = []
        try:
            for whole, name, layer, offends in looks:
                found = get((target, whole or channel, name, layer, ""))
                if found is None:
                    return None
                reading = found.reading
                if type(reading) is not Known:
                    return None
                value = reading.value
                if offends is None:
                    if value is not False:
                        return None
                else:
                    if type(value) is not Items or not value.complete or not value.values:
                        return None
                    for verdict in map(offends, value.values):
                        if verdict is not False:
                            return None
                if found.basis is not basis and found.basis < basis:
                    basis = found.basis
                read.append(found)
        except (AttributeError, TypeError):  # items of another type than declared: the control says what that means
            return None
        for name in silent:
            if get((target, channel, name, _RUNTIME, "")) is not None:
                return None
        return basis, read

    return plainly


def _channel(spec: FactSpec | None) -> str:
    return WHOLE if spec is not None and spec.whole else ""


def _layers(spec: FactSpec | None) -> tuple[Layer, ...]:
    return (_RUNTIME,) if spec is None else tuple(spec.layers)
