"""Which calls of a ``State`` a worker may make, and how their arguments and answers go over the line."""

from __future__ import annotations

import inspect
from collections import abc
from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Raw, Struct

from vmsguard.agent.workers.frames import encode
from vmsguard.state.store import State

__all__ = ["AGENT_ONLY", "IN_THE_WORKER", "LEASES", "READS", "WRITES", "StateCall", "state_call"]

READS = frozenset(
    {
        "approvals",
        "breaker",
        "breakers",
        "cameras_in_scope",
        "changes_sent",
        "deletions",
        "duties",
        "duty_watches",
        "ended_proofs",
        "exceptions_in_force",
        "first_uses",
        "held_purges",
        "highest_time",
        "holds_in_force",
        "last_cameras",
        "last_targets",
        "lock_digest",
        "pack_contents",
        "pauses",
        "prior_values",
        "proofs",
        "retired_owing",
        "retirements",
        "reversals",
        "scopes",
        "seen",
        "standings",
        "trust",
        "trusts",
        "unrecorded_trusts",
        "witness_memory",
        "work",
    }
)
"""Asked by anybody, with or without a lease."""

WRITES = frozenset(
    {
        "add_deletion",
        "add_prior_values",
        "add_proof",
        "add_reversal",
        "change_exceptions_in_force",
        "change_holds_in_force",
        "clear_refusals",
        "drop_approvals",
        "drop_duty",
        "note_day",
        "note_first_uses",
        "note_time",
        "put_duty",
        "put_held_purge",
        "put_pause",
        "put_seen",
        "put_standings",
        "put_trusts",
        "record_refusal",
        "remember_enrolled",
        "remember_lock",
        "remember_scope",
        "remember_sightings",
        "tell_alarm",
        "wake_work",
    }
)
"""Only under a lease that is held at that moment."""

LEASES = frozenset({"finish", "give_back", "lease", "renew"})
"""These carry their lease themselves."""

IN_THE_WORKER = frozenset({"digest", "fenced", "salt"})
"""Done where they are asked for; ``digest`` is given passwords, which stay in the worker."""

AGENT_ONLY = frozenset(
    {
        "add_approval",
        "all_work",
        "close",
        "confirm_evidence",
        "confirmed_evidence",
        "distrust",
        "drop_retirement",
        "drop_work",
        "due_work",
        "due_work_at_each",
        "duties_to_tell",
        "end_leases",
        "end_pause",
        "evidence_size",
        "expect_hub",
        "failing_work",
        "fenced_all",
        "forget_confirmed",
        "forget_deletions_after",
        "forget_enrolled",
        "forget_lock",
        "forget_reversals",
        "forget_sent",
        "gap_ages",
        "give_back_all",
        "lease_free",
        "leased_elsewhere",
        "leases_of",
        "mark_failed",
        "mark_sent",
        "next_level_time",
        "open",
        "post",
        "remember_evidence_size",
        "renew_all",
        "retire",
        "row_counts",
        "run_lock",
        "schedule_work",
        "schema",
        "shorten_leases",
        "standing_counts",
        "unsent",
        "unsent_count",
        "where",
    }
)
"""Scheduling, people's orders, what is told to people, and what concerns the store and the log as a whole."""


class StateCall(Struct, frozen=True):
    """One method of ``State`` on the line, made from the method's own signature: it cannot say another thing."""

    name: str
    arguments: type[Struct]
    answers: msgspec.msgpack.Decoder[Any]
    questions: msgspec.msgpack.Decoder[Any]

    def encode_arguments(self, args: tuple[Any, ...], named: Mapping[str, Any]) -> Raw:
        """Raises ``TypeError`` for what the method does not take."""
        return Raw(encode(self.arguments(*args, **named)))

    def carry_out(self, state: State, arguments: Raw) -> Any:
        """What the method returns; raises ``msgspec.DecodeError`` for arguments of other types."""
        told = self.questions.decode(arguments)
        method = getattr(State, self.name)
        by_position, by_name = _ways_of(method)
        return method(
            state, *(getattr(told, one) for one in by_position), **{one: getattr(told, one) for one in by_name}
        )


@cache
def state_call(name: str) -> StateCall:
    """The call of a method by its name."""
    method = getattr(State, name)
    types = get_type_hints(method)
    fields: list[Any] = []
    for one in inspect.signature(method).parameters.values():
        if one.name == "self":
            continue
        kind, required = _concrete(types[one.name]), one.default is inspect.Parameter.empty
        fields.append((one.name, kind) if required else (one.name, kind, one.default))
    arguments = msgspec.defstruct(name, fields, frozen=True, array_like=True, forbid_unknown_fields=True)
    return StateCall(
        name,
        arguments,
        msgspec.msgpack.Decoder(_concrete(types["return"])),
        msgspec.msgpack.Decoder(arguments),
    )


def _concrete(kind: Any) -> Any:
    """The type with something that can be made in place of what is only promised; msgspec would read it as anything."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (abc.Iterable, abc.Collection, abc.Sequence):
        return tuple[_concrete(inner[0]), ...]  # type: ignore[misc]
    if origin is abc.Mapping:
        return dict[_concrete(inner[0]), _concrete(inner[1])]  # type: ignore[misc]
    if origin in (Union, UnionType):
        return Union[tuple(map(_concrete, inner))]  # noqa: UP007 - of types that are only known now
    return kind


def _ways_of(method: Any) -> tuple[list[str], list[str]]:
    """Which parameters go by position and which by name."""
    parameters = [one for one in inspect.signature(method).parameters.values() if one.name != "self"]
    by_name = [one.name for one in parameters if one.kind is inspect.Parameter.KEYWORD_ONLY]
    return [one.name for one in parameters if one.name not in by_name], by_name
