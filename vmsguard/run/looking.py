"""Goes to the witness points of many targets, gently to each of them and without waiting for the slow ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Mapping, Sequence

from vmsguard.errors import OutOfTime, SecretMissing
from vmsguard.model.inventory import Inventory, Target
from vmsguard.model.manifest import RequestBound, WitnessPoint
from vmsguard.model.vocabulary import Why
from vmsguard.run.equipment import Instruments
from vmsguard.run.slots import Slots
from vmsguard.run.time_budget import time_budget
from vmsguard.run.together import together
from vmsguard.run.trust import held_target
from vmsguard.witness.look import look
from vmsguard.witness.sighting import Sighting, proves_nothing

__all__ = ["Sighted", "look_everywhere"]

Sighted = list[tuple[WitnessPoint, Sighting]]

_REQUESTS_OF_A_LOOK = 4.0
"""OPTIONS, DESCRIBE, the login that was asked for, and a connection for them."""


async def look_everywhere(
    inventory: Inventory, todo: Mapping[str, Sequence[WitnessPoint]], equipment: Instruments
) -> dict[str, Sighted]:
    """What every point shows, by target.

    A device is gone to by one look after the other: a recorder of a hundred channels is not to be met by a hundred
    connections at once, and one that keeps each of them waiting takes only its own time. Storage is counted side by
    side, which asks nothing of a device.
    """
    total = sum(len(points) for points in todo.values())
    if not total:
        return {}
    trusts = equipment.state.trusts(todo.keys())
    slots, counting = Slots(equipment.in_flight), asyncio.Semaphore(equipment.in_flight)
    done = 0
    equipment.progress("witness", 0, total)

    async def noted(sightings: Awaitable[Sighted]) -> Sighted:
        nonlocal done
        told = await sightings
        done += len(told)
        equipment.progress("witness", done, total)
        return told

    async def in_storage(target: Target, point: WitnessPoint) -> Sighted:
        async with counting:
            sighting = await look(point, target, clock=equipment.clock, sleep=equipment.sleep)
        return [(point, sighting)]

    async def on_the_network(target: Target, points: Sequence[WitnessPoint]) -> Sighted:
        async with slots.held():
            return await _one_by_one(held_target(target, trusts.get(target.id)), points, equipment)

    def jobs() -> Iterator[tuple[str, Awaitable[Sighted]]]:
        for name, points in todo.items():
            target = inventory.targets[name]
            for point in points:
                if point.kind == "file":
                    yield name, in_storage(target, point)
            asked = [point for point in points if point.kind != "file"]
            if asked:
                yield name, on_the_network(target, asked)

    names, looks = zip(*jobs(), strict=True)
    by_target: dict[str, Sighted] = {}
    for name, seen in zip(names, await together(noted(one) for one in looks), strict=True):
        by_target.setdefault(name, []).extend(seen)
    return by_target


async def _one_by_one(target: Target, points: Sequence[WitnessPoint], equipment: Instruments) -> Sighted:
    try:
        login = equipment.login(target.login.read)
    except SecretMissing:
        login = None
    seen: Sighted = []
    try:
        async with time_budget(target, RequestBound(0, _REQUESTS_OF_A_LOOK)) as budget:
            budget.allow(RequestBound(0, _REQUESTS_OF_A_LOOK), len(points))
            for point in points:
                sighting = await look(
                    point,
                    target,
                    clock=equipment.clock,
                    login=login,
                    sleep=equipment.sleep,
                    names=equipment.pool.names,
                )
                seen.append((point, sighting))
    except OutOfTime as error:
        rest = proves_nothing(error.detail, Why.OUT_OF_TIME)
        seen += [(point, rest) for point in points[len(seen) :]]
    return seen
