"""When a face comparison is proven one to one: six conditions, each known; one unknown and it is one to many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from vmsguard.controls.view import View
from vmsguard.model.facts import Fact, Known
from vmsguard.model.truth import Truth, all_of

__all__ = ["FACE_USE", "GATE_FACTS", "IDENTIFY", "VERIFY", "GateState", "claims_gate", "gate_state"]

FACE_USE = "face_use"
"""The inventory attribute that says what faces are compared for."""
VERIFY = "verify-1to1"
IDENTIFY = "identify-1ton"


def _is(wanted: Any) -> Callable[[Any], bool]:
    return lambda value: type(value) is type(wanted) and bool(value == wanted)


_CONDITIONS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "gate.claim_first": (_is(True), "a claim comes before the capture"),
    "gate.comparison_set": (_is(1), "one capture is compared with one template"),
    "gate.close_range": (_is(True), "the capture is at close range"),
    "gate.failures_searched": (_is(False), "failures are not searched in a gallery"),
    "gate.templates_kept": (_is(False), "templates do not stay on the device"),
    "gate.other_way_in": (_is(True), "there is another way in"),
}

GATE_FACTS = frozenset(_CONDITIONS)


class GateState(NamedTuple):
    truth: Truth
    broken: tuple[str, ...]
    unproven: tuple[str, ...]
    facts: tuple[Fact, ...]


def claims_gate(view: View) -> bool:
    """The inventory says faces are compared one to one here; a claim, not a proof."""
    return bool(view.attribute(FACE_USE) == VERIFY)


def gate_state(view: View) -> GateState:
    """The six conditions of a bounded 1:1 gate, from the camera's facts and those of its endpoints."""
    broken: list[str] = []
    unproven: list[str] = []
    facts: list[Fact] = []
    truths: list[Truth] = []
    for name, (holds, says) in _CONDITIONS.items():
        told = view.anywhere(name)
        facts.extend(told)
        values = [fact.reading.value for fact in told if isinstance(fact.reading, Known)]
        truth = Truth.of(all(holds(value) for value in values)) if values else Truth.UNKNOWN
        truths.append(truth)
        if truth is Truth.FALSE:
            broken.append(says)
        elif truth is Truth.UNKNOWN:
            unproven.append(says)
    return GateState(all_of(truths), tuple(broken), tuple(unproven), tuple(facts))
