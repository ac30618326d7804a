"""The state of a whole fleet in one JSON file, so that a restart on the same ports continues where it was."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from vmsguard.errors import ConfigError
from vmsguard.simulator.device_state import Device

__all__ = ["FleetState", "load_state", "save_state"]


class FleetState(Struct):
    """Ports and devices; ``fleet`` is the digest of the fleet file they were built from."""

    fleet: str
    http_port: int
    devices: list[Device]


def load_state(path: Path, fleet: str) -> FleetState | None:
    """What was saved, or None if nothing was; a file of another fleet is an error, never overwritten."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=path) from error
    try:
        state = msgspec.json.decode(raw, type=FleetState)
    except msgspec.DecodeError as error:
        raise ConfigError(f"is no simulator state: {error}", file=path, hint="remove it to start anew") from error
    if state.fleet != fleet:
        raise ConfigError("was saved for another fleet", file=path, hint="remove it, or name another --state file")
    return state


def save_state(path: Path, state: FleetState) -> None:
    """Replace the file in one step: a crash leaves the old or the new state."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    with draft.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(state), indent=1))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
