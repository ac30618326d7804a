"""The rules by which one plugin's registrations are let in beside those of the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from vmsguard.controls.base import Control
from vmsguard.errors import PluginError
from vmsguard.model.changes import CORE_VERBS, VerbSpec
from vmsguard.model.discovery import DiscovererEntry
from vmsguard.model.executors import ExecutorEntry
from vmsguard.model.fact_catalogue import CORE_FACTS, FactSpec
from vmsguard.model.manifest import DriverEntry
from vmsguard.model.secret_sources import CORE_SECRET_SOURCES, SecretSourceEntry
from vmsguard.plugin.driver import API
from vmsguard.plugin.registry import (
    LoadedPlugin,
    RegisteredDiscoverer,
    RegisteredDriver,
    RegisteredExecutor,
    RegisteredSecretSource,
    core_executors,
)

__all__ = ["Admitted", "Offer"]

T = TypeVar("T")

_SOURCE = re.compile(r"[a-z0-9][a-z0-9-]*", re.ASCII)
"""It stands where a URL has its host."""


@dataclass(frozen=True)
class Offer:
    """Everything one plugin's hooks returned."""

    plugin: LoadedPlugin
    drivers: tuple[DriverEntry, ...] = ()
    facts: tuple[FactSpec, ...] = ()
    verbs: tuple[VerbSpec, ...] = ()
    controls: tuple[type[Control], ...] = ()
    packs: tuple[Path, ...] = ()
    discoverers: tuple[DiscovererEntry, ...] = ()
    executors: tuple[ExecutorEntry, ...] = ()
    secrets: tuple[SecretSourceEntry, ...] = ()


@dataclass
class Admitted:
    """What has been let in so far; an offer goes in whole or not at all."""

    plugins: list[LoadedPlugin] = field(default_factory=list)
    drivers: dict[str, RegisteredDriver] = field(default_factory=dict)
    facts: dict[str, FactSpec] = field(default_factory=lambda: dict(CORE_FACTS))
    verbs: dict[str, VerbSpec] = field(default_factory=lambda: dict(CORE_VERBS))
    controls: dict[str, type[Control]] = field(default_factory=dict)
    packs: list[Path] = field(default_factory=list)
    discoverers: dict[str, RegisteredDiscoverer] = field(default_factory=dict)
    executors: dict[str, RegisteredExecutor] = field(default_factory=core_executors)
    secrets: dict[str, RegisteredSecretSource] = field(default_factory=dict)
    allow_unguarded: frozenset[str] = frozenset()
    """Drivers that may bring a transport of their own, by name."""

    def admit(self, offer: Offer) -> None:
        """Add an offer; raises ``PluginError`` naming every rule it breaks, and then adds nothing."""
        problems = list(_type_problems(offer)) or [
            *_driver_problems(offer, self.allow_unguarded),
            *_entry_problems("discoverer", offer.discoverers),
            *_entry_problems("executor", offer.executors),
            *_entry_problems("secret source", offer.secrets),
            *_secret_problems(offer),
            *_name_problems(offer),
            *self._clashes(offer),
        ]
        if problems:
            raise PluginError(offer.plugin.name, "; ".join(problems))
        self.plugins.append(offer.plugin)
        self.drivers.update((entry.name, RegisteredDriver(entry, offer.plugin)) for entry in offer.drivers)
        self.facts.update((spec.name, spec) for spec in offer.facts)
        self.verbs.update((spec.name, spec) for spec in offer.verbs)
        self.controls.update((control.id, control) for control in offer.controls)
        self.packs.extend(offer.packs)
        self.discoverers.update((entry.name, RegisteredDiscoverer(entry, offer.plugin)) for entry in offer.discoverers)
        self.executors.update((entry.name, RegisteredExecutor(entry, offer.plugin)) for entry in offer.executors)
        self.secrets.update((entry.name, RegisteredSecretSource(entry, offer.plugin)) for entry in offer.secrets)

    def _clashes(self, offer: Offer) -> Iterator[str]:
        for kind, names, taken in (
            ("driver", [entry.name for entry in offer.drivers], self.drivers),
            ("fact", [spec.name for spec in offer.facts], self.facts),
            ("verb", [spec.name for spec in offer.verbs], self.verbs),
            ("control", [getattr(control, "id", "") for control in offer.controls], self.controls),
            ("discoverer", [entry.name for entry in offer.discoverers], self.discoverers),
            ("executor", [entry.name for entry in offer.executors], self.executors),
            ("secret source", [entry.name for entry in offer.secrets], self.secrets),
        ):
            for name in names:
                if name in taken:
                    by = getattr(taken[name], "plugin", None)
                    yield f"{kind} {name} is registered already" + (f" by {by.distribution}" if by else "")
                elif names.count(name) > 1:
                    yield f"{kind} {name} is registered twice"


def _type_problems(offer: Offer) -> Iterator[str]:
    def each(kind: str, given: Iterable[object], fits: Callable[[object], bool]) -> Iterator[str]:
        for thing in given:
            if not fits(thing):
                yield f"{kind} hook returned a {type(thing).__name__}"

    yield from each("driver", offer.drivers, lambda thing: isinstance(thing, DriverEntry))
    yield from each("fact", offer.facts, lambda thing: isinstance(thing, FactSpec))
    yield from each("verb", offer.verbs, lambda thing: isinstance(thing, VerbSpec))
    yield from each("control", offer.controls, lambda thing: isinstance(thing, type) and issubclass(thing, Control))
    yield from each("pack", offer.packs, lambda thing: isinstance(thing, Path))
    yield from each("discoverer", offer.discoverers, lambda thing: isinstance(thing, DiscovererEntry))
    yield from each("executor", offer.executors, lambda thing: isinstance(thing, ExecutorEntry))
    yield from each("secrets", offer.secrets, lambda thing: isinstance(thing, SecretSourceEntry))


def _driver_problems(offer: Offer, allow_unguarded: frozenset[str]) -> Iterator[str]:
    for entry in offer.drivers:
        if entry.api != API:
            yield f"driver {entry.name} is built for api {entry.api}, this is api {API}"
        if entry.path.count(":") != 1:
            yield f"driver {entry.name}: its path is not module:Class"
        if entry.manifest.driver != entry.name:
            yield f"driver {entry.name}: its manifest is of {entry.manifest.driver}"
        if entry.manifest.unguarded and entry.name not in allow_unguarded:
            yield f"driver {entry.name} has a transport of its own and is not allowed to by name"


def _entry_problems(kind: str, entries: Iterable[DiscovererEntry | ExecutorEntry | SecretSourceEntry]) -> Iterator[str]:
    for entry in entries:
        if entry.api != API:
            yield f"{kind} {entry.name} is built for api {entry.api}, this is api {API}"
        if entry.path.count(":") != 1:
            shape = "module:factory" if isinstance(entry, ExecutorEntry) else "module:Class"
            yield f"{kind} {entry.name}: its path is not {shape}"


def _secret_problems(offer: Offer) -> Iterator[str]:
    for entry in offer.secrets:
        if entry.name in CORE_SECRET_SOURCES:
            yield f"secret source {entry.name} is vmsguard's own"
        elif not _SOURCE.fullmatch(entry.name):
            yield f"secret source {entry.name!r}: use lower-case letters, digits and hyphens"


def _name_problems(offer: Offer) -> Iterator[str]:
    """A vendor's own facts, verbs and controls carry the name of its plugin: ``acme/…``."""
    prefix = f"{offer.plugin.name}/"
    names = [spec.name for spec in offer.facts]
    names += [spec.name for spec in offer.verbs]
    names += [control.id for control in offer.controls]
    for name in names:
        if not name.startswith(prefix) or name == prefix:
            yield f"{name} does not start with {prefix}"
