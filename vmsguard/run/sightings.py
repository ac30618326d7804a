"""When the core looks for itself, and what it already knows from an earlier look.

A stream is probed once per change of what the read-back says, not once per sweep (DESIGN 6): where the
memory of the last look agrees with the settings read now, that look stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vmsguard.errors import SecretMissing
from vmsguard.model.facts import Fact, FactKey, Items, Known
from vmsguard.model.inventory import Inventory, Target
from vmsguard.model.ledger import WitnessMemory
from vmsguard.model.manifest import WitnessPoint
from vmsguard.model.vocabulary import WHOLE, Basis
from vmsguard.run.equipment import Equipment
from vmsguard.run.observe import TargetObservation
from vmsguard.witness.conclude import MemoryKey, conclude, memory_key, point_name
from vmsguard.witness.look import look
from vmsguard.witness.sighting import Sighting

__all__ = ["Look", "Seen", "expected_answer", "look_for_ourselves"]


@dataclass(frozen=True)
class Look:
    """One look taken in this run; ``positive_before`` says whether the same probe ever succeeded from here."""

    target: str
    point: WitnessPoint
    sighting: Sighting
    positive_before: bool


@dataclass(frozen=True)
class Seen:
    """Witnessed facts, what to remember of the looks behind them, and the looks themselves."""

    facts: tuple[Fact, ...] = ()
    fresh: tuple[WitnessMemory, ...] = ()
    looked: tuple[Look, ...] = ()


_TELLS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "stream.answers": ("stream.services", lambda item: bool(item.enabled) and item.kind != "snapshot"),
    "snapshot.answers": ("stream.services", lambda item: bool(item.enabled) and item.kind == "snapshot"),
    "footage.grows": ("recording.jobs", lambda item: bool(item.active)),
    "footage.files": ("footage.recordings", lambda item: not item.empty),
}
"""Witnessed fact to the read-back that says what a witness should see, and the item that means yes."""


def expected_answer(proves: str, target: str, channel: str, facts: Mapping[FactKey, Fact]) -> bool | None:
    """What the settings read now let a witness expect; None when they do not say."""
    if proves not in _TELLS:
        return None
    name, says_yes = _TELLS[proves]
    fact = facts.get(FactKey(target, channel, name)) or facts.get(FactKey(target, WHOLE, name))
    if fact is None or not isinstance(fact.reading, Known) or not isinstance(fact.reading.value, Items):
        return None
    return any(says_yes(item) for item in fact.reading.value.values)


async def look_for_ourselves(
    inventory: Inventory,
    observations: Mapping[str, TargetObservation],
    wanted: frozenset[str],
    equipment: Equipment,
    *,
    again: frozenset[str],
    before: Seen | None,
) -> Seen:
    """Every witnessed fact that some control reads: fresh where something changed, remembered elsewhere.

    Every point of a target in ``again`` is looked at anew.
    """
    memories = {memory_key(memory): memory for memory in equipment.state.witness_memory()}
    todo: dict[str, list[WitnessPoint]] = {}
    facts: list[Fact] = []
    for name, observation in sorted(observations.items()):
        for point in _distinct(observation.points, wanted):
            remembered = [] if name in again else _remembered(name, point, observation.facts, memories)
            if remembered:
                facts.extend(fact for memory in remembered for fact in _facts_of(memory))
            else:
                todo.setdefault(name, []).append(point)
    sightings = await _look(inventory, todo, equipment)
    fresh: list[WitnessMemory] = []
    looked: list[Look] = [] if before is None else list(before.looked)
    for name, seen in sightings.items():
        concluded = conclude(name, seen, memories, host_is_alive=observations[name].reached, at=equipment.clock.now())
        facts.extend(concluded.facts)
        fresh.extend(concluded.memories)
        looked.extend(Look(name, point, sighting, _positive(name, point, memories)) for point, sighting in seen)
    return Seen(facts=tuple(_strongest(facts).values()), fresh=tuple(fresh), looked=tuple(looked))


def _distinct(points: Iterable[WitnessPoint], wanted: frozenset[str]) -> list[WitnessPoint]:
    """The points some control asks about; a folder bears on growth and on files, and is looked at once."""
    chosen: dict[tuple[str, str, str, str], WitnessPoint] = {}
    for point in points:
        about = {"footage.grows", "footage.files"} if point.kind == "file" else {point.proves}
        if about & wanted:
            what = "" if point.kind == "file" else point.proves
            chosen.setdefault((point.kind, point.channel, point_name(point), what), point)
    return list(chosen.values())


def _keys(target: str, point: WitnessPoint) -> list[MemoryKey]:
    proves = ("footage.grows", "footage.files") if point.kind == "file" else (point.proves,)
    return [MemoryKey(target, point.channel, name, point_name(point)) for name in proves]


def _remembered(
    target: str,
    point: WitnessPoint,
    facts: Mapping[FactKey, Fact],
    memories: Mapping[MemoryKey, WitnessMemory],
) -> list[WitnessMemory]:
    """The memories of a point if each agrees with the settings read now; none if a new look is due."""
    found: list[WitnessMemory] = []
    for key in _keys(target, point):
        memory = memories.get(key)
        expected = expected_answer(key.proves, target, point.channel, facts)
        if memory is None or (expected is not None and memory.answered != expected):
            return []
        found.append(memory)
    return found


def _facts_of(memory: WitnessMemory) -> Sequence[Fact]:
    """What a memory still proves: a negative only after a positive, and no count of files."""
    if memory.answered and memory.proves == "footage.files":
        return ()
    if not memory.answered and memory.positive_at is None:
        return ()
    value: bool | int = 0 if memory.proves == "footage.files" else memory.answered
    key = FactKey(memory.target, memory.channel, memory.proves)
    kind = memory.point.partition(":")[0]
    return (Fact(key, Known(value), Basis.OBSERVED, memory.at, f"witness {kind}"),)


def _positive(target: str, point: WitnessPoint, memories: Mapping[MemoryKey, WitnessMemory]) -> bool:
    return any(key in memories and memories[key].positive_at is not None for key in _keys(target, point))


def _strongest(facts: Iterable[Fact]) -> dict[FactKey, Fact]:
    """The facts by key; where a target has several probes of one thing, one that answers outweighs the others."""
    chosen: dict[FactKey, Fact] = {}
    for fact in facts:
        held = chosen.get(fact.key)
        if held is None or not (isinstance(held.reading, Known) and held.reading.value):
            chosen[fact.key] = fact
    return chosen


async def _look(
    inventory: Inventory, todo: Mapping[str, Sequence[WitnessPoint]], equipment: Equipment
) -> dict[str, list[tuple[WitnessPoint, Sighting]]]:
    total = sum(len(points) for points in todo.values())
    gate = asyncio.Semaphore(equipment.in_flight)
    done = 0
    if total:
        equipment.progress("witness", 0, total)

    async def one(target: Target, point: WitnessPoint) -> tuple[str, WitnessPoint, Sighting]:
        nonlocal done
        async with gate:
            try:
                login = equipment.login(target.login.read)
            except SecretMissing:
                login = None
            sighting = await look(point, target, clock=equipment.clock, login=login, sleep=equipment.sleep)
        done += 1
        equipment.progress("witness", done, total)
        return target.id, point, sighting

    seen = await asyncio.gather(
        *(one(inventory.targets[name], point) for name, points in todo.items() for point in points)
    )
    by_target: dict[str, list[tuple[WitnessPoint, Sighting]]] = {}
    for name, point, sighting in seen:
        by_target.setdefault(name, []).append((point, sighting))
    return by_target
