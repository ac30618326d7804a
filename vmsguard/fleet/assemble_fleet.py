"""From files to a fleet: packs, assignments, papers and inventory, compiled and checked against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.compile import CompiledRules, compile_assigned
from vmsguard.errors import ConfigError, PolicyError, Problems, UsageError
from vmsguard.fleet.left_out import left_out
from vmsguard.fleet.load_config import Config
from vmsguard.fleet.load_inventory import load_inventory
from vmsguard.fleet.read_lock import assigned_packs, lock_standing
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.inventory import Inventory
from vmsguard.model.pack import Assignment, Hold, Pack
from vmsguard.plugin.loader import Registry
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.in_force import SITE_ZONE
from vmsguard.policy.load_holds import load_freezes, load_holds
from vmsguard.policy.load_pack import load_packs
from vmsguard.policy.load_site_files import load_assignments, load_documents, load_exceptions
from vmsguard.policy.syntax.suggest import did_you_mean
from vmsguard.run.fleet import Fleet

__all__ = ["check_limit", "fleet_of"]

T = TypeVar("T")


def fleet_of(config: Config, registry: Registry, *, limit: tuple[str, ...] = ()) -> Fleet:
    """The fleet of a configuration; raises ``Problems`` with the mistakes of all its files at once."""
    problems: list[ConfigError] = []
    catalogue = Catalogue.core().extended(
        controls=[control() for control in registry.controls.values()],
        facts=[fact for name, fact in registry.facts.items() if name not in CORE_FACTS],
        pack_folders=(*registry.packs, *config.packs),
    )
    inventory = _gather(problems, lambda: load_inventory(config.inventory))
    packs = _gather(problems, lambda: load_packs(catalogue.pack_folders, catalogue))
    assignments = _gather(problems, lambda: load_assignments(config.assignments, packs))
    documents = _gather(problems, lambda: load_documents(config.documents))
    grants = _gather(problems, lambda: load_exceptions(config.exceptions, packs or {}))
    holds = _gather(problems, lambda: load_holds(config.holds))
    freezes = _gather(problems, lambda: load_freezes(config.freezes, catalogue.controls))
    problems += left_out(config)
    if inventory is not None:
        problems += _unknown_drivers(inventory, registry)
        problems += _unknown_options(inventory, registry)
        problems += _sites_of_routes(config, inventory)
    if inventory is not None and assignments is not None:
        problems += _unknown_sites(assignments, inventory)
    if inventory is not None and holds is not None:
        problems += _unknown_cameras(holds, inventory)
    if problems:
        raise Problems(problems)
    assert inventory is not None
    assert packs is not None
    assert assignments is not None
    check_limit(limit, inventory)
    lock = lock_standing(config, assigned_packs(assignments, packs), registry, inventory)
    return Fleet(
        inventory=inventory,
        rules=_rules_by_site(assignments, packs, catalogue, inventory.zones),
        facts=dict(catalogue.facts),
        verbs=registry.verbs,
        controls=catalogue.controls,
        grants=grants or (),
        documents=documents or (),
        holds=holds or (),
        freezes=freezes or (),
        lock=lock,
        limit=frozenset(limit),
    )


def _gather(problems: list[ConfigError], load: Callable[[], T]) -> T | None:
    try:
        return load()
    except Problems as several:
        problems += several.problems
    except ConfigError as one:
        problems.append(one)
    return None


def _unknown_drivers(inventory: Inventory, registry: Registry) -> Iterable[ConfigError]:
    """A driver nobody registered is a mistake, unless a plugin failed to load: then its targets are unknown."""
    if registry.failures:
        return
    for target in inventory.targets.values():
        if target.driver not in registry.drivers:
            file, _, line = target.place.rpartition(":")
            yield ConfigError(
                f"target {target.id}: no plugin brings the driver {target.driver!r}",
                file=file,
                line=int(line),
                hint=did_you_mean(target.driver, registry.drivers) or "see vmsguard plugins list",
            )


def _unknown_options(inventory: Inventory, registry: Registry) -> Iterable[ConfigError]:
    """A mistyped option would leave its witness out, or its permission, without a word."""
    for target in inventory.targets.values():
        known = registry.drivers[target.driver].entry.options if target.driver in registry.drivers else None
        if known is None:
            continue
        file, _, line = target.place.rpartition(":")
        for name, told in target.options.items():
            if name not in known:
                found = f"target {target.id}: the driver {target.driver} has no option {name!r}"
                yield ConfigError(found, file=file, line=int(line), hint=did_you_mean(name, known))
            elif known[name] and told not in known[name]:
                found = f"target {target.id}: option {name} is {told!r}"
                yield ConfigError(found, file=file, line=int(line), hint=f"write {' or '.join(known[name])}")


def _unknown_sites(assignments: Iterable[Assignment], inventory: Inventory) -> Iterable[ConfigError]:
    """A mistyped site would leave a whole site unjudged, and every camera of it without a violation."""
    sites = _sites(inventory)
    for assignment in assignments:
        for site in assignment.sites:
            if sites and site not in sites:  # an inventory that is still empty is no mistake
                hint = did_you_mean(site, sites) or "enrol its cameras, or remove the site from the assignment"
                yield PolicyError(
                    f"assignment {assignment.id}: no camera is at the site {site!r}", file=assignment.origin, hint=hint
                )


def _sites_of_routes(config: Config, inventory: Inventory) -> Iterable[ConfigError]:
    """On a route for a mistyped site nobody would be told of anything."""
    sites = _sites(inventory)
    for route in config.notifications:
        for site in route.sites:
            if sites and site not in sites:
                hint = did_you_mean(site, sites) or "enrol its cameras, or remove the site from the route"
                yield ConfigError(f"route {route.id}: no camera is at the site {site!r}", file=config.file, hint=hint)


def _sites(inventory: Inventory) -> set[str]:
    sites = {target.site for target in inventory.targets.values()}
    return sites | {camera.site for camera in inventory.cameras.values()}


def _unknown_cameras(holds: Iterable[Hold], inventory: Inventory) -> Iterable[ConfigError]:
    """A mistyped camera would let footage be deleted that somebody ordered to be kept."""
    for hold in holds:
        for name in hold.cameras:
            if inventory.cameras and name not in inventory.cameras:
                hint = did_you_mean(name, inventory.cameras) or "enrol the camera, or remove it from the hold"
                yield PolicyError(f"hold {hold.id}: there is no camera {name!r}", file=hold.origin, hint=hint)


def check_limit(limit: Iterable[str], inventory: Inventory) -> None:
    """Raise ``UsageError`` for a camera that the inventory does not name."""
    for name in limit:
        if name not in inventory.cameras:
            raise UsageError(f"--limit: no camera {name!r}", hint=did_you_mean(name, inventory.cameras))


def _rules_by_site(
    assignments: Iterable[Assignment], packs: Mapping[str, Pack], catalogue: Catalogue, zones: Mapping[str, str]
) -> dict[str, tuple[CompiledRules, ...]]:
    by_site: dict[str, list[CompiledRules]] = {}
    facts = dict(catalogue.facts)  # one for all: what was concluded under other facts is not remembered
    for assignment in assignments:
        for assigned in assignment.packs:
            pack = packs[assigned.pack]
            made: dict[str, CompiledRules] = {}
            for site in assignment.sites:
                zone = zones.get(site, "") if pack.timezone == SITE_ZONE else ""
                if zone not in made:
                    rules = AssignedRules(
                        pack=pack,
                        profile=assigned.profile,
                        mode=assigned.mode,
                        assignment=assignment.id,
                        zone=zone,
                    )
                    made[zone] = compile_assigned(rules, catalogue.controls, facts)
                by_site.setdefault(site, []).append(made[zone])
    return {site: tuple(rules) for site, rules in by_site.items()}
