"""Devices that cannot keep up."""

from __future__ import annotations

from typing import ClassVar, Final

from vmsguard.simulator.device_state import Device
from vmsguard.simulator.personas.persona import Persona

__all__ = ["OverloadRestarts", "Slow", "TooSlow"]

_DISK: Final = frozenset(
    {"GetRecordings", "GetRecordingJobs", "SetRecordingJobMode", "SetRecordingJobConfiguration", "DeleteTrack"}
)
"""What goes through the recording's own disk."""


class Slow(Persona):
    """Answers about its recordings after a second and a half, within any deadline that is fit for cameras."""

    name: ClassVar[str] = "slow"

    def delay(self, operation: str) -> float:
        return 1.5 if operation in _DISK else 0.0


class TooSlow(Persona):
    """Answers about its recordings after a minute, when nobody waits any more; what was asked is done."""

    name: ClassVar[str] = "too-slow"

    def delay(self, operation: str) -> float:
        return 60.0 if operation in _DISK else 0.0


class OverloadRestarts(Persona):
    """More than eight requests within a second, and it restarts."""

    name: ClassVar[str] = "overload-restarts"
    busiest = 8

    def shape(self, device: Device) -> None:
        device.reboot_seconds = device.reboot_seconds or 1.0
