"""The lock beside a configuration, compared with the packs in use and with the plugins as they are installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vmsguard.errors import PluginError
from vmsguard.fleet.load_config import Config
from vmsguard.model.inventory import Inventory
from vmsguard.model.pack import Assignment, Pack
from vmsguard.plugin.fingerprint import distribution_digest
from vmsguard.plugin.registry import Registry
from vmsguard.policy.lock.compare import InstalledPlugin, LockStanding, compare, held_back
from vmsguard.policy.lock.file import LOCK_NAME, load_lock

__all__ = ["assigned_packs", "installed_plugins", "lock_standing"]


def lock_standing(config: Config, packs: Mapping[str, Pack], registry: Registry, inventory: Inventory) -> LockStanding:
    """How the installation stands to its lock; ``packs`` are those in use. Raises ``Problems`` for a broken lock."""
    lock = load_lock(config.folder / LOCK_NAME)
    if lock is None:
        return LockStanding()
    pinned = compare(lock, packs, installed_plugins(registry))
    behind = {plugin.name: plugin.distribution for plugin in registry.plugins}
    drivers = {name: driver.plugin.distribution for name, driver in registry.drivers.items()}
    return LockStanding(
        present=True,
        pinned=pinned,
        held=held_back(lock, packs, pinned),
        behind_targets={
            target.id: drivers[target.driver] for target in inventory.targets.values() if target.driver in drivers
        },
        behind_controls={
            control: behind[prefix] for control in registry.controls if (prefix := control.partition("/")[0]) in behind
        },
    )


def assigned_packs(assignments: Iterable[Assignment], packs: Mapping[str, Pack]) -> dict[str, Pack]:
    """The packs that some assignment names."""
    named = {assigned.pack for assignment in assignments for assigned in assignment.packs}
    return {name: packs[name] for name in sorted(named)}


def installed_plugins(registry: Registry) -> tuple[InstalledPlugin, ...]:
    """Every distribution that brought something, once; one whose files cannot be read has an empty digest."""
    found: dict[str, InstalledPlugin] = {}
    for plugin in registry.plugins:
        if plugin.distribution not in found:
            found[plugin.distribution] = InstalledPlugin(
                plugin.distribution, plugin.version, _digest(plugin.distribution)
            )
    return tuple(found.values())


def _digest(distribution: str) -> str:
    try:
        return distribution_digest(distribution)
    except PluginError:  # equal to nothing that was ever accepted, so its targets stop at a proposal
        return ""
