"""One evidence record: checked against its event's allow-list and made safe before it gets its envelope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.allow import AllowList
from vmsguard.evidence.canonical import canonical_json
from vmsguard.evidence.layout import Encoder, Layout
from vmsguard.evidence.tree import leaf_hash, root_hash

__all__ = [
    "ENVELOPE",
    "ENVELOPE_MEMBERS",
    "MAX_RECORD",
    "MOST_LISTED",
    "SCHEMA",
    "Pair",
    "Ready",
    "planned_digest",
    "prepare",
]

SCHEMA = "vmsguard.evidence/1"

MAX_RECORD = 32_768
"""Bytes of a line. Entry bundles of tlog-tiles count in 16 bits; half of that leaves room for proofs."""

ENVELOPE = ("boot_id", "cause", "event", "id", "mono_ns", "prev", "run", "salt", "schema", "seq", "ts")
"""What the sink itself puts on a record."""

ENVELOPE_MEMBERS = ("boot_id", "cause", "event", "id", "mono_ns", "prev", "run", "ts")
"""The same as members to be laid out: no event has a field between ``run`` and ``seq``, so these are one."""

Pair = Sequence[str]
"""``(camera, pack, rule, control)``."""

MOST_LISTED = 64
"""How many a list in a record names that a fleet or a device could make long."""
_LONG_LISTS = {
    "apply.intent": ("causes",),
    "apply.result": ("exchanges",),
    "policy.applied": ("sites",),
    "rule.applied": ("controls",),
    "run.scope": ("left_out", "sites", "without_policy"),
    "verify": ("facts",),
}


def planned_digest(pairs: Iterable[Pair]) -> str:
    """The RFC 6962 root, in hex, over the canonical JSON of the sorted, distinct pairs."""
    return root_hash(leaf_hash(canonical_json(list(pair))) for pair in sorted({tuple(pair) for pair in pairs})).hex()


class Ready(Struct, gc=False):
    """The fields of a record, checked and encoded, that wait for their envelope."""

    event: str
    fields: Mapping[str, Any]
    """As they were given."""
    layout: Layout
    members: list[str]

    def line(self, envelope: Sequence[str] = ()) -> bytes:
        """The record in canonical form; ``envelope`` holds the members that the allow-list was told of."""
        return self.layout.join([*self.members, *envelope]).encode()


def prepare(event: str, fields: Mapping[str, Any], allow: AllowList) -> Ready:
    """The fields as they may be written; an ``EvidenceError`` names what is not allowed, never its value.

    None and the empty string stand for an optional field that is not set, and are left out.
    Aware datetimes become RFC 3339.
    """
    allowed = allow.get(event)
    if allowed is None:
        raise EvidenceError(f"{event!r} is not an event of {SCHEMA}", hint="add it to vmsguard.evidence.events")
    for long in _LONG_LISTS.get(event, ()):
        if len(fields.get(long) or ()) > MOST_LISTED:
            fields = _cut_list(fields, long)
    try:
        layout = allowed[tuple(fields)]
        return Ready(event, fields, layout, layout.encode(fields.values()))
    except (msgspec.ValidationError, TypeError, AttributeError, ValueError) as error:
        raise _refused(event, _blame(fields, allowed.encoders, error)) from None
    except EvidenceError as error:
        raise _refused(event, str(error)) from None


def _cut_list(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Shorten what one device could make long, and say by how much."""
    listed = fields[name]
    return {**fields, name: listed[:MOST_LISTED], f"{name}_left_off": len(listed) - MOST_LISTED}


def _blame(fields: Mapping[str, Any], encoders: Mapping[str, Encoder], error: Exception) -> str:
    """Which field was refused; msgspec's message names types and patterns, never the value."""
    for name, value in fields.items():
        try:
            encoders[name][value]
        except msgspec.ValidationError as refused:
            return f"{name}: {refused}"
        except (TypeError, AttributeError, ValueError):
            return f"{name} is of another type"
    return type(error).__name__


def _refused(event: str, why: str) -> EvidenceError:
    return EvidenceError(f"{event} record: {why}", hint="vmsguard.evidence.events says what it may hold")
