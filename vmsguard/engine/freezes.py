"""Freezes: what a site's configuration waits for, while duties to delete go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from vmsguard.engine.demands import Demand
from vmsguard.model.pack import Freeze
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import Mode

__all__ = ["DUTIES", "capped"]

DUTIES = frozenset({"deletion.daily", "deletion.periodic"})
"""No change freeze is a reason to miss a legal deletion (policy-packs 5)."""


def capped(
    demands: Iterable[Demand], freezes: Iterable[Freeze], snapshots: Mapping[str, CameraSnapshot]
) -> Iterator[Demand]:
    """The demands as far as the freezes in force let them go: a proposal that names the freeze, or nothing at all."""
    by_site: dict[str, list[Freeze]] = {}
    for freeze in freezes:
        for site in freeze.sites:
            by_site.setdefault(site, []).append(freeze)
    for demand in demands:
        at = by_site.get(snapshots[demand.camera].camera.site, ()) if by_site else ()
        bound = [freeze for freeze in at if demand.control not in DUTIES.union(freeze.except_controls)]
        if any(freeze.max_mode is Mode.AUDIT for freeze in bound):
            continue
        told = tuple(f"freeze: {freeze.id} until {freeze.ends.isoformat()}" for freeze in bound)
        yield replace(demand, blockers=(*demand.blockers, *told)) if told else demand
