"""Observe: open every target once, list its channels, read the wanted facts in bulk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from vmsguard.errors import CertificateRefused, DriverError, NotSupported, StateError, VmsguardError
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import Fact, FactKey, Unknown
from vmsguard.model.inventory import ALL_CHANNELS, Camera, Inventory, Target
from vmsguard.model.manifest import Channel, RequestBound, Scope, WitnessPoint
from vmsguard.model.snapshot import TargetSeen
from vmsguard.model.trust import TargetTrust
from vmsguard.model.vocabulary import WHOLE, Effect, Why
from vmsguard.net.client import GuardedClient
from vmsguard.net.tls import CertificateSeen
from vmsguard.plugin.driver import Driver
from vmsguard.run.believed import believed
from vmsguard.run.channel_limits import believable_channels
from vmsguard.run.credentials import Breakers, note_accepted, note_refusal, refused_elsewhere
from vmsguard.run.equipment import Instruments
from vmsguard.run.reach import why_of
from vmsguard.run.session import driver_session, within
from vmsguard.run.slots import Slots
from vmsguard.run.time_budget import TimeBudget, time_budget
from vmsguard.run.together import together
from vmsguard.run.trust import seen_anyway

__all__ = [
    "TargetObservation",
    "TargetObserver",
    "channels_claimed",
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
    replies: str = ""
    """Keyed digest of every reply's bytes, in order."""
    reply_bytes: int = 0
    certificate: CertificateSeen | None = None
    """What the target showed, where it is held to one, whether it was the right one or not."""

    @property
    def reached(self) -> bool:
        return self.seen.why is None

    @property
    def unknown(self) -> int:
        return sum(isinstance(fact.reading, Unknown) for fact in self.facts.values())


_FEW = 16
"""So many logins are asked for one by one: a fleet may have a login of its own for each camera."""


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
    equipment: Instruments,
) -> dict[str, TargetObservation]:
    """One observation per target, all targets in flight up to the equipment's limit.

    No target's failure stops another: a target that cannot be read comes back with its reason.
    """
    todo = sorted(targets, key=lambda target: target.id)
    observer = TargetObserver(inventory, wanted, facts, equipment, [target.id for target in todo])
    return dict(await together(observer.observe(target) for target in todo))


class TargetObserver:
    """Looks at targets, each once, as many at a time as the equipment allows.

    What the state knows of logins and certificates is read once for all of them.
    """

    def __init__(
        self,
        inventory: Inventory,
        wanted: frozenset[str],
        facts: Mapping[str, FactSpec],
        equipment: Instruments,
        targets: Collection[str],
    ) -> None:
        self.cameras = _cameras_by_target(inventory)
        """By target those that name it."""
        self._wanted = wanted
        self._facts = facts
        self._equipment = equipment
        self._slots = Slots(equipment.in_flight)
        self._trusts = equipment.state.trusts(targets)
        self._breakers: Breakers | None = None if len(targets) <= _FEW else dict(equipment.state.breakers())
        self._done, self._total = 0, len(targets)
        equipment.progress("observe", 0, self._total)

    async def observe(self, target: Target) -> tuple[str, TargetObservation]:
        """The observation of a target under its id; whatever goes wrong at the target is in it."""
        cameras = self.cameras.get(target.id, ())
        async with self._slots.held():
            observation = await _observe(
                target, cameras, self._wanted, self._facts, self._equipment, self._trusts, self._breakers
            )
        self._done += 1
        self._equipment.progress("observe", self._done, self._total)
        return target.id, observation


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
    equipment: Instruments,
    trusts: Mapping[str, TargetTrust],
    breakers: Breakers | None,
) -> TargetObservation:
    client: GuardedClient | None = None
    try:
        blocked = refused_elsewhere(target, equipment, known=breakers)
        if blocked:
            return _failed(target, Why.BREAKER_OPEN, blocked)
        async with (
            time_budget(target, RequestBound(0, 0)) as budget,
            driver_session(target, equipment, trusts=trusts) as (driver, client),
        ):
            observation = await _read(driver, client, target, cameras, wanted, specs, budget)
            if client.stranger is not None:
                # Whatever a driver made of it: what was read before may already have been somebody else's.
                raise client.stranger
        if observation.seen.identity is not None:
            note_accepted(target, observation.seen.identity, equipment, known=breakers)
        return observation
    except StateError:
        raise
    except Exception as error:
        why, detail = why_of(error)
        if why is Why.AUTH:
            note_refusal(target, equipment, known=breakers)
        if not isinstance(error, VmsguardError):
            equipment.log.error("driver failed", target=target.id, error=type(error).__name__, exc_info=True)
        certificate = None if client is None else client.certificate
        if certificate is None and isinstance(error, CertificateRefused):
            certificate = await seen_anyway(target, equipment)
        return _failed(target, why, detail, client, certificate)


def _failed(
    target: Target,
    why: Why,
    detail: str,
    client: GuardedClient | None = None,
    certificate: CertificateSeen | None = None,
) -> TargetObservation:
    return TargetObservation(
        seen=TargetSeen(target=target.id, why=why, detail=detail),
        requests=0 if client is None else sum(client.requests.values()),
        certificate=certificate,
    )


async def _read(
    driver: Driver,
    client: GuardedClient,
    target: Target,
    cameras: Iterable[Camera],
    wanted: frozenset[str],
    specs: Mapping[str, FactSpec],
    budget: TimeBudget,
) -> TargetObservation:
    budget.allow(driver.manifest(None).bound, 0)
    async with within(target, "open", driver.manifest(None).bound.base):
        identity = await driver.open()
    manifest = driver.manifest(identity)
    async with within(target, "channels", manifest.bound.base):
        listed = await _list_channels(driver)
    if listed is not None:
        believable_channels(target, listed)
    named, every = channels_claimed(target, cameras)
    channels = set(named) | ({channel.id for channel in listed} if every and listed is not None else set())
    offered = {support.fact for support in manifest.facts} & wanted
    whole = frozenset(name for name in offered if name in specs and specs[name].whole)
    want: dict[Scope, frozenset[str]] = {Scope(channel): frozenset(offered - whole) for channel in sorted(channels)}
    want[Scope(WHOLE)] = whole
    budget.allow(manifest.bound, len(channels))
    facts: dict[FactKey, Fact] = {}
    async with within(target, "observe", manifest.bound.base + manifest.bound.per_channel * len(channels)):
        async for observation in driver.observe(want):
            for fact in believed(observation.facts, target.id, specs):
                facts[fact.key] = fact
    points = tuple(point for channel in sorted(channels) for point in driver.witness_points(channel))
    return TargetObservation(
        seen=TargetSeen(target=target.id, identity=identity, manifest=manifest),
        facts=facts,
        listed=listed,
        points=points,
        requests=sum(client.requests.values()),
        writes=client.requests[Effect.WRITE],
        replies="" if client.wire is None else client.wire.replies,
        reply_bytes=0 if client.wire is None else client.wire.reply_bytes,
        certificate=client.certificate,
    )


async def _list_channels(driver: Driver) -> tuple[Channel, ...] | None:
    try:
        return tuple([channel async for channel in driver.channels()])
    except NotSupported:
        return None
    except DriverError as error:
        driver.ctx.log.warning("channels not listed", error=type(error).__name__, operation=error.operation)
        return None
