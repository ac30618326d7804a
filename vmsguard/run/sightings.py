"""When the core looks for itself, and what it already knows from an earlier look.

A stream is probed once per change of what the read-back says, not once per sweep (DESIGN 6): where the
memory of the last look agrees with what the settings read now surely say, that look stands. One look at RTSP
tells whether it answers and whether it asks for a login; where it asked for none, it is looked at again in every
run. Files are counted in every run, which asks nothing of a device.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from vmsguard.model.facts import Fact, FactKey, Items, Known, Unknown
from vmsguard.model.inventory import Inventory, Target
from vmsguard.model.ledger import WitnessMemory
from vmsguard.model.manifest import WitnessPoint
from vmsguard.model.truth import Truth, any_of
from vmsguard.model.vocabulary import WHOLE, Basis, Why
from vmsguard.run.equipment import Instruments
from vmsguard.run.looking import look_everywhere
from vmsguard.run.observe import TargetObservation
from vmsguard.witness.conclude import OPEN_TO_ALL, MemoryKey, conclude, memory_key, point_name
from vmsguard.witness.place import place_of
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


_Memories = tuple[WitnessMemory, ...]


def _enabled(service: Any, *, snapshot: bool) -> bool | None:
    return service.enabled if (service.kind == "snapshot") is snapshot else False


_RTSP = frozenset({"rtsp", "rtsps"})
_TELLS: Mapping[str, tuple[str, Callable[[Any], bool | None]]] = {
    "stream.answers": ("stream.services", lambda item: _enabled(item, snapshot=False)),
    "snapshot.answers": ("stream.services", lambda item: _enabled(item, snapshot=True)),
    OPEN_TO_ALL: ("stream.services", lambda item: item.enabled if item.kind in _RTSP else False),
    "footage.grows": ("recording.jobs", lambda item: item.active),
    "footage.files": ("footage.recordings", lambda item: not item.empty),
}
"""Witnessed fact to the read-back that says what a witness should see, and whether an item means yes."""


def expected_answer(proves: str, target: str, channel: str, facts: Mapping[FactKey, Fact]) -> bool | None:
    """What the settings read now let a witness expect; None when they do not say, or not of everything."""
    if proves not in _TELLS:
        return None
    name, says_yes = _TELLS[proves]
    fact = facts.get(FactKey(target, channel, name)) or facts.get(FactKey(target, WHOLE, name))
    if fact is None or not isinstance(fact.reading, Known) or not isinstance(fact.reading.value, Items):
        return None
    items = fact.reading.value
    truth = any_of(
        [*(Truth.of(says_yes(item)) for item in items.values), *(() if items.complete else (Truth.UNKNOWN,))]
    )
    return None if truth is Truth.UNKNOWN else truth is Truth.TRUE


async def look_for_ourselves(
    inventory: Inventory,
    observations: Mapping[str, TargetObservation],
    wanted: frozenset[str],
    equipment: Instruments,
    *,
    again: frozenset[str],
    before: Seen | None,
) -> Seen:
    """Every witnessed fact that some control reads: fresh where something changed, remembered elsewhere.

    Every point of a target in ``again`` is looked at anew; of others stands what ``before`` saw in this run.
    """
    memories = {memory_key(memory): memory for memory in equipment.state.witness_memory(observations.keys())}
    # Whoever closes an open stream changes nothing that the settings read say, so only a look tells.
    open_to_all = {name for name, trust in equipment.state.trusts(observations.keys()).items() if trust.rtsp_open}
    todo: dict[str, list[WitnessPoint]] = {}
    recalled: dict[str, list[tuple[WitnessPoint, _Memories]]] = {}
    for name, observation in sorted(observations.items()):
        if before is not None and name not in again:
            continue
        for point in _distinct((_placed(point, inventory.targets[name]) for point in observation.points), wanted):
            due = name in again or (point.kind == "rtsp" and name in open_to_all)
            stands = None if due else _remembered(name, point, observation.facts, memories, wanted)
            if stands is not None:
                recalled.setdefault(name, []).append((point, stands))
            else:
                todo.setdefault(name, []).append(point)
    sightings = await look_everywhere(inventory, todo, equipment)
    facts = [] if before is None else [fact for fact in before.facts if fact.key.target not in again]
    looked: list[Look] = [] if before is None else list(before.looked)
    fresh: list[WitnessMemory] = []
    now = equipment.clock.now()
    for name in sorted({*sightings, *recalled}):
        seen, known = sightings.get(name, []), recalled.get(name, [])
        told = [*seen, *((point, _as_seen(point, of)) for point, of in known)]
        concluded = conclude(name, told, memories, host_is_alive=observations[name].reached, at=now)
        stood = {memory_key(memory): memory for _, of in known for memory in of}
        facts.extend(_doubted(_dated(fact, stood.values()), observations[name]) for fact in concluded.facts)
        fresh.extend(memory for memory in concluded.memories if memory_key(memory) not in stood)
        looked.extend(Look(name, point, sighting, _positive(name, point, memories)) for point, sighting in seen)
    return Seen(facts=tuple(facts), fresh=tuple(fresh), looked=tuple(looked))


def _dated(fact: Fact, stood: Iterable[WitnessMemory]) -> Fact:
    """The fact as of the oldest look it rests on."""
    name, channel = fact.key.name, fact.key.channel
    of = [memory for memory in stood if memory.proves == name]
    times = [memory.at for memory in of if name == OPEN_TO_ALL or memory.channel == channel]
    return replace(fact, observed_at=min([fact.observed_at, *times]))


def _doubted(fact: Fact, observation: TargetObservation) -> Fact:
    """The fact, unless it says of the whole target what was not seen of a channel that may have RTSP too."""
    if fact.key.name != OPEN_TO_ALL or fact.reading != Known(False):
        return fact
    seen = {point.channel for point in observation.points if point.kind == "rtsp"}
    told = {key.channel for key in observation.facts if key.name == "stream.services"} - seen
    for channel in sorted(told):
        if expected_answer(OPEN_TO_ALL, fact.key.target, channel, observation.facts) is not False:
            reading = Unknown(Why.NOT_READ, f"channel {channel} may have RTSP and names no stream to ask for")
            return replace(fact, reading=reading, basis=Basis.ATTESTED)
    return fact


def _placed(point: WitnessPoint, target: Target) -> WitnessPoint:
    """The point with the place it stands for written out: what was seen elsewhere was not the same probe."""
    if point.kind == "file":
        return replace(point, host=target.options.get("storage_path", ""))
    place = place_of(point, target)
    return point if place is None else replace(point, host=place.host, port=place.port)


def _distinct(points: Iterable[WitnessPoint], wanted: frozenset[str]) -> list[WitnessPoint]:
    """The points some control asks about; one that bears on two facts is looked at once."""
    chosen: dict[tuple[str, str, str, str], WitnessPoint] = {}
    for point in points:
        if wanted.intersection(_bears_on(point)):
            what = "" if point.kind == "file" else point.proves
            chosen.setdefault((point.kind, point.channel, point_name(point), what), point)
    return list(chosen.values())


def _keys(target: str, point: WitnessPoint) -> list[MemoryKey]:
    proves = _bears_on(point) if point.kind == "file" else (point.proves,)
    return [MemoryKey(target, point.channel, name, point_name(point)) for name in proves]


def _bears_on(point: WitnessPoint) -> tuple[str, ...]:
    if point.kind == "file":
        return "footage.grows", "footage.files"
    return (point.proves, OPEN_TO_ALL) if point.kind == "rtsp" else (point.proves,)


def _remembered(
    target: str,
    point: WitnessPoint,
    facts: Mapping[FactKey, Fact],
    memories: Mapping[MemoryKey, WitnessMemory],
    wanted: frozenset[str],
) -> _Memories | None:
    """What is remembered of a point, if it agrees with what the settings read now surely say; None if a look is due."""
    if point.kind == "file":
        return None
    (key,) = _keys(target, point)
    memory = memories.get(key)
    agrees = memory is not None and memory.answered is expected_answer(point.proves, target, point.channel, facts)
    told = (memory,) if memory is not None and agrees else ()
    if OPEN_TO_ALL not in wanted or point.kind != "rtsp":
        return told or None
    if point.proves in wanted and not agrees:
        return None
    asked = memories.get(key._replace(proves=OPEN_TO_ALL))
    gone_since = None if memory is None or memory.answered else memory.at
    match expected_answer(OPEN_TO_ALL, target, point.channel, facts):
        case True if asked is not None and not asked.answered and (gone_since is None or gone_since < asked.at):
            return (*told, asked)
        case False if gone_since is not None:
            return told
    return None


def _as_seen(point: WitnessPoint, stood: _Memories) -> Sighting:
    """The sighting that left these memories, as far as they go."""
    told = {memory.proves: memory.answered for memory in stood}
    return Sighting(told.get(point.proves), without_login=told.get(OPEN_TO_ALL))


def _positive(target: str, point: WitnessPoint, memories: Mapping[MemoryKey, WitnessMemory]) -> bool:
    return any(key in memories and memories[key].positive_at is not None for key in _keys(target, point))
