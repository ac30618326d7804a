"""Which deletions a pack owes, and which cameras it reaches, in a form in which two versions can be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import to_builtins

from vmsguard.evidence.canonical import canonical_json
from vmsguard.model.lock import LockedDuty
from vmsguard.model.pack import ExceptionGate, Gate, Pack, Requirement, Rule

__all__ = ["AFTER_EXCEPTIONS", "DUTY_CONTROLS", "duties_of", "scope_of"]

DUTY_CONTROLS = frozenset({"deletion.daily", "deletion.periodic"})
"""Controls that owe a deletion by a time: what was accepted of them goes on while the rest of a pack waits."""

AFTER_EXCEPTIONS = "exception.expiry"
"""The control in whose name what an exception gained is deleted when it ends; the exception names the cameras."""


def duties_of(pack: Pack) -> tuple[LockedDuty, ...]:
    """Every duty of deletion a pack states, with all that decides on it, in a stable order."""
    return tuple(sorted(duty for rule in pack.rules for duty in (*_of_rule(rule), *_after_exceptions(rule, pack))))


def scope_of(pack: Pack) -> str:
    """SHA-256 of what the pack selects, reading by reading."""
    told = {"select": pack.select, "profiles": {name: one.select for name, one in pack.profiles.items()}}
    return hashlib.sha256(canonical_json(_plain(told))).hexdigest()


def _of_rule(rule: Rule) -> Iterator[LockedDuty]:
    yield from _of_rung(rule, None, rule.require)
    for rung in rule.otherwise:
        yield from _of_rung(rule, rung.gate, rung.require)


def _after_exceptions(rule: Rule, pack: Pack) -> Iterator[LockedDuty]:
    """What follows the end of an exception of each type that the rule opens for."""
    for rung in rule.otherwise:
        kind = pack.exception_types.get(rung.gate.exception_type) if isinstance(rung.gate, ExceptionGate) else None
        if kind is not None:
            asks = {"on_expiry": kind.on_expiry, "on_rejected": kind.on_rejected, "lifts": kind.lifts, "type": kind.id}
            yield LockedDuty(rule.id, AFTER_EXCEPTIONS, canonical_json(_plain(asks)).decode())


def _of_rung(rule: Rule, gate: Gate | None, required: Iterable[Requirement]) -> Iterator[LockedDuty]:
    for one in required:
        if one.control in DUTY_CONTROLS:
            asks: dict[str, Any] = {"params": one.params}
            asks |= {"pending": one.pending} if one.pending else {}
            asks |= {"per_profile": one.per_profile} if one.per_profile else {}
            asks |= {"gate": gate} if gate is not None else {}
            asks |= {"when": rule.when} if rule.when else {}
            asks |= {"select": rule.select} if rule.select is not None else {}
            yield LockedDuty(rule.id, one.control, canonical_json(_plain(asks)).decode())


def _plain(value: Any) -> Any:
    """Sets come in a stable order, durations as ISO 8601."""
    return to_builtins(value, order="deterministic")
