"""Facts the core derives from others: is a face detected, identified or verified somewhere on this camera."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vmsguard.controls.gate import FACE_USE, IDENTIFY, VERIFY
from vmsguard.controls.view import View
from vmsguard.model.facts import Absent, Items, Known, Unknown
from vmsguard.model.truth import Truth, any_of, negate
from vmsguard.model.vocabulary import Layer, Role

__all__ = ["DERIVED", "holds", "performed"]

_TASKS: Mapping[str, frozenset[str]] = {
    "analytics.face.detect": frozenset({"face-detection", "face-attributes", "emotion", "biometric-categorisation"}),
    "analytics.face.identify": frozenset({"face-identification"}),
    "analytics.face.verify": frozenset({"face-verification"}),
    "analytics.face.recognise": frozenset({"face-identification", "face-verification"}),
}

DERIVED: Mapping[str, tuple[str, ...]] = dict.fromkeys(_TASKS, ("analytics.functions",))
"""Derived fact to the facts it is derived from."""

_STATED: Mapping[str, tuple[str, ...]] = {
    "analytics.face.verify": (VERIFY,),
    "analytics.face.recognise": (VERIFY, IDENTIFY),
}
"""What the inventory may say that faces are used for, where that is enough."""

_WATCHERS = (Role.DEVICE, Role.RECORDER, Role.RELAY)


def holds(name: str, wanted: Any, view: View, *, views: Mapping[Any, View]) -> Truth:
    """Whether a fact has a value somewhere on the camera; ``views`` are the views of its endpoints."""
    tasks = _TASKS.get(name)
    if tasks is not None:
        found = _performed(name, view, views)
        if isinstance(wanted, bool):
            return found if wanted else negate(found)
        return Truth.UNKNOWN
    own = view.camera_fact(name)
    told = [one.fact(name) for one in views.values()]
    if view.delivered(own):
        told = [own, *(fact for fact in told if view.delivered(fact))]
    return any_of([_equals(fact.reading, wanted) for fact in told or [own]])


def _equals(reading: Known | Absent | Unknown, wanted: Any) -> Truth:
    if isinstance(reading, Known):
        return Truth.of(type(reading.value) is type(wanted) and bool(reading.value == wanted))
    if isinstance(reading, Absent):
        return Truth.of(wanted is False)
    return Truth.UNKNOWN


def _performed(name: str, view: View, views: Mapping[Any, View]) -> Truth:
    if view.attribute(FACE_USE) in _STATED.get(name, ()):
        return Truth.TRUE
    return performed(name, [views[endpoint] for endpoint in view.endpoints(_WATCHERS)])


def performed(name: str, watchers: Sequence[View]) -> Truth:
    """Whether one of these endpoints says that it does it, as running or as stored; unknown where there is none."""
    if not watchers:
        return Truth.UNKNOWN
    tasks = _TASKS[name]
    layers = (Layer.RUNTIME, Layer.STORED)
    return any_of([_layer(one.reading("analytics.functions", layer), tasks) for one in watchers for layer in layers])


def _layer(reading: Known | Absent | Unknown, tasks: frozenset[str]) -> Truth:
    if isinstance(reading, Absent):
        return Truth.FALSE
    if isinstance(reading, Unknown) or not isinstance(reading.value, Items):
        return Truth.UNKNOWN
    truths = []
    for function in reading.value.values:
        if function.task in tasks:
            truths.append(Truth.of(function.enabled))
        elif function.task == "unclassified" and function.enabled is not False:
            truths.append(Truth.UNKNOWN)
    if not reading.value.complete:
        truths.append(Truth.UNKNOWN)
    return any_of(truths)
