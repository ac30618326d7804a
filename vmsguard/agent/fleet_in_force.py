"""The fleet as the agent works on it: as its files say now, with the cameras that it lost and that still owe."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import structlog
from msgspec.structs import replace as with_fields

from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.orders.standing_orders import pause_writes
from vmsguard.agent.schedule.duty_clock import Tell
from vmsguard.agent.schedule.sweeps import Edges
from vmsguard.agent.shrinking import lost_cameras, shrank_too_far
from vmsguard.engine.compile import CompiledRules
from vmsguard.errors import VmsguardError
from vmsguard.model.inventory import Camera, Inventory, Target
from vmsguard.model.standing_orders import PauseScope
from vmsguard.run.fleet import Fleet
from vmsguard.run.part_of_fleet import FleetParts
from vmsguard.run.record_duties import remember_enrolled
from vmsguard.run.remembered import with_remembered
from vmsguard.state.store import State

__all__ = ["FleetInForce", "FleetSource"]

SHRANK = "inventory-shrank"
SITE_LOST = "site-lost"


class FleetSource(Protocol):
    """Where the fleet comes from."""

    def changed(self) -> bool:
        """Whether loading would give something else than the last time, as far as that can be told cheaply."""
        ...

    def load(self) -> Fleet:
        """The fleet as the files say now; raises ``Problems`` for files with mistakes."""
        ...


@dataclass
class FleetInForce:
    """Loaded when it changes. Files with mistakes leave what was in force in force: a typo ends no duty."""

    source: FleetSource
    state: State
    tell: Tell
    fleet: Fleet = field(init=False)
    trouble: str = field(default="", init=False)
    """Why the files as they are now are not in force."""
    _loaded: Fleet | None = field(default=None, init=False)
    _read: Fleet | None = field(default=None, init=False)
    """Loaded, and not in force yet where the state could not be asked or written meanwhile."""
    edges: Edges = field(init=False)
    """When something begins or ends by itself."""
    _parts: FleetParts = field(init=False)
    _lost: frozenset[str] = field(default=frozenset(), init=False)
    _remembered: frozenset[str] = field(default=frozenset(), init=False)
    """Cameras that the files lost and that are worked as they were enrolled last."""
    _before: Mapping[str, tuple[CompiledRules, ...]] = field(default_factory=dict, init=False)
    """By site the policies in force, for a site that the next files lose as a whole."""
    _zones: Mapping[str, str] = field(default_factory=dict, init=False)
    _told_lost: frozenset[str] = field(default=frozenset(), init=False)
    """Sites that the files lost and whose policies nobody knows, of which people were told."""

    def refresh(self, now: datetime) -> bool:
        """Take over what changed; whether anything is otherwise than before. The first time a mistake is raised."""
        loaded = self._read or self._loaded
        if loaded is None or self.source.changed():
            try:
                loaded = self._read = self.source.load()
                self.trouble = ""
            except VmsguardError as error:
                if self._loaded is None:
                    raise
                if str(error) != self.trouble:
                    self.trouble = str(error)
                    structlog.get_logger("vmsguard.agent").error("files not taken over", error=type(error).__name__)
                return False
        changed = self._put_in_force(loaded, now)
        self._read = None
        return changed

    def _put_in_force(self, loaded: Fleet, now: datetime) -> bool:
        if loaded is self._loaded and self._still_owe(self._remembered):
            return False
        owing = frozenset(duty.camera for duty in self.state.duties())
        retired = self.state.retirements().keys()
        if loaded is not self._loaded:
            self._take_note(loaded, owing, now)
        whole = with_remembered(loaded.inventory, owing, self.state.last_cameras(), self.state.last_targets(), retired)
        lost = self._lost_sites(loaded.inventory, whole)
        whole = self._without_unknown(whole, lost, now)
        same = loaded is self._loaded and whole.cameras.keys() == self.fleet.inventory.cameras.keys()
        self._loaded = loaded
        if not same:
            self.fleet = self._with_lost_sites(replace(loaded, inventory=whole), lost)
            self._before, self._zones = self.fleet.rules, self.fleet.inventory.zones
            self._parts, self.edges = FleetParts(self.fleet), Edges(self.fleet)
            self._remembered = frozenset(whole.cameras.keys() - loaded.inventory.cameras.keys())
        return not same

    def _lost_sites(self, files: Inventory, whole: Inventory) -> frozenset[str]:
        """The sites of remembered cameras that the files name nowhere any more."""
        known = {target.site for target in files.targets.values()} | {one.site for one in files.cameras.values()}
        return frozenset(camera.site for camera in whole.cameras.values()) - known

    def _without_unknown(self, whole: Inventory, lost: Collection[str], now: datetime) -> Inventory:
        """Without the cameras of lost sites whose policies were never in force in this process; people are told once.

        Judged under no rule they would owe nothing, and nobody said so: their duties stand, and are late.
        """
        unknown = frozenset(lost) - self._before.keys()
        if news := unknown - self._told_lost:
            self._told_lost |= news
            self.tell(Alert(code=SITE_LOST, site="", subject=site, at=now) for site in sorted(news))
        cameras = {name: camera for name, camera in whole.cameras.items() if camera.site not in unknown}
        return with_fields(whole, cameras=cameras) if unknown else whole

    def _with_lost_sites(self, fleet: Fleet, lost: Collection[str]) -> Fleet:
        """With the policies and the zones that lost sites had when they were in force last."""
        zones = {site: self._zones[site] for site in lost if site in self._zones}
        rules = {site: self._before[site] for site in lost if site in self._before}
        inventory = with_fields(fleet.inventory, zones={**fleet.inventory.zones, **zones})
        return replace(fleet, inventory=inventory, rules={**fleet.rules, **rules}) if rules else fleet

    def _still_owe(self, remembered: frozenset[str]) -> bool:
        """Whether all cameras that the files lost are still to be worked; of the others nothing can have changed."""
        if not remembered:
            return True
        owing = {duty.camera for duty in self.state.duties(cameras=remembered)}
        return owing == remembered and not self.state.retirements(remembered)

    def _take_note(self, loaded: Fleet, owing: frozenset[str], now: datetime) -> None:
        """Of files that are new: keep where duties are carried out, and stop what a shrunken inventory may break."""
        self._stop_if_it_shrank(loaded, now)
        remember_enrolled(self.state, loaded, owing & loaded.inventory.cameras.keys(), now)

    def _stop_if_it_shrank(self, loaded: Fleet, now: datetime) -> None:
        """Configuration writes stand still until a person resumes them; what was told once is not told again."""
        before = self.state.cameras_in_scope("")
        cameras, retired = loaded.inventory.cameras.keys(), self.state.retirements().keys()
        lost = lost_cameras(before, cameras, retired)
        news = lost - self._lost
        if news and shrank_too_far(before, cameras, retired):
            pause_writes(self.state, PauseScope.ALL, "", SHRANK, now)
            self.tell(Alert(code=SHRANK, site="", subject=camera, at=now) for camera in sorted(news))
        self._lost = lost

    @property
    def as_in_the_files(self) -> Fleet:
        """What is in force without the cameras that the files lost."""
        assert self._loaded is not None
        return self._loaded

    def target(self, name: str) -> Target | None:
        return self.fleet.inventory.targets.get(name)

    def cameras_at(self, target: str) -> tuple[Camera, ...]:
        """The cameras that have an endpoint there."""
        return self._parts.cameras_at(target)

    def about(self, cameras: Iterable[Camera]) -> Fleet:
        """The part of the fleet that a run about these cameras needs."""
        return self._parts.about(cameras)

    def beside(self, target: str) -> frozenset[str]:
        """Targets whose configuration this one owns, or that show the same cameras: what moves one may move them."""
        shared, owned = self.cameras_at(target), self._parts.owned_by(target)
        return frozenset(ref.target for camera in (*shared, *owned) for ref in camera.endpoints) - {target}

    @property
    def sites(self) -> Mapping[str, str]:
        """By camera."""
        return self._parts.sites

    def targets_with_cameras(self) -> tuple[Target, ...]:
        """What there is to be looked at; a target that shows no camera is nobody's to judge."""
        return self._parts.targets
