"""A lock beside what is here: what was accepted, what differs, and what an acceptance makes of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from vmsguard.model.lock import Acceptance, Lock, LockedDuty, LockedPack, LockedPlugin, LockState, Pinned
from vmsguard.model.pack import Pack
from vmsguard.policy.lock.duties import duties_of, scope_of

__all__ = ["HeldBack", "InstalledPlugin", "LockStanding", "accept", "compare", "held_back"]


class InstalledPlugin(Struct, frozen=True):
    """A plugin's distribution as it is installed here."""

    distribution: str
    version: str
    sha256: str


class HeldBack(Struct, frozen=True, kw_only=True):
    """What nobody accepted yet, with the blocker each leaves; empty where all is accepted or nothing is locked."""

    packs: Mapping[str, str] = field(default_factory=dict)
    """By pack id."""
    plugins: Mapping[str, str] = field(default_factory=dict)
    """By distribution."""
    kept: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """Pack id to the duties ``(rule, control)`` that are as they were accepted, and go on."""
    stopped: Mapping[str, tuple[LockedDuty, ...]] = field(default_factory=dict)
    """Pack id to accepted duties that the pack no longer states as they were: nobody carries them out now."""
    same_scope: frozenset[str] = frozenset()
    """Packs that select what they selected when they were accepted."""

    @property
    def never_accepted(self) -> frozenset[str]:
        """Packs that are not in the lock at all; of one that changed nobody knows which of its rules are new."""
        return frozenset(self.packs.keys() - self.kept.keys())


class LockStanding(Struct, frozen=True, kw_only=True):
    """How an installation stands to its lock; without one nothing is held back."""

    present: bool = False
    pinned: tuple[Pinned, ...] = ()
    held: HeldBack = HeldBack()
    behind_targets: Mapping[str, str] = field(default_factory=dict)
    """Target to the distribution that brings its driver."""
    behind_controls: Mapping[str, str] = field(default_factory=dict)
    """Control to the distribution that brings it; the core's own are not here."""

    def pack(self, name: str) -> Pinned | None:
        """The pack beside its entry; None without a lock."""
        return next((one for one in self.pinned if (one.kind, one.name) == ("pack", name)), None)


def compare(lock: Lock, packs: Mapping[str, Pack], plugins: Iterable[InstalledPlugin]) -> tuple[Pinned, ...]:
    """Every pack and plugin that is in use or locked, packs first, each by name."""
    installed = {one.distribution: one for one in plugins}
    return (
        *(_pack(name, lock.packs.get(name), packs.get(name)) for name in sorted(lock.packs.keys() | packs.keys())),
        *(
            _plugin(name, lock.plugins.get(name), installed.get(name))
            for name in sorted(lock.plugins.keys() | installed.keys())
        ),
    )


def held_back(lock: Lock, packs: Mapping[str, Pack], found: Iterable[Pinned]) -> HeldBack:
    """What stops at a proposal, and which duties of it go on."""
    waiting = [one for one in found if one.holds_back]
    named = {one.name: one.blocker for one in waiting if one.kind == "pack"}
    known = {name: lock.packs[name] for name in named if name in lock.packs}
    kept, stopped = {}, {}
    for name, locked in known.items():
        here = frozenset(duties_of(packs[name]))
        # Where one of two duties of a rule and control changed, both wait: a demand does not say which it is of.
        changed = {(duty.rule, duty.control) for duty in here.symmetric_difference(locked.duties)}
        kept[name] = frozenset((duty.rule, duty.control) for duty in locked.duties) - changed
        stopped[name] = tuple(duty for duty in locked.duties if (duty.rule, duty.control) not in kept[name])
    return HeldBack(
        packs=named,
        plugins={one.name: one.blocker for one in waiting if one.kind == "plugin"},
        kept=kept,
        stopped=stopped,
        same_scope=frozenset(name for name, locked in known.items() if locked.scope == scope_of(packs[name])),
    )


def accept(
    lock: Lock,
    packs: Mapping[str, Pack],
    plugins: Iterable[InstalledPlugin],
    accepted: Acceptance,
    *,
    only: Collection[str] | None = None,
) -> Lock:
    """The lock once what is here is accepted: all of it, or the packs and distributions named in ``only``.

    What is as it was accepted keeps who accepted it and when. What is named and no longer here leaves the lock.
    """
    installed = {one.distribution: one for one in plugins}
    pinned_packs, pinned_plugins = dict(lock.packs), dict(lock.plugins)
    for one in compare(lock, packs, installed.values()):
        if one.state is LockState.ACCEPTED or (only is not None and one.name not in only):
            continue
        if one.kind == "pack":
            if one.state is LockState.GONE:
                del pinned_packs[one.name]
            else:
                pinned_packs[one.name] = _locked(packs[one.name], accepted)
        elif one.state is LockState.GONE:
            del pinned_plugins[one.name]
        else:
            here = installed[one.name]
            pinned_plugins[one.name] = LockedPlugin(
                distribution=here.distribution, version=here.version, sha256=here.sha256, accepted=accepted
            )
    return replace(lock, packs=pinned_packs, plugins=pinned_plugins)


def _locked(pack: Pack, accepted: Acceptance) -> LockedPack:
    return LockedPack(
        id=pack.id,
        version=pack.version,
        sha256=pack.digest,
        scope=scope_of(pack),
        duties=duties_of(pack),
        accepted=accepted,
    )


def _pack(name: str, locked: LockedPack | None, pack: Pack | None) -> Pinned:
    here = None if pack is None else (pack.version, pack.digest)
    return _pinned("pack", name, locked, here)


def _plugin(name: str, locked: LockedPlugin | None, plugin: InstalledPlugin | None) -> Pinned:
    here = None if plugin is None else (plugin.version, plugin.sha256)
    return _pinned("plugin", name, locked, here)


def _pinned(kind: str, name: str, locked: LockedPack | LockedPlugin | None, here: tuple[str, str] | None) -> Pinned:
    version, sha256 = here or ("", "")
    if locked is None:
        return Pinned(kind=kind, name=name, state=LockState.NOT_LOCKED, version=version, sha256=sha256)
    if here is None:
        state = LockState.GONE
    elif sha256 == locked.sha256 and version == locked.version:
        state = LockState.ACCEPTED
    elif version == locked.version:
        state = LockState.EDITED
    else:
        state = LockState.DIFFERS
    return Pinned(
        kind=kind,
        name=name,
        state=state,
        version=version,
        sha256=sha256,
        locked_version=locked.version,
        locked_sha256=locked.sha256,
        accepted=locked.accepted,
    )
