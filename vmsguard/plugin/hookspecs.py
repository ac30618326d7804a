"""The hooks through which plugins register: pluggy registers, classes behave.

No hook is called per fact or per rule. A plugin is an ordinary distribution with an entry point in the
group ``vmsguard`` that names a module holding hook implementations.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pluggy

from vmsguard.controls.base import Control
from vmsguard.model.changes import VerbSpec
from vmsguard.model.discovery import DiscovererEntry
from vmsguard.model.executors import ExecutorEntry
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.manifest import DriverEntry
from vmsguard.model.secret_sources import SecretSourceEntry

__all__ = [
    "PROJECT",
    "hookimpl",
    "hookspec",
    "vmsguard_register_controls",
    "vmsguard_register_discoverers",
    "vmsguard_register_drivers",
    "vmsguard_register_executors",
    "vmsguard_register_facts",
    "vmsguard_register_packs",
    "vmsguard_register_secrets",
    "vmsguard_register_verbs",
]

PROJECT = "vmsguard"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def vmsguard_register_drivers() -> Iterable[DriverEntry]:
    """Drivers of this plugin, as data: ``module:Class`` strings beside their manifests.

    ::

        @hookimpl
        def vmsguard_register_drivers():
            return [DriverEntry(name="acme", path="vmsguard_acme.driver:AcmeDriver", api=1,
                                catalogue=1, manifest=MANIFEST)]
    """
    raise NotImplementedError


@hookspec
def vmsguard_register_facts() -> Iterable[FactSpec]:
    """A vendor's own facts, named with its prefix; they never substitute for core ones.

    ::

        @hookimpl
        def vmsguard_register_facts():
            return [FactSpec(name="acme/shutter.closed", meaning="the mechanical shutter is closed")]
    """
    raise NotImplementedError


@hookspec
def vmsguard_register_verbs() -> Iterable[VerbSpec]:
    """A vendor's own verbs, named with its prefix.

    ::

        @hookimpl
        def vmsguard_register_verbs():
            return [VerbSpec(name="acme/shutter.close", meaning="close the shutter", stage=Stage.SENDING)]
    """
    raise NotImplementedError


@hookspec
def vmsguard_register_controls() -> Iterable[type[Control]]:
    """A vendor's or site's own controls, named with its prefix.

    ::

        @hookimpl
        def vmsguard_register_controls():
            return [ShutterClosed]
    """
    raise NotImplementedError


@hookspec
def vmsguard_register_discoverers() -> Iterable[DiscovererEntry]:
    """Protocols in which devices of this plugin's drivers say that they are there, as data.

    ::

        @hookimpl
        def vmsguard_register_discoverers():
            return [DiscovererEntry(name="acme-hello", driver="acme", path="vmsguard_acme.hello:Hello", api=1)]
    """
    raise NotImplementedError


@hookspec
def vmsguard_register_packs() -> Iterable[Path]:
    """Folders that hold packs (``<id>/pack.yaml``).

    ::

        @hookimpl
        def vmsguard_register_packs():
            return [Path(__file__).parent / "packs"]
    """
    raise NotImplementedError


@hookspec
def vmsguard_register_executors() -> Iterable[ExecutorEntry]:
    """Ways of carrying tasks to workers, as data: ``module:factory`` strings, imported where one is configured.

    ::

        @hookimpl
        def vmsguard_register_executors():
            return [ExecutorEntry(name="acme-queue", path="vmsguard_acme.queue:acme_queue", api=1, workers=True)]
    """
    raise NotImplementedError


@hookspec
def vmsguard_register_secrets() -> Iterable[SecretSourceEntry]:
    """Sources of ``secret://NAME/…`` references, as data.

    ::

        @hookimpl
        def vmsguard_register_secrets():
            return [SecretSourceEntry(name="acme-vault", path="vmsguard_acme.vault:AcmeVault", api=1)]
    """
    raise NotImplementedError
