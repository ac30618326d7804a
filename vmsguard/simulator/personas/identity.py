"""Devices that say less of themselves than is asked, or say it wrong."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import not_supported
from vmsguard.simulator.personas.persona import Persona

__all__ = ["ClockOff", "NoGetServices", "WithoutSerial"]

_LEFT_OUT: Final = re.compile(r"<tds:(SerialNumber|HardwareId)>.*?</tds:\1>")


class NoGetServices(Persona):
    """Firmware from before GetServices: GetCapabilities is what it has, and Media2 is in none of its lists."""

    name: ClassVar[str] = "no-get-services"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if name == "GetServices":
            raise not_supported()
        return operation.handle(call)


class WithoutSerial(Persona):
    """Leaves SerialNumber and HardwareId out of what it says of itself."""

    name: ClassVar[str] = "without-serial"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        told = operation.handle(call)
        return _LEFT_OUT.sub("", told) if name == "GetDeviceInformation" else told


class ClockOff(Persona):
    """Its clock is ninety minutes ahead, and a login must be dated within five seconds of it."""

    name: ClassVar[str] = "clock-off"

    def shape(self, device: Device) -> None:
        device.clock_offset = 5400.0
        device.created_window = 5.0
