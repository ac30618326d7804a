"""The fleet of a configuration's files, loaded again when one of them changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vmsguard.fleet.assemble_fleet import fleet_of
from vmsguard.fleet.load_config import Config, load_config
from vmsguard.plugin.registry import Registry
from vmsguard.policy.lock.file import LOCK_NAME
from vmsguard.run.fleet import Fleet

__all__ = ["FleetFiles"]


class FleetFiles:
    """A fleet's source. Plugins, the state and the evidence stay those the agent began with."""

    def __init__(self, config: Config, registry: Registry, fleet: Fleet) -> None:
        self._config = config
        self._registry = registry
        self._first: Fleet | None = fleet
        self._seen = self._signature()

    def changed(self) -> bool:
        """Whether a file came, went, or has another size or time than when the fleet was loaded."""
        return self._signature() != self._seen

    def load(self) -> Fleet:
        first, self._first = self._first, None
        if first is not None:
            return first
        # A mistake is told once, not in every round: the files are looked at again when they change again.
        self._seen = self._signature()
        self._config = load_config(self._config.file)
        self._seen = self._signature()
        return fleet_of(self._config, self._registry)

    def _signature(self) -> frozenset[tuple[str, int, int]]:
        return frozenset(_stamps(self._config))


def _stamps(config: Config) -> Iterator[tuple[str, int, int]]:
    places = (
        config.file,
        config.folder / LOCK_NAME,
        *config.inventory,
        *config.packs,
        *config.assignments,
        *config.exceptions,
        *config.documents,
        *config.holds,
        *config.freezes,
    )
    for place in places:
        for file in (place, *sorted(place.rglob("*"))) if place.is_dir() else (place,):
            stamp = _stamp(file)
            if stamp is not None:
                yield stamp


def _stamp(file: Path) -> tuple[str, int, int] | None:
    try:
        told = file.stat()
    except OSError:  # gone, or not ours to look at: loading says so
        return None
    return str(file), told.st_mtime_ns, told.st_size
