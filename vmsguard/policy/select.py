"""Who a policy is about: selection in three values, because an attribute nobody set is no answer.

False needs proof: a value somebody stated, of a type that can be compared, and no device that says
otherwise. All else keeps the camera in scope, and names the attributes that would settle it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from vmsguard.model.facts import Fact, FactKey, Known
from vmsguard.model.inventory import Camera
from vmsguard.model.pack import AllOf, AttributeTest, Selector
from vmsguard.model.truth import Truth

__all__ = ["Hints", "Selection", "compile_selector", "device_hints", "select", "stated", "why_not"]

Hints: TypeAlias = Mapping[str, frozenset[Any]]
"""What devices say against an attribute: attribute name to the values their facts point to."""

NO_HINTS: Hints = {}
_FILLERS = re.compile(r"[\s_-]+")
_THERMAL = frozenset({"thermal", "bispectral"})


class Selection(NamedTuple):
    truth: Truth
    missing: tuple[str, ...] = ()
    """Attributes that are not set, cannot be compared or are contradicted, where that leaves it unknown."""


Selecting: TypeAlias = Callable[[Camera, Hints], Selection]

_TRUE = Selection(Truth.TRUE)
_FALSE = Selection(Truth.FALSE)


def device_hints(facts: Mapping[FactKey, Fact]) -> Hints:
    """What the facts of a camera's devices say of its attributes: a heat sensor is not ``modality: visible``."""
    for key, fact in facts.items():
        if key[2] == "thermal.source" and isinstance(fact.reading, Known) and fact.reading.value is True:
            return {"modality": _THERMAL}
    return NO_HINTS


def select(selector: Selector, camera: Camera, hints: Hints = NO_HINTS) -> Selection:
    """Whether the camera is selected; compile the selector once where it is asked often."""
    return compile_selector(selector)(camera, hints)


def compile_selector(selector: Selector) -> Selecting:
    """The selector as one function, made once and called for every camera."""
    if isinstance(selector, AttributeTest):
        return _compile_test(selector)
    parts = tuple(compile_selector(part) for part in selector.of)
    if isinstance(selector, AllOf):
        return lambda camera, hints: _combine(parts, camera, hints, decisive=_FALSE, otherwise=_TRUE)
    return lambda camera, hints: _combine(parts, camera, hints, decisive=_TRUE, otherwise=_FALSE)


def _combine(
    parts: tuple[Selecting, ...], camera: Camera, hints: Hints, *, decisive: Selection, otherwise: Selection
) -> Selection:
    missing: list[str] = []
    for part in parts:
        found = part(camera, hints)
        if found.truth is decisive.truth:
            return decisive
        if found.truth is Truth.UNKNOWN:
            missing.extend(found.missing)
    return Selection(Truth.UNKNOWN, tuple(dict.fromkeys(missing))) if missing else otherwise


def _compile_test(test: AttributeTest) -> Selecting:
    name = test.attribute
    wanted = frozenset((type(value), value) for value in test.any_of)
    types = frozenset(type(value) for value in test.any_of)
    values = frozenset(test.any_of)
    spellings = frozenset(map(_spelling, test.any_of))
    undecided = Selection(Truth.UNKNOWN, (name,))

    def decide(camera: Camera, hints: Hints) -> Selection:
        told = stated(camera, name)
        if told is None:
            return undecided
        if any((type(value), value) in wanted for value in told):
            return _TRUE
        if not all(type(value) in types for value in told) or not values.isdisjoint(hints.get(name, ())):
            return undecided
        # "Fever screening" is free text; to a person it says fever-screening, and proves no other purpose.
        return _FALSE if spellings.isdisjoint(map(_spelling, told)) else undecided

    return decide


def _spelling(value: Any) -> str:
    """A value without what people vary when they mean the same: capitals, blanks, hyphens, underscores."""
    return _FILLERS.sub("", str(value)).casefold()


def stated(camera: Camera, name: str) -> tuple[Any, ...] | None:
    """What was stated of an attribute, as a tuple; None when nobody did. ``site``, ``tags``, ``groups`` always are."""
    attribute = camera.attributes.get(name)
    if attribute is not None:
        value = attribute.value
        return tuple(value) if isinstance(value, list | tuple) else (value,)
    if name == "site":
        return (camera.site,)
    if name == "tags":
        return camera.tags or ("",)
    return (camera.groups or ("",)) if name == "groups" else None


def why_not(selector: Selector, camera: Camera, hints: Hints = NO_HINTS) -> tuple[str, ...]:
    """Why a camera is not, or not surely, selected: one line per test that stands in the way."""
    if select(selector, camera, hints).truth is Truth.TRUE:
        return ()
    if not isinstance(selector, AttributeTest):
        return tuple(dict.fromkeys(line for part in selector.of for line in why_not(part, camera, hints)))
    told = stated(camera, selector.attribute)
    wanted = " or ".join(_shown(value) for value in selector.any_of)
    if told is None:
        return (f"{selector.attribute} is not set (asked: {wanted})",)
    values = ", ".join(_shown(value) for value in told)
    if select(selector, camera, hints).truth is Truth.UNKNOWN:
        if not {*map(_spelling, selector.any_of)}.isdisjoint(map(_spelling, told)):
            return (f"{selector.attribute} is {values}, another spelling of {wanted}",)
        return (f"{selector.attribute} is {values}, which a device contradicts or cannot be compared with {wanted}",)
    return (f"{selector.attribute} is {values}, not {wanted}",)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
