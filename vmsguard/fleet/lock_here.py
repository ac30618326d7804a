"""The lock of a configuration as a person changes it: what it pins, what is here, what accepting makes of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from msgspec import Struct

from vmsguard.errors import PluginError, UsageError
from vmsguard.fleet.load_config import Config
from vmsguard.fleet.read_lock import assigned_packs, installed_plugins
from vmsguard.model.lock import Acceptance, Lock, Pinned
from vmsguard.model.pack import Pack
from vmsguard.plugin.registry import Registry
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_packs
from vmsguard.policy.load_site_files import load_assignments
from vmsguard.policy.lock.compare import HeldBack, InstalledPlugin, accept, compare, held_back
from vmsguard.policy.lock.file import LOCK_NAME, load_lock, write_lock
from vmsguard.policy.syntax.suggest import did_you_mean

__all__ = ["LockHere", "accept_into", "lock_here"]


class LockHere(Struct, frozen=True, kw_only=True):
    """A lock beside what is in use here; without a file everything is there to be accepted."""

    file: Path
    present: bool
    lock: Lock
    packs: Mapping[str, Pack]
    plugins: tuple[InstalledPlugin, ...]

    @property
    def pinned(self) -> tuple[Pinned, ...]:
        return compare(self.lock, self.packs, self.plugins)

    @property
    def held(self) -> HeldBack:
        return held_back(self.lock, self.packs, self.pinned)

    @property
    def agrees(self) -> bool:
        """There is a lock, and all that is in use is as it was accepted."""
        return self.present and not any(one.holds_back for one in self.pinned)


def lock_here(config: Config, registry: Registry, catalogue: Catalogue) -> LockHere:
    """The lock of a configuration; raises ``Problems`` for mistakes in it, in a pack or in an assignment."""
    packs = load_packs(catalogue.pack_folders, catalogue)
    assigned = assigned_packs(load_assignments(config.assignments, packs), packs)
    file = config.folder / LOCK_NAME
    lock = load_lock(file)
    return LockHere(
        file=file,
        present=lock is not None,
        lock=Lock(origin=str(file)) if lock is None else lock,
        packs=assigned,
        plugins=installed_plugins(registry),
    )


def accept_into(here: LockHere, accepted: Acceptance, only: Collection[str] | None) -> LockHere:
    """Write the lock with what is accepted, all of it or the names in ``only``; the lock as it then is.

    Raises ``UsageError`` for a name that is neither in use nor locked, and where somebody changed the file in the
    meantime; ``PluginError`` for a plugin whose files cannot be read; ``PolicyError`` where it cannot be written.
    """
    known = [one.name for one in here.pinned]
    for name in only or ():
        if name not in known:
            raise UsageError(f"{name!r} is neither in use nor locked", hint=did_you_mean(name, known))
    for plugin in here.plugins:
        if not plugin.sha256 and (only is None or plugin.distribution in only):
            raise PluginError(plugin.distribution, "its files cannot be read", hint="reinstall it, then accept it")
    if load_lock(here.file) != (here.lock if here.present else None):
        raise UsageError(f"{here.file} was changed meanwhile; nothing was written", hint="look at it and run it again")
    lock = accept(here.lock, here.packs, here.plugins, accepted, only=only)
    write_lock(here.file, lock)
    return LockHere(file=here.file, present=True, lock=lock, packs=here.packs, plugins=here.plugins)
