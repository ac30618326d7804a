"""Derives, from facts alone, what each core verb could be asked to do and whether it was done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from vmsguard.model.changes import Change
from vmsguard.model.fact_values import StoredRecording
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known, Reading

__all__ = ["GOALS", "Goal", "pending", "reached", "shown_by", "standing"]


@dataclass(frozen=True)
class Goal:
    """Which list a verb acts on, which of its items it would act on, and the argument that names one."""

    fact: str
    argument: str
    offends: Callable[[Any], bool]


def _on(item: Any) -> bool:
    return item.enabled is True


def _tells_of_people(item: Any) -> bool:
    """A stream that the kit can ask to be stopped: of a profile, on, and not shown to be free of people."""
    return item.enabled is True and item.human_attributes != ()


def _keeps_pictures(item: Any) -> bool:
    return item.enabled is True and item.keeps_pictures is True


def _looks_for_faces_too(item: Any) -> bool:
    return item.enabled is True and item.task == "face-detection" and item.other_classes is True


GOALS: Mapping[str, Goal] = {
    "stream.stop": Goal("stream.services", "service", _on),
    "audio.stop": Goal("audio.sources", "source", lambda item: item.attached_to == "profile"),
    "push.stop": Goal("push.destinations", "destination", _on),
    "metadata.stop": Goal("metadata.streams", "stream", _tells_of_people),
    "cloud.disconnect": Goal("cloud.links", "link", lambda item: item.connected is True),
    "recording.stop": Goal("recording.jobs", "job", lambda item: item.active is True),
    "storage.external.remove": Goal("storage.external", "destination", lambda item: item.in_use is not False),
    "analytics.stop": Goal("analytics.functions", "function", _on),
    "analytics.pictures.stop": Goal("analytics.functions", "function", _keeps_pictures),
    "analytics.faces.exclude": Goal("analytics.functions", "function", _looks_for_faces_too),
    "face_library.purge": Goal("face_library.sizes", "library", lambda item: item.count > 0),
}

RETENTION_SECONDS = (86400, 43200)


def pending(verb: str, facts: Mapping[FactKey, Fact], now: datetime) -> tuple[Change, ...]:
    """Changes of one verb that these facts call for; none when all is as the verb would leave it."""
    if verb == "footage.purge":
        return _purges(facts, now)
    if verb == "retention.set":
        return _retentions(facts)
    goal = GOALS.get(verb)
    if goal is None:
        return ()
    return _once(
        Change(verb, key.target, key.channel, {goal.argument: item.id})
        for key, items in _lists(goal.fact, facts)
        for item in items.values
        if goal.offends(item)
    )


def reached(change: Change, facts: Mapping[FactKey, Fact]) -> bool | None:
    """Whether every layer read shows the change's goal; None when some list cannot tell."""
    if change.verb == "footage.purge":
        return _purged(change, facts)
    if change.verb == "retention.set":
        wanted = int(change.arguments["seconds"])
        return _every(
            change, "recording.retention", facts, lambda item: item.seconds == wanted, change.arguments["store"]
        )
    goal = GOALS[change.verb]
    named = change.arguments[goal.argument]
    return _every(change, goal.fact, facts, lambda item: not goal.offends(item), named)


def shown_by(change: Change, facts: Mapping[FactKey, Fact]) -> tuple[Fact, ...]:
    """The facts, one for each layer and store, in which a change has to show."""
    named = {"footage.purge": "footage.recordings", "retention.set": "recording.retention"}
    goal = GOALS.get(change.verb)
    name = named.get(change.verb) if goal is None else goal.fact
    return tuple(fact for key, fact in facts.items() if key.name == name and key.channel == change.channel)


def standing(reading: Reading) -> Reading:
    """A reading without what moves by itself: a recording that is being written grows between two looks."""
    if not (isinstance(reading, Known) and isinstance(reading.value, Items)):
        return reading
    items: Items[Any] = reading.value
    still = tuple(
        msgspec.structs.replace(item, end=None) if isinstance(item, StoredRecording) and item.open else item
        for item in items.values
    )
    return Known(msgspec.structs.replace(items, values=still))


def _lists(name: str, facts: Mapping[FactKey, Fact]) -> list[tuple[FactKey, Items[Any]]]:
    return [
        (key, fact.reading.value)
        for key, fact in facts.items()
        if key.name == name and isinstance(fact.reading, Known) and isinstance(fact.reading.value, Items)
    ]


def _every(
    change: Change, name: str, facts: Mapping[FactKey, Fact], good: Callable[[Any], bool], named: str
) -> bool | None:
    answers: list[bool | None] = []
    for key, fact in facts.items():
        if key.name != name or key.channel != change.channel:
            continue
        if isinstance(fact.reading, Absent):
            answers.append(True)
        elif isinstance(fact.reading, Known) and isinstance(fact.reading.value, Items):
            items: Items[Any] = fact.reading.value
            ours = [item for item in items.values if getattr(item, "id", getattr(item, "store", None)) == named]
            if ours:
                answers.append(all(good(item) for item in ours))
            else:
                answers.append(True if items.complete else None)
        else:
            answers.append(None)
    return _all(answers)


def _all(answers: list[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers or not answers else True


def _retentions(facts: Mapping[FactKey, Fact]) -> tuple[Change, ...]:
    return _once(
        Change("retention.set", key.target, key.channel, {"store": item.store, "seconds": str(RETENTION_SECONDS[0])})
        for key, items in _lists("recording.retention", facts)
        for item in items.values
        if item.seconds not in RETENTION_SECONDS
    )


def _once(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The layers of one fact name the same change."""
    return tuple({change.id: change for change in changes}.values())


def _purges(facts: Mapping[FactKey, Fact], now: datetime) -> tuple[Change, ...]:
    return tuple(
        Change("footage.purge", key.target, key.channel, {"cutoff": now.isoformat()})
        for key, items in _lists("footage.recordings", facts)
        if any(_deletable(item, now) for item in items.values)
    )


def _purged(change: Change, facts: Mapping[FactKey, Fact]) -> bool | None:
    cutoff = datetime.fromisoformat(change.arguments["cutoff"])
    answers: list[bool | None] = []
    for key, items in _lists("footage.recordings", facts):
        if key.channel == change.channel:
            left = any(_deletable(item, cutoff) for item in items.values)
            answers.append(False if left else True if items.complete else None)
    return _all(answers)


def _deletable(item: Any, cutoff: datetime) -> bool:
    if item.empty or item.open or item.locked:
        return False
    return item.end is None or bool(item.end < cutoff)
