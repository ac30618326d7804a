"""What all plugins together registered: drivers, facts, verbs, controls, packs, and who failed to load."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vmsguard._version import __version__
from vmsguard.controls.base import Control
from vmsguard.errors import PluginError
from vmsguard.model.changes import CORE_VERBS, VerbSpec
from vmsguard.model.discovery import DiscovererEntry
from vmsguard.model.executors import CORE_EXECUTORS, ExecutorEntry
from vmsguard.model.fact_catalogue import CORE_FACTS, FactSpec
from vmsguard.model.manifest import DriverEntry
from vmsguard.model.secret_sources import SecretSourceEntry
from vmsguard.plugin.discoverer import Discoverer
from vmsguard.plugin.driver import API, Driver
from vmsguard.plugin.secret_source import SecretSource

__all__ = [
    "LoadedPlugin",
    "PluginFailure",
    "RegisteredDiscoverer",
    "RegisteredDriver",
    "RegisteredExecutor",
    "RegisteredSecretSource",
    "Registry",
    "core_executors",
]


@dataclass(frozen=True)
class LoadedPlugin:
    """A plugin that is in: its entry point's name and the distribution it came from."""

    name: str
    distribution: str
    version: str


@dataclass(frozen=True)
class PluginFailure:
    """A plugin that is out, and why; targets of its drivers are unknown, all others go on."""

    plugin: str
    error: str
    distribution: str = ""
    version: str = ""


@dataclass(frozen=True)
class RegisteredDriver:
    """A driver's entry with the distribution that stands behind it."""

    entry: DriverEntry
    plugin: LoadedPlugin


@dataclass(frozen=True)
class RegisteredDiscoverer:
    """A discoverer's entry with the distribution that stands behind it."""

    entry: DiscovererEntry
    plugin: LoadedPlugin


@dataclass(frozen=True)
class RegisteredExecutor:
    """An executor's entry with the distribution that stands behind it."""

    entry: ExecutorEntry
    plugin: LoadedPlugin


@dataclass(frozen=True)
class RegisteredSecretSource:
    """A source's entry with the distribution that stands behind it."""

    entry: SecretSourceEntry
    plugin: LoadedPlugin


def core_executors() -> dict[str, RegisteredExecutor]:
    """The executors that need no plugin, registered as a plugin's are."""
    own = LoadedPlugin("vmsguard", "vmsguard", __version__)
    return {name: RegisteredExecutor(entry, own) for name, entry in CORE_EXECUTORS.items()}


@dataclass(frozen=True)
class Registry:
    """Read-only once loaded. ``facts`` and ``verbs`` hold the core's and the plugins' together."""

    plugins: tuple[LoadedPlugin, ...] = ()
    failures: tuple[PluginFailure, ...] = ()
    drivers: Mapping[str, RegisteredDriver] = field(default_factory=dict)
    facts: Mapping[str, FactSpec] = field(default_factory=lambda: dict(CORE_FACTS))
    verbs: Mapping[str, VerbSpec] = field(default_factory=lambda: dict(CORE_VERBS))
    controls: Mapping[str, type[Control]] = field(default_factory=dict)
    """Controls of plugins, by id; the core's own are in ``vmsguard.controls``."""
    packs: tuple[Path, ...] = ()
    discoverers: Mapping[str, RegisteredDiscoverer] = field(default_factory=dict)
    executors: Mapping[str, RegisteredExecutor] = field(default_factory=core_executors)
    """The core's and the plugins' together."""
    secrets: Mapping[str, RegisteredSecretSource] = field(default_factory=dict)
    """Sources of plugins, by the first word of their references."""

    def driver_entry(self, name: str) -> DriverEntry:
        """The registered entry; raises ``PluginError`` with what is registered instead."""
        found = self.drivers.get(name)
        if found is None:
            known = ", ".join(sorted(self.drivers)) or "none"
            failed = "; ".join(f"{failure.plugin}: {failure.error}" for failure in self.failures)
            raise PluginError(
                name,
                "no driver of this name is loaded",
                hint=f"Loaded drivers: {known}." + (f" Not loaded: {failed}." if failed else ""),
            )
        return found.entry

    def driver_class(self, name: str) -> type[Driver]:
        """The driver's class, imported now; raises ``PluginError`` for whatever goes wrong in that."""
        entry = self.driver_entry(name)
        found = _imported(name, entry.path)
        if not (isinstance(found, type) and issubclass(found, Driver)):
            raise PluginError(name, f"{entry.path} is not a Driver")
        if found.name != name or found.api != API or found.catalogue != entry.catalogue:
            raise PluginError(name, f"{entry.path} does not state the name, api and catalogue it is registered with")
        return found

    def discoverer(self, name: str) -> Discoverer:
        """A registered discoverer, imported now; raises ``PluginError`` for whatever goes wrong in that."""
        entry = self.discoverers[name].entry
        found = _imported(name, entry.path)
        if not (isinstance(found, type) and issubclass(found, Discoverer)) or found.name != name:
            raise PluginError(name, f"{entry.path} is not the Discoverer it is registered as")
        return found()

    def executor_entry(self, name: str) -> ExecutorEntry:
        """The registered entry; raises ``PluginError`` with what is registered instead."""
        found = self.executors.get(name)
        if found is None:
            known = ", ".join(sorted(self.executors))
            raise PluginError(name, "no executor of this name is loaded", hint=f"Loaded executors: {known}.")
        return found.entry

    def executor_factory(self, name: str) -> Callable[..., Any]:
        """What makes the executor, imported now; raises ``PluginError`` for whatever goes wrong in that."""
        entry = self.executor_entry(name)
        found = _imported(name, entry.path)
        if not callable(found):
            raise PluginError(name, f"{entry.path} makes no executor: it cannot be called")
        return found  # type: ignore[no-any-return]

    def secret_source(self, name: str) -> SecretSource | None:
        """A registered source, imported now; None for a name that nobody registered."""
        registered = self.secrets.get(name)
        if registered is None:
            return None
        found = _imported(name, registered.entry.path)
        if not (isinstance(found, type) and issubclass(found, SecretSource)) or found.name != name:
            raise PluginError(name, f"{registered.entry.path} is not the SecretSource it is registered as")
        return found()


def _imported(name: str, path: str) -> Any:
    module_name, _, class_name = path.partition(":")
    try:
        return getattr(importlib.import_module(module_name), class_name)
    except Exception as error:  # a plugin's import can raise anything; it must not take the run with it
        raise PluginError(
            name, f"{path} cannot be imported: {type(error).__name__}", hint="Reinstall the plugin."
        ) from error
