"""Loads plugins one by one, so that a broken one takes nothing with it but itself."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import Any, TypeVar

import pluggy

from vmsguard.errors import PluginError
from vmsguard.plugin import hookspecs
from vmsguard.plugin.admission import Admitted, Offer
from vmsguard.plugin.registry import LoadedPlugin, PluginFailure, RegisteredDriver, Registry

__all__ = ["GROUP", "PLUGINS_VARIABLE", "LoadedPlugin", "PluginFailure", "RegisteredDriver", "Registry", "load_plugins"]

GROUP = "vmsguard"
PLUGINS_VARIABLE = "VMSGUARD_PLUGINS"
"""A comma list of module names to load instead of the installed entry points, for tests of a plugin."""

T = TypeVar("T")


def load_plugins(
    allow: frozenset[str] | None = None,
    entry_points: Iterable[importlib.metadata.EntryPoint] | None = None,
    *,
    allow_unguarded: frozenset[str] = frozenset(),
) -> Registry:
    """Everything the installed plugins register, in the order of their names.

    ``allow`` names the distributions that may load; the code of others is not imported. Drivers
    whose requests do not go through the guarded client load only when ``allow_unguarded`` names them. A
    plugin that cannot be imported, raises in a hook, or clashes with what is registered already is a ``PluginFailure``.
    """
    admitted = Admitted(allow_unguarded=allow_unguarded)
    failures: list[PluginFailure] = []
    for point in sorted(_entry_points(entry_points), key=lambda point: (point.name, point.value)):
        plugin = _described(point)
        if allow is not None and plugin.distribution not in allow:
            failures.append(
                PluginFailure(plugin.name, "its distribution is not allowed", plugin.distribution, plugin.version)
            )
            continue
        try:
            admitted.admit(_offer(plugin, point.load()))
        except PluginError as error:
            failures.append(_failed(plugin, error.message.removeprefix(f"plugin {plugin.name}: ")))
        except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever a plugin raises is its own failure
            failures.append(_failed(plugin, f"{type(error).__name__}: {error}"))
    return Registry(
        plugins=tuple(admitted.plugins),
        failures=tuple(failures),
        drivers=admitted.drivers,
        facts=admitted.facts,
        verbs=admitted.verbs,
        controls=admitted.controls,
        packs=tuple(admitted.packs),
        discoverers=admitted.discoverers,
        executors=admitted.executors,
        secrets=admitted.secrets,
    )


def _entry_points(
    given: Iterable[importlib.metadata.EntryPoint] | None,
) -> Sequence[importlib.metadata.EntryPoint]:
    if given is not None:
        return list(given)
    named = os.environ.get(PLUGINS_VARIABLE)
    if named is not None:
        modules = [name.strip() for name in named.split(",") if name.strip()]
        return [importlib.metadata.EntryPoint(_short(name), name, GROUP) for name in modules]
    found = {(point.name, point.value): point for point in importlib.metadata.entry_points(group=GROUP)}
    return list(found.values())


def _short(module: str) -> str:
    return module.partition(".")[0].removeprefix("vmsguard_") or module


def _described(point: importlib.metadata.EntryPoint) -> LoadedPlugin:
    distribution = point.dist
    if distribution is None:
        return LoadedPlugin(point.name, point.value.partition(":")[0], "")
    return LoadedPlugin(point.name, distribution.name, distribution.version)


def _failed(plugin: LoadedPlugin, error: str) -> PluginFailure:
    return PluginFailure(plugin.name, error, plugin.distribution, plugin.version)


def _offer(plugin: LoadedPlugin, module: ModuleType | Any) -> Offer:
    # A manager of its own per plugin: pluggy calls all of a hook's implementations together and
    # would let one that raises hide what the others registered.
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(module, plugin.name)
    manager.check_pending()
    if not manager.get_hookcallers(module):
        raise PluginError(plugin.name, "it implements no hook of vmsguard")
    hook = manager.hook
    return Offer(
        plugin,
        drivers=_collected(hook.vmsguard_register_drivers),
        facts=_collected(hook.vmsguard_register_facts),
        verbs=_collected(hook.vmsguard_register_verbs),
        controls=_collected(hook.vmsguard_register_controls),
        packs=_collected(hook.vmsguard_register_packs),
        discoverers=_collected(hook.vmsguard_register_discoverers),
        executors=_collected(hook.vmsguard_register_executors),
        secrets=_collected(hook.vmsguard_register_secrets),
    )


def _collected(hook: Callable[[], list[Iterable[T]]]) -> tuple[T, ...]:
    return tuple(thing for given in hook() for thing in given)
