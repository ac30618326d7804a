"""What a run is about: the inventory, the rules of each site, and the papers that bear on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vmsguard.controls.base import Control
from vmsguard.engine.compile import CompiledRules
from vmsguard.engine.due import DueKey
from vmsguard.model.changes import VerbSpec
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.inventory import Camera, Inventory, Target
from vmsguard.model.pack import Document, ExceptionGrant, Freeze, Hold
from vmsguard.model.paper_days import in_zone
from vmsguard.model.vocabulary import Role
from vmsguard.policy.in_force import SITE_ZONE
from vmsguard.policy.lock.compare import LockStanding

__all__ = ["Fleet"]


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """An inventory under its assigned rules; ``limit`` narrows a run to some cameras (empty: all)."""

    inventory: Inventory
    rules: Mapping[str, tuple[CompiledRules, ...]]
    """By site."""
    facts: dict[str, FactSpec]
    verbs: Mapping[str, VerbSpec]
    controls: Mapping[str, Control]
    grants: tuple[ExceptionGrant, ...] = ()
    documents: tuple[Document, ...] = ()
    holds: tuple[Hold, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    lock: LockStanding = field(default_factory=LockStanding)
    limit: frozenset[str] = field(default_factory=frozenset)
    due: Mapping[DueKey, datetime] = field(default_factory=dict)
    """Deletions to carry out in this run although their control may still pass, and since when."""
    enrolled: tuple[str, ...] = ()
    """Every camera of the fleet that this is a part of, by id; empty where this is the whole of it."""

    @property
    def among(self) -> frozenset[str] | None:
        """The cameras whose memory this run needs; None where it needs that of all."""
        return self.limit or None

    @property
    def cameras(self) -> tuple[Camera, ...]:
        """The cameras this run judges, by id."""
        cameras = self.inventory.cameras
        return tuple(cameras[name] for name in sorted(cameras) if not self.limit or name in self.limit)

    @property
    def targets(self) -> tuple[Target, ...]:
        """The targets this run looks at: those of its cameras, and every recorder of their sites."""
        wanted = {ref.target for camera in self.cameras for ref in camera.endpoints}
        sites = {camera.site for camera in self.cameras}
        return tuple(
            target
            for target in self.inventory.targets.values()
            if target.id in wanted or (target.role is Role.RECORDER and target.site in sites)
        )

    def zone_at(self, site: str) -> str:
        """Where papers that name no zone count their days at a site; empty, and UTC, where nothing says.

        The zone of the site; where nobody states it that of the packs assigned there, if they name one and no other.
        """
        stated = self.inventory.zones.get(site)
        if stated:
            return stated
        named = {rules.pack.timezone for rules in self.rules.get(site, ())} - {SITE_ZONE, "UTC"}
        return next(iter(named)) if len(named) == 1 else ""

    def papers_at(self, site: str) -> tuple[Document, ...]:
        """All papers, their days counted as at that site."""
        return in_zone(self.documents, self.zone_at(site))

    @property
    def digests(self) -> dict[str, str]:
        """Pack id to the digest of the file it was loaded from."""
        return {rules.pack.id: rules.pack.digest for site in self.rules.values() for rules in site}

    @property
    def sites_of_cameras(self) -> dict[str, str]:
        return {camera.id: camera.site for camera in self.inventory.cameras.values()}

    @property
    def sites_of_targets(self) -> dict[str, str]:
        return {target.id: target.site for target in self.inventory.targets.values()}

    @property
    def mode(self) -> str:
        """The furthest mode any assignment of this run allows, for the record."""
        order = ("audit", "propose", "enforce")
        modes = {rules.mode.value for camera in self.cameras for rules in self.rules.get(camera.site, ())}
        return max(modes, key=order.index, default="audit")
