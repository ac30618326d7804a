"""Saved plans: written by ``plan -o``, applied as far as the facts they cite still stand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from vmsguard.errors import UsageError
from vmsguard.model.facts import Fact, FactKey
from vmsguard.model.plan import Plan, PlannedChange
from vmsguard.model.vocabulary import Stage
from vmsguard.run.execute import Sent
from vmsguard.run.outcome import Skipped

__all__ = ["digest_of", "fresh_part", "load_plan", "newly_asked", "save_plan", "with_digest"]


def digest_of(cites: Sequence[FactKey], facts: Mapping[FactKey, Fact]) -> str:
    """A digest over what the cited facts read; the time of reading is left out, growth of footage too."""
    told = hashlib.sha256()
    for key in sorted(cites, key=str):
        fact = facts.get(key)
        if fact is None or key.name == "footage.recordings":
            continue
        told.update(msgspec.json.encode((key, fact.reading), order="deterministic"))
    return told.hexdigest()


def with_digest(planned: PlannedChange, facts: Mapping[FactKey, Fact]) -> PlannedChange:
    """The change with its digest filled in, ready to be saved or compared."""
    return replace(planned, facts_digest=digest_of(planned.cites, facts))


def save_plan(plan: Plan, path: Path) -> None:
    """Write a plan as JSON; it holds ids and settings, no secret. Raises ``UsageError`` where it cannot be written."""
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n")
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror or 'cannot be written'}", hint="name a file in a folder that can be written"
        ) from error


def load_plan(path: Path) -> Plan:
    """A saved plan; raises ``UsageError`` for a file that is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Plan)
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror or 'cannot be read'}", hint="write one with vmsguard plan -o FILE"
        ) from error
    except msgspec.DecodeError as error:
        raise UsageError(
            f"{path}: is not a saved plan: {error}", hint="write one with vmsguard plan -o FILE"
        ) from error


def fresh_part(now: Plan, saved: Plan | None) -> tuple[list[PlannedChange], list[Skipped]]:
    """What may be sent: the enforceable changes of the plan made now that the saved one names unchanged.

    Staleness is per change: one camera that moved on does not hold up the others.
    """
    if saved is None:
        return list(now.enforceable), []
    wanted = {planned.change.id: planned for planned in saved.enforceable}
    chosen: list[PlannedChange] = []
    skipped: list[Skipped] = []
    current = {planned.change.id: planned for planned in now.enforceable}
    for name, planned in wanted.items():
        fresh = current.get(name)
        if fresh is None:
            skipped.append(Skipped(name, "no longer needed, or no longer allowed", "run vmsguard plan again"))
        elif fresh.facts_digest != planned.facts_digest:
            skipped.append(Skipped(name, "stale: the facts it rests on have changed", "run vmsguard plan again"))
        else:
            chosen.append(fresh)
    return sorted(chosen, key=lambda planned: list(current).index(planned.change.id)), skipped


def newly_asked(now: Plan, first: Plan, sent: Iterable[Sent], targets: frozenset[str]) -> list[PlannedChange]:
    """What a proof of impossibility made possible at those targets, to be sent in the same run.

    What could have been sent before and was not (stale, not confirmed, not named by the saved plan) stays
    at home. Nothing is sent twice, except a purge that was accepted and could not reach all it was meant to.
    """
    offered = {planned.change.id for planned in first.enforceable}
    tried = {entry.planned.change.id: entry.outcome for entry in sent}
    return [
        planned
        for planned in now.enforceable
        if planned.change.target in targets
        and (
            planned.change.id not in offered
            if planned.change.id not in tried
            else planned.stage is Stage.PURGING and tried[planned.change.id] == "accepted"
        )
    ]
