"""Whether two processes go by the same files: a command beside an agent says so where they do not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct, to_builtins

from vmsguard.run.fleet import Fleet

__all__ = ["HowItStands", "WhoseFiles", "differences", "digests_of"]

_PLACES = frozenset({"place", "origin"})
"""Where something is declared: two processes may know one file by two paths."""


class WhoseFiles(Struct, frozen=True, forbid_unknown_fields=True):
    """Which installation a command believes to be that of the agent, and digests of the files it sees."""

    origin: str
    digests: dict[str, str] = {}


class HowItStands(Struct, frozen=True):
    """What a command should know before it asks for a run."""

    differs: tuple[str, ...] = ()
    """What the agent has in force otherwise than the command's files say."""
    trouble: str = ""
    """Why files as they are now are not in force."""


def digests_of(fleet: Fleet) -> dict[str, str]:
    """A digest of each kind of thing that a run goes by."""
    inventory = fleet.inventory
    return {
        "inventory": _digest([inventory.targets, inventory.cameras, inventory.zones]),
        "policies": _digest(
            {
                site: [[one.pack.id, one.pack.digest, one.profile, one.mode, one.assignment, one.zone] for one in rules]
                for site, rules in fleet.rules.items()
            }
        ),
        "exceptions": _digest(fleet.grants),
        "documents": _digest(fleet.documents),
        "holds": _digest([fleet.holds, fleet.freezes]),
        "lock": _digest(fleet.lock.pinned),
    }


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> tuple[str, ...]:
    """The kinds of things that are not the same at both ends."""
    return tuple(name for name in {**here, **there} if here.get(name) != there.get(name))


def _digest(told: Any) -> str:
    plain = _without_places(to_builtins(told, order="deterministic", enc_hook=str))
    return hashlib.sha256(msgspec.json.encode(plain, order="deterministic")).hexdigest()


def _without_places(told: Any) -> Any:
    if isinstance(told, Mapping):
        return {str(name): _without_places(value) for name, value in told.items() if name not in _PLACES}
    if isinstance(told, Iterable) and not isinstance(told, str | bytes):
        return [_without_places(one) for one in told]
    return told
