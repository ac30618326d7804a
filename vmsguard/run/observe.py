"""Observe: open every target once, list its channels, read the wanted facts in bulk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vmsguard.errors import DriverError, NotSupported, VmsguardError
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import Fact, FactKey, Unknown
from vmsguard.model.inventory import ALL_CHANNELS, Camera, Inventory, Target
from vmsguard.model.manifest import Channel, Scope, WitnessPoint
from vmsguard.model.snapshot import TargetSeen
from vmsguard.model.vocabulary import WHOLE, Effect, Why
from vmsguard.net.client import GuardedClient
from vmsguard.plugin.driver import Driver
from vmsguard.run.equipment import Equipment
from vmsguard.run.reach import why_of
from vmsguard.run.session import driver_session

__all__ = [
    "TargetObservation",
    "channels_claimed",
    "credential_of",
    "note_refusal",
    "observe_targets",
]


@dataclass(frozen=True, kw_only=True)
class TargetObservation:
    """Everything one look at one target gave; ``listed`` is None when it would not list its channels."""

    seen: TargetSeen
    facts: Mapping[FactKey, Fact] = field(default_factory=dict)
    listed: tuple[Channel, ...] | None = None
    points: tuple[WitnessPoint, ...] = ()
    requests: int = 0
    writes: int = 0

    @property
    def reached(self) -> bool:
        return self.seen.why is None

    @property
    def unknown(self) -> int:
        return sum(isinstance(fact.reading, Unknown) for fact in self.facts.values())


def channels_claimed(target: Target, cameras: Iterable[Camera]) -> tuple[frozenset[str], bool]:
    """The channels of a target that cameras name, and whether one claims ``all`` of them."""
    named: set[str] = set()
    every = False
    for camera in cameras:
        for ref in camera.endpoints:
            if ref.target == target.id:
                every = every or ALL_CHANNELS in ref.channels
                named.update(channel for channel in ref.channels if channel != ALL_CHANNELS)
    return frozenset(named), every


async def observe_targets(
    targets: Iterable[Target],
    inventory: Inventory,
    wanted: frozenset[str],
    facts: Mapping[str, FactSpec],
    equipment: Equipment,
) -> dict[str, TargetObservation]:
    """One observation per target, all targets in flight up to the equipment's limit.

    No target's failure stops another: a target that cannot be read comes back with its reason.
    """
    todo = sorted(targets, key=lambda target: target.id)
    by_target = _cameras_by_target(inventory)
    gate = asyncio.Semaphore(equipment.in_flight)
    done = 0

    async def one(target: Target) -> tuple[str, TargetObservation]:
        nonlocal done
        async with gate:
            observation = await _observe(target, by_target.get(target.id, ()), wanted, facts, equipment)
        done += 1
        equipment.progress("observe", done, len(todo))
        return target.id, observation

    equipment.progress("observe", 0, len(todo))
    return dict(await asyncio.gather(*(one(target) for target in todo)))


def _cameras_by_target(inventory: Inventory) -> dict[str, list[Camera]]:
    by_target: dict[str, list[Camera]] = {}
    for camera in inventory.cameras.values():
        for target in {ref.target for ref in camera.endpoints}:
            by_target.setdefault(target, []).append(camera)
    return by_target


async def _observe(
    target: Target,
    cameras: Iterable[Camera],
    wanted: frozenset[str],
    specs: Mapping[str, FactSpec],
    equipment: Equipment,
) -> TargetObservation:
    client: GuardedClient | None = None
    try:
        credential = credential_of(target, equipment)
        breaker = equipment.state.breaker(credential) if credential else None
        if breaker is not None and breaker.opened_at is not None:
            return _failed(target, Why.BREAKER_OPEN, f"{len(breaker.refused_by)} targets refused this login")
        async with driver_session(target, equipment) as (driver, client):
            return await _read(driver, client, target, cameras, wanted, specs)
    except Exception as error:
        why, detail = why_of(error)
        if why is Why.AUTH:
            note_refusal(target, equipment)
        if not isinstance(error, VmsguardError):
            equipment.log.error("driver failed", target=target.id, error=type(error).__name__, exc_info=True)
        return _failed(target, why, detail, client)


def credential_of(target: Target, equipment: Equipment, *, for_change: bool = False) -> str:
    """The keyed digest under which refusals of a target's login are counted; empty for no login.

    It covers the password too: whoever mends the secret starts with a closed breaker.
    """
    login = equipment.login(target.login.change if for_change else target.login.read)
    if login is None:
        return ""
    return equipment.state.digest("\0".join((login.reference, login.user, login.password)))


def note_refusal(target: Target, equipment: Equipment, *, for_change: bool = False) -> None:
    """Count one refused login; the breaker opens at the third target, for every run that uses this state."""
    credential = credential_of(target, equipment, for_change=for_change)
    if credential:
        equipment.state.record_refusal(credential, target.id)


def _failed(target: Target, why: Why, detail: str, client: GuardedClient | None = None) -> TargetObservation:
    return TargetObservation(
        seen=TargetSeen(target=target.id, why=why, detail=detail),
        requests=0 if client is None else sum(client.requests.values()),
    )


async def _read(
    driver: Driver,
    client: GuardedClient,
    target: Target,
    cameras: Iterable[Camera],
    wanted: frozenset[str],
    specs: Mapping[str, FactSpec],
) -> TargetObservation:
    identity = await driver.open()
    manifest = driver.manifest(identity)
    listed = await _list_channels(driver)
    named, every = channels_claimed(target, cameras)
    channels = set(named) | ({channel.id for channel in listed} if every and listed is not None else set())
    offered = {support.fact for support in manifest.facts} & wanted
    whole = frozenset(name for name in offered if name in specs and specs[name].whole)
    want: dict[Scope, frozenset[str]] = {Scope(channel): frozenset(offered - whole) for channel in sorted(channels)}
    want[Scope(WHOLE)] = whole
    facts: dict[FactKey, Fact] = {}
    async for observation in driver.observe(want):
        for fact in observation.facts:
            facts[fact.key] = fact
    points = tuple(point for channel in sorted(channels) for point in driver.witness_points(channel))
    return TargetObservation(
        seen=TargetSeen(target=target.id, identity=identity, manifest=manifest),
        facts=facts,
        listed=listed,
        points=points,
        requests=sum(client.requests.values()),
        writes=client.requests[Effect.WRITE],
    )


async def _list_channels(driver: Driver) -> tuple[Channel, ...] | None:
    try:
        return tuple([channel async for channel in driver.channels()])
    except NotSupported:
        return None
    except DriverError as error:
        driver.ctx.log.warning("channels not listed", error=type(error).__name__, operation=error.operation)
        return None
