"""A fleet observed, looked at and judged in batches, so that what was seen of a camera goes when it is judged.

Targets stay in flight across batches: one that keeps its place for minutes holds up its own group and no other.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Coroutine, Mapping, Sequence
from typing import Any

from vmsguard.model.inventory import Target
from vmsguard.model.vocabulary import Role
from vmsguard.run.equipment import Equipment, no_progress
from vmsguard.run.fleet import Fleet
from vmsguard.run.groups import Group, groups_of
from vmsguard.run.judge import Judged, judge_what_was_seen, owners_in, wanted_by
from vmsguard.run.known_before import KnownBefore
from vmsguard.run.match import RecorderChannels, recorder_channels
from vmsguard.run.observe import TargetObservation, TargetObserver
from vmsguard.run.sightings import Seen, look_for_ourselves

__all__ = ["CAMERAS_AT_ONCE", "judged_in_batches"]

CAMERAS_AT_ONCE = 32
"""So many cameras are judged in one go: the state is read and written once for all of them."""

_BATCHES_AT_HAND = 3
"""How many batches may wait, observed, beside the targets in flight."""


async def judged_in_batches(
    fleet: Fleet, equipment: Equipment, run: str, known: KnownBefore, at_once: int = CAMERAS_AT_ONCE
) -> AsyncGenerator[Judged, None]:
    """The judgement of one batch of the fleet's cameras after the other; together they are the whole fleet.

    Cameras that share a target are in one batch, however many they are. No target's failure stops another; the first
    error of ours cancels what is in flight and is raised.
    """
    sweep = _Sweep(fleet, equipment, known, run, at_once)
    try:
        async for judged in sweep.batches():
            yield judged
    finally:
        await sweep.stop()


@dataclasses.dataclass
class _SiteWork:
    """What of one site is still to be done."""

    groups: int
    unlisted: int
    """Recorders that were not observed yet: only then can be said which of them shows a camera."""
    waiting: list[Group] = dataclasses.field(default_factory=list)
    """Groups that are observed, but for recorders of others."""
    lists: dict[str, TargetObservation] = dataclasses.field(default_factory=dict)
    recorders: Mapping[str, Sequence[RecorderChannels]] = dataclasses.field(default_factory=dict)


class _Sweep:
    def __init__(self, fleet: Fleet, equipment: Equipment, known: KnownBefore, run: str, at_once: int) -> None:
        self._fleet, self._equipment, self._known, self._run = fleet, equipment, known, run
        self._at_once = at_once
        self._looking = dataclasses.replace(equipment, progress=no_progress)
        self._wanted, self._owners = wanted_by(fleet), owners_in(fleet)
        targets = fleet.targets
        groups = groups_of(fleet.cameras, targets)
        names = [target.id for target in targets]
        self._observer = TargetObserver(fleet.inventory, self._wanted, fleet.facts, equipment, names)
        self._sites = _sites(groups, targets)
        self._group_of = {name: group for group in groups for name in group.targets}
        self._missing = {group: len(group.targets) for group in groups if len(group.targets) > 1}
        """Of groups with several targets, how many are not observed yet."""
        self._todo = _in_opening_order(groups, {target.id: target for target in targets})
        self._observed: dict[str, TargetObservation] = {}
        self._ready: list[Group] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._finished: asyncio.Queue[Any] = asyncio.Queue()
        self._under_way = 0
        """Jobs whose end was not taken in yet."""
        self._in_flight = 0
        """Those of them that talk to a target."""
        for group in groups:
            if not group.targets:
                self._complete(group)

    async def batches(self) -> AsyncIterator[Judged]:
        while True:
            self._open_more()
            self._begin_to_look()
            if not self._under_way:
                return
            told = await self._finished.get()
            self._under_way -= 1
            if isinstance(told, BaseException):
                raise told
            if isinstance(told, _Batch):
                yield self._judge(told)
            else:
                self._note(*told)

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, job: Coroutine[Any, Any, Any]) -> None:
        async def told() -> None:
            try:
                self._finished.put_nowait(await job)
            except Exception as error:  # noqa: BLE001 - raised by whoever takes it out
                self._finished.put_nowait(error)

        self._under_way += 1
        task = asyncio.ensure_future(told())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _open_more(self) -> None:
        """Open targets as far as there is room for what they will tell."""
        # Slow targets move aside: as many again may be open beside those in flight.
        most_open, most_live = 2 * self._equipment.in_flight, self._equipment.in_flight
        most_live += _BATCHES_AT_HAND * self._at_once
        while self._todo and self._in_flight < most_open:
            target = self._todo[-1]
            crowded = self._in_flight + len(self._observed) >= most_live
            # What a group lacks has to come, however large it is; so has anything where nothing else is under way.
            if crowded and self._under_way and not self._begun(target.id):
                return
            self._todo.pop()
            self._in_flight += 1
            self._begin(self._observer.observe(target))

    def _begun(self, target: str) -> bool:
        group = self._group_of[target]
        return group in self._missing and self._missing[group] < len(group.targets)

    def _note(self, target: str, observation: TargetObservation) -> None:
        self._in_flight -= 1
        self._observed[target] = observation
        group = self._group_of[target]
        site = self._sites[group.site]
        if self._fleet.inventory.targets[target].role is Role.RECORDER:
            site.lists[target] = TargetObservation(seen=observation.seen, listed=observation.listed)
            site.unlisted -= 1
            if not site.unlisted:
                site.recorders = recorder_channels(self._fleet.inventory, site.lists, group.site)
                self._ready += site.waiting
                site.waiting = []
        left = self._missing.get(group, 1) - 1
        if left:
            self._missing[group] = left
        else:
            self._missing.pop(group, None)
            self._complete(group)

    def _complete(self, group: Group) -> None:
        site = self._sites[group.site]
        (site.waiting if site.unlisted else self._ready).append(group)

    def _begin_to_look(self) -> None:
        """Send ready groups on: as many as make a batch, or all where nothing more will come of itself."""
        while self._ready and (
            sum(max(1, len(group.cameras)) for group in self._ready) >= self._at_once or not self._in_flight
        ):
            batch = _Batch([], Seen())
            cameras = 0
            while self._ready and cameras < self._at_once:
                batch.groups.append(self._ready.pop(0))
                cameras += max(1, len(batch.groups[-1].cameras))
            self._begin(self._look(batch))

    async def _look(self, batch: _Batch) -> _Batch:
        observations = self._of(batch)
        seen = await look_for_ourselves(
            self._fleet.inventory, observations, self._wanted, self._looking, again=frozenset(), before=None
        )
        return dataclasses.replace(batch, seen=seen)

    def _of(self, batch: _Batch) -> dict[str, TargetObservation]:
        names = sorted(name for group in batch.groups for name in group.targets)
        return {name: self._observed[name] for name in names}

    def _judge(self, batch: _Batch) -> Judged:
        inventory = self._fleet.inventory
        observations = self._of(batch)
        names = sorted(name for group in batch.groups for name in group.cameras)
        recorders = {site: of for group in batch.groups for site, of in self._sites[group.site].recorders.items()}
        judged = judge_what_was_seen(
            self._fleet,
            self._equipment,
            self._run,
            [inventory.cameras[name] for name in names],
            observations,
            batch.seen,
            known=self._known,
            recorders=recorders,
            claimants=[camera for name in observations for camera in self._observer.cameras.get(name, ())],
            owners=self._owners,
        )
        for name in observations:
            del self._observed[name]
            del self._group_of[name]
        for group in batch.groups:
            self._sites[group.site].groups -= 1
            if not self._sites[group.site].groups:
                del self._sites[group.site]
        return judged


@dataclasses.dataclass(frozen=True)
class _Batch:
    groups: list[Group]
    seen: Seen


def _sites(groups: Collection[Group], targets: Collection[Target]) -> dict[str, _SiteWork]:
    sites: dict[str, _SiteWork] = {}
    for group in groups:
        sites.setdefault(group.site, _SiteWork(0, 0)).groups += 1
    for target in targets:
        if target.role is Role.RECORDER:
            sites[target.site].unlisted += 1
    return sites


def _in_opening_order(groups: Sequence[Group], targets: Mapping[str, Target]) -> list[Target]:
    """The targets, the first to be opened last; site by site, recorders first, for no camera is judged without them."""
    order: list[Target] = []
    of_site: list[Group] = []

    def site_done() -> None:
        named = [targets[name] for group in of_site for name in group.targets]
        order.extend(target for target in named if target.role is Role.RECORDER)
        order.extend(target for target in named if target.role is not Role.RECORDER)
        of_site.clear()

    for group in groups:
        if of_site and of_site[0].site != group.site:
            site_done()
        of_site.append(group)
    site_done()
    order.reverse()
    return order
