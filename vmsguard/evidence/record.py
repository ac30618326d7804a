"""One evidence record: checked against its event's allow-list and made safe before it gets its envelope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from vmsguard.errors import EvidenceError
from vmsguard.evidence.allow import AllowList
from vmsguard.evidence.canonical import canonical_json
from vmsguard.evidence.tree import leaf_hash, root_hash

__all__ = ["ENVELOPE", "MAX_RECORD", "SCHEMA", "Pair", "planned_digest", "prepare"]

SCHEMA = "vmsguard.evidence/1"

MAX_RECORD = 32_768
"""Bytes of a line. Entry bundles of tlog-tiles count in 16 bits; half of that leaves room for proofs."""

ENVELOPE = frozenset(("schema", "seq", "prev", "id", "salt", "ts", "mono_ns", "boot_id", "event", "run", "cause"))

Pair = Sequence[str]
"""``(camera, pack, rule, control)``."""

_MOST_LISTED = 64
_LONG_LISTS = {"verify": "facts", "apply.intent": "causes"}


def planned_digest(pairs: Iterable[Pair]) -> str:
    """The RFC 6962 root, in hex, over the canonical JSON of the sorted, distinct pairs."""
    return root_hash(leaf_hash(canonical_json(list(pair))) for pair in sorted({tuple(pair) for pair in pairs})).hex()


def prepare(event: str, fields: Mapping[str, Any], allow: AllowList) -> dict[str, Any]:
    """The fields as they may be written; an ``EvidenceError`` names what is not allowed, never its value.

    None and the empty string stand for an optional field that is not set, and are left out.
    Aware datetimes become RFC 3339.
    """
    allowed = allow.get(event)
    if allowed is None:
        raise EvidenceError(f"{event!r} is not an event of {SCHEMA}", hint="add it to vmsguard.evidence.events")
    if event in _LONG_LISTS:
        fields = _cut_list(fields, _LONG_LISTS[event])
    checks = allowed.checks
    try:
        ready = {name: checks[name](value) for name, value in fields.items() if value is not None and value != ""}
    except KeyError as error:
        raise _refused(event, f"has no field {error.args[0]}") from None
    except (msgspec.ValidationError, TypeError, AttributeError, ValueError) as error:
        raise _refused(event, _blame(fields, checks, error)) from None
    except EvidenceError as error:
        raise _refused(event, str(error)) from None
    if not allowed.required <= ready.keys():
        raise _refused(event, f"lacks {', '.join(sorted(allowed.required - ready.keys()))}")
    return ready


def _cut_list(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Shorten what one device could make long, and say by how much."""
    listed = fields.get(name)
    if listed is None or len(listed) <= _MOST_LISTED:
        return fields
    return {**fields, name: listed[:_MOST_LISTED], f"{name}_left_off": len(listed) - _MOST_LISTED}


def _blame(fields: Mapping[str, Any], checks: Mapping[str, Any], error: Exception) -> str:
    """Which field was refused; msgspec's message names types and patterns, never the value."""
    for name, value in fields.items():
        if value is None or value == "":
            continue
        try:
            checks[name](value)
        except msgspec.ValidationError as refused:
            return f"{name}: {refused}"
        except (KeyError, TypeError, AttributeError, ValueError):
            return f"{name} is of another type"
    return type(error).__name__


def _refused(event: str, why: str) -> EvidenceError:
    return EvidenceError(f"{event} record: {why}", hint="vmsguard.evidence.events says what it may hold")
