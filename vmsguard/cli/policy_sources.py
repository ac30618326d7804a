"""Where the policy commands find what they are about: the configuration, its catalogue, its packs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vmsguard.fleet.load_config import Config
    from vmsguard.model.pack import Pack
    from vmsguard.policy.catalogue import Catalogue

__all__ = ["catalogue_of", "config_of", "pack_named", "packs_of"]


def config_of(ctx: click.Context) -> Config | None:
    """The configuration that is named or stands in the working folder; None where there is none."""
    from vmsguard.fleet.load_config import DEFAULT_NAME, load_config

    told = (ctx.find_root().obj or {}).get("config")
    if told is None and not Path(DEFAULT_NAME).exists():
        return None
    return load_config(None if told is None else Path(told))


def catalogue_of(ctx: click.Context) -> Catalogue:
    """Core names alone, or with those of the configuration and of the plugins it allows."""
    from vmsguard.policy.catalogue import Catalogue

    config = config_of(ctx)
    core = Catalogue.core()
    if config is None:
        return core
    from vmsguard.plugin.loader import load_plugins

    registry = load_plugins(None if config.plugins is None else frozenset(config.plugins))
    return core.extended(
        controls=[control() for name, control in registry.controls.items() if name not in core.controls],
        facts=[fact for name, fact in registry.facts.items() if name not in core.facts],
        pack_folders=(*registry.packs, *config.packs),
    )


def packs_of(ctx: click.Context) -> dict[str, Pack]:
    from vmsguard.policy.load_pack import load_packs

    catalogue = catalogue_of(ctx)
    return dict(load_packs(catalogue.pack_folders, catalogue))


def pack_named(ctx: click.Context, name: str) -> Pack:
    from vmsguard.errors import UsageError
    from vmsguard.policy.syntax.suggest import did_you_mean

    packs = packs_of(ctx)
    if name not in packs:
        raise UsageError(f"there is no pack {name!r}", hint=did_you_mean(name, packs))
    return packs[name]
