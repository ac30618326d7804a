"""The uplink that a configuration asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from vmsguard.errors import ConfigError
from vmsguard.fleet.assemble_fleet import fleet_of
from vmsguard.fleet.load_config import Config, load_config

if TYPE_CHECKING:
    from vmsguard.agent.schedule.duty_clock import Tell
    from vmsguard.agent.uplink.part import UplinkPart
    from vmsguard.fleet.secrets import SecretStore
    from vmsguard.plugin.registry import Registry
    from vmsguard.run.equipment import Equipment

__all__ = ["check_with", "uplink_of"]

_PLACES = ("inventory", "packs", "assignments", "exceptions", "documents", "holds", "freezes")


def uplink_of(
    config: Config, secrets: SecretStore, registry: Registry, equipment: Equipment, tell: Tell
) -> UplinkPart | None:
    """The part that sends evidence up and takes policies; None where the configuration names no hub."""
    nats = config.agent.nats
    if nats is None or nats.hub is None:
        return None
    try:
        from vmsguard.agent.jetstream.connection import settings_of
        from vmsguard.agent.uplink.part import UplinkPart
        from vmsguard.agent.uplink.take_policies import PolicyTaker
    except ModuleNotFoundError as error:
        raise ConfigError(
            "agent: nats: hub: needs a library that is not installed", hint="pip install 'vmsguard[nats]'"
        ) from error

    taker = None
    if nats.hub.policy_key is not None:
        place = config.folder / "policies-from-hub" if nats.hub.policies is None else nats.hub.policies
        taker = PolicyTaker(
            place,
            nats.hub.policy_key,
            check=check_with(config, registry, place),
            record=equipment.evidence.append,
            tell=tell,
            clock=equipment.clock,
            log=equipment.log,
        )
    return UplinkPart(
        config.evidence.directory,
        config.evidence.origin,
        equipment.state,
        settings_of(nats, secrets),
        nats.hub.domain,
        hub_key=nats.hub.key,
        clock=equipment.clock,
        tell=tell,
        log=equipment.log,
        take_policies=taker,
    )


def check_with(config: Config, registry: Registry, place: Path) -> Callable[[Path], None]:
    """Loads the whole fleet as it would be with another folder in the place of one; raises where that has mistakes."""

    def check(instead: Path) -> None:
        now = load_config(config.file)
        told = {name: tuple(_moved(path, place, instead) for path in getattr(now, name)) for name in _PLACES}
        fleet_of(structs.replace(now, **told), registry)

    return check


def _moved(path: Path, place: Path, instead: Path) -> Path:
    return instead / path.relative_to(place) if path == place or place in path.parents else path
