"""One evidence record: checked against its event's allow-list, made safe, and stamped with its envelope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from vmsguard.errors import EvidenceError
from vmsguard.evidence.canonical import canonical_json
from vmsguard.evidence.events import EVENTS
from vmsguard.evidence.fields import Instant, Reason, Safe
from vmsguard.evidence.redact import (
    Pseudonym,
    footage_hour,
    holds_image,
    safe_arguments,
    safe_change,
    safe_reason,
    safe_text,
    safe_token,
    stamp,
)
from vmsguard.evidence.tree import leaf_hash, root_hash

__all__ = ["ENVELOPE", "MAX_RECORD", "SCHEMA", "Pair", "planned_digest", "prepare"]

SCHEMA = "vmsguard.evidence/1"

MAX_RECORD = 32_768
"""Bytes of a line. Entry bundles of tlog-tiles count in 16 bits; half of that leaves room for proofs."""

ENVELOPE = frozenset(("schema", "seq", "prev", "id", "salt", "ts", "mono_ns", "boot_id", "event", "run", "cause"))

Pair = Sequence[str]
"""``(camera, pack, rule, control)``."""

_MOST_LISTED = 64

_Step = Callable[[Any, Pseudonym], Any]


def planned_digest(pairs: Iterable[Pair]) -> str:
    """The RFC 6962 root, in hex, over the canonical JSON of the sorted, distinct pairs."""
    return root_hash(leaf_hash(canonical_json(list(pair))) for pair in sorted({tuple(pair) for pair in pairs})).hex()


def prepare(event: str, fields: Mapping[str, Any], pseudonym: Pseudonym) -> dict[str, Any]:
    """The fields as they may be written; an ``EvidenceError`` names what is not allowed, never its value.

    None and the empty string stand for an optional field that is not set, and are left out.
    Aware datetimes become RFC 3339.
    """
    steps = _STEPS.get(event)
    if steps is None:
        raise EvidenceError(f"{event!r} is not an event of {SCHEMA}", hint="add it to vmsguard.evidence.events")
    ready: dict[str, Any] = {}
    for name, value in fields.items():
        if value is None or value == "":
            continue
        step = steps.get(name)
        ready[name] = value if step is None else step(value, pseudonym)
    _cut_lists(event, ready)
    try:
        msgspec.convert(ready, EVENTS[event])
    except msgspec.ValidationError as error:
        raise EvidenceError(
            f"{event} record: {error}", hint="see vmsguard.evidence.events for what it may hold"
        ) from error
    for name, value in ready.items():
        if type(value) is str and len(value) > 64 and holds_image(value):
            raise EvidenceError(f"{event} record: {name} looks like a picture or packed data", hint="record its digest")
    return ready


def _cut_lists(event: str, ready: dict[str, Any]) -> None:
    """Shorten what one device could make long, and say by how much."""
    name = _LONG_LISTS.get(event)
    if name is not None and len(ready.get(name, ())) > _MOST_LISTED:
        ready[f"{name}_left_off"] = len(ready[name]) - _MOST_LISTED
        ready[name] = ready[name][:_MOST_LISTED]


def _facts(value: Any, pseudonym: Pseudonym) -> list[dict[str, Any]]:
    ready = []
    for fact in value:
        safe = {name: item for name, item in fact.items() if item is not None}
        if "channel" in safe:
            safe["channel"] = safe_token(safe["channel"], pseudonym)
        if "target" in safe:
            safe["target"] = safe_token(safe["target"], pseudonym)
        if "at" in safe:
            safe["at"] = stamp(safe["at"])
        ready.append(safe)
    return ready


def _agent(value: Any, pseudonym: Pseudonym) -> dict[str, str]:
    return {str(name): safe_text(item, pseudonym) for name, item in value.items()}


def _verdicts(value: Any, pseudonym: Pseudonym) -> dict[str, int]:
    return {str(verdict): count for verdict, count in value.items()}


_LONG_LISTS = {"verify": "facts", "apply.intent": "causes"}

_BY_NAME: dict[str, _Step] = {
    "agent": _agent,
    "arguments": safe_arguments,
    "change": safe_change,
    "facts": _facts,
    "firmware": safe_text,
    "found": safe_text,
    "model": safe_text,
    "oldest": footage_hour,
    "vendor": safe_text,
    "verdicts": _verdicts,
}
"""How foreign values are made safe; any other field of type ``Safe`` is treated as a token."""


def _step_of(event: str, field: msgspec.structs.FieldInfo) -> _Step | None:
    if event == "observe" and field.name == "facts":
        return None
    if field.name in _BY_NAME:
        return _BY_NAME[field.name]
    if field.type == Instant:
        return stamp
    if field.type == Reason:
        return safe_reason
    return safe_token if field.type == Safe else None


_STEPS: dict[str, dict[str, _Step]] = {
    event: {field.name: step for field in msgspec.structs.fields(shape) if (step := _step_of(event, field)) is not None}
    for event, shape in EVENTS.items()
}
