"""Facts the core derives from others: is a face detected, identified or verified somewhere on this camera."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmsguard.controls.gate import FACE_USE, VERIFY
from vmsguard.controls.view import View
from vmsguard.model.facts import Absent, Items, Known, Unknown
from vmsguard.model.truth import Truth, any_of, negate
from vmsguard.model.vocabulary import Layer, Role

__all__ = ["DERIVED", "holds"]

_TASKS: Mapping[str, frozenset[str]] = {
    "analytics.face.detect": frozenset({"face-detection", "face-attributes"}),
    "analytics.face.identify": frozenset({"face-identification"}),
    "analytics.face.verify": frozenset({"face-verification"}),
}

DERIVED: Mapping[str, tuple[str, ...]] = dict.fromkeys(_TASKS, ("analytics.functions",))
"""Derived fact to the facts it is derived from."""

_WATCHERS = (Role.DEVICE, Role.RECORDER, Role.RELAY)


def holds(name: str, wanted: Any, view: View, *, views: Mapping[Any, View]) -> Truth:
    """Whether a fact has a value somewhere on the camera; ``views`` are the views of its endpoints."""
    tasks = _TASKS.get(name)
    if tasks is not None:
        found = _performed(name, tasks, view, views)
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


def _performed(name: str, tasks: frozenset[str], view: View, views: Mapping[Any, View]) -> Truth:
    if name == "analytics.face.verify" and view.attribute(FACE_USE) == VERIFY:
        return Truth.TRUE
    endpoints = view.endpoints(_WATCHERS)
    if not endpoints:
        return Truth.UNKNOWN
    truths = [
        _layer(views[endpoint].reading("analytics.functions", layer), tasks)
        for endpoint in endpoints
        for layer in (Layer.RUNTIME, Layer.STORED)
    ]
    return any_of(truths)


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
