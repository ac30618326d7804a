"""Devices whose lists of services are odd, or promise what they do not have."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.personas.persona import Persona

__all__ = ["ClaimsTooMuch", "Media2First", "OneAddress"]

_LISTS: Final = frozenset({"GetServices", "GetCapabilities"})
_SERVICE: Final = re.compile(r"<tds:Service>.*?</tds:Service>", re.DOTALL)
_PATH: Final = re.compile(r"/onvif/\w+_service")


class OneAddress(Persona):
    """Names one address, without a path of its own, for every service; what is asked tells it which is meant."""

    name: ClassVar[str] = "one-address"
    one_address = True

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        told = operation.handle(call)
        return _PATH.sub("/onvif/", told) if name in _LISTS else told


class Media2First(Persona):
    """Lists its services in another order: Media2 comes before Media, and both hold ``/media/`` in their names."""

    name: ClassVar[str] = "media2-first"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        told = operation.handle(call)
        return "".join(reversed(_SERVICE.findall(told))) if name == "GetServices" else told


_NO: Final = re.compile(r"(?<=\")false(?=\")|(?<=>)false(?=<)")
_NONE: Final = re.compile(r'(MaxEventBrokers|MaxPullPoints|MaxStorageConfigurations)="0"')


class ClaimsTooMuch(Persona):
    """Says yes to every capability there is, and answers most of them with ActionNotSupported."""

    name: ClassVar[str] = "claims-too-much"

    def shape(self, device: Device) -> None:
        device.dynamic_tracks = device.dynamic_recordings = False

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        told = operation.handle(call)
        if name in _LISTS or name == "GetServiceCapabilities":
            return _NONE.sub(r'\1="4"', _NO.sub("true", told))
        return told
