"""Several packs on one camera: the intersection where there is one, a conflict for a person where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from vmsguard.engine.demands import Demand
from vmsguard.model.changes import VerbSpec

__all__ = ["settle"]

_RETENTION = "retention.set"


def settle(groups: Iterable[Sequence[Demand]], verbs: Mapping[str, VerbSpec]) -> list[Sequence[Demand]]:
    """The groups with the shortest retention where several are asked for, and opposites marked as conflicts.

    A shorter one that only a person may send stays a proposal of its own beside the one that goes by itself.
    Off beats on only between equals: where one rule's change protects and another's undoes protection at
    the same place and stage, neither is sent.
    """
    found = _shortest(list(groups))
    return [_marked(group, found, verbs) for group in found]


def _shortest(groups: list[Sequence[Demand]]) -> list[Sequence[Demand]]:
    by_store: dict[tuple[str, str, str], list[Sequence[Demand]]] = {}
    settled: list[Sequence[Demand]] = []
    for group in groups:
        change = group[0].change
        if change.verb == _RETENTION:
            place = (change.target, change.channel, change.arguments.get("store", ""))
            by_store.setdefault(place, []).append(group)
        else:
            settled.append(group)
    for several in by_store.values():
        torn = any(demand.in_conflict for group in several for demand in group)
        going = [group for group in several if not torn and any(demand.free for demand in group)]
        shortest = min(going or several, key=_seconds)
        change = shortest[0].change
        merged = [group for group in several if _seconds(group) >= _seconds(shortest)]
        settled.append([replace(demand, change=change) for group in merged for demand in group])
        settled += [group for group in several if _seconds(group) < _seconds(shortest)]
    return settled


def _seconds(group: Sequence[Demand]) -> int:
    return int(group[0].change.arguments["seconds"])


def _marked(
    group: Sequence[Demand], groups: Iterable[Sequence[Demand]], verbs: Mapping[str, VerbSpec]
) -> Sequence[Demand]:
    change = group[0].change
    spec = verbs.get(change.verb)
    if spec is None:
        return group
    against = [
        demand
        for other in groups
        for demand in other
        if demand.change.target == change.target
        and demand.change.channel == change.channel
        and (opposite := verbs.get(demand.change.verb)) is not None
        and opposite.stage is spec.stage
        and opposite.protective is not spec.protective
    ]
    if not against:
        return group
    told = tuple(dict.fromkeys(f"conflict: {demand.pack}/{demand.rule} asks for the opposite" for demand in against))
    return [replace(demand, blockers=(*demand.blockers, *told)) for demand in group]
