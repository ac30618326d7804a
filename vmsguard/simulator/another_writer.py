"""The other system that owns a configuration: what it will put back, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from vmsguard.simulator.device_state import Configuration, Device, NetworkProtocol

__all__ = ["AnotherWriter"]


@dataclass(frozen=True)
class _Kept:
    due: datetime
    configuration: bytes
    running: bytes


class AnotherWriter:
    """Keeps configurations as they were before the first change since it last wrote."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def waiting(self) -> list[str]:
        """Ids of the devices it will write to."""
        return list(self._kept)

    def keep(self, device: Device, now: datetime) -> None:
        if device.id not in self._kept:
            self._kept[device.id] = _Kept(
                now + timedelta(seconds=device.revert_seconds),
                msgspec.json.encode(device.configuration),
                msgspec.json.encode(device.running_protocols),
            )

    def is_due(self, device: Device, now: datetime) -> bool:
        kept = self._kept.get(device.id)
        return kept is not None and now >= kept.due

    def write(self, device: Device) -> None:
        """Put the configuration back; footage that was deleted stays deleted."""
        kept = self._kept.pop(device.id)
        device.configuration = msgspec.json.decode(kept.configuration, type=Configuration)
        device.running_protocols = msgspec.json.decode(kept.running, type=list[NetworkProtocol])
