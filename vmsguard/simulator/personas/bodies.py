"""Devices whose every reply is something other than SOAP."""

from __future__ import annotations

from typing import ClassVar, Final

from vmsguard.simulator.device_state import Device
from vmsguard.simulator.personas.persona import Persona, Reply
from vmsguard.simulator.soap import SoapRequest

__all__ = ["EmptyBodies", "StackTraces"]

_TRACE: Final = b"""<html><head><title>500</title></head><body><pre>Error: Cannot read properties of undefined
    at handle (/srv/onvif/service.js:212:17)
    at Server.emit (node:events:517:28)
</pre></body></html>"""


class EmptyBodies(Persona):
    """HTTP 200 and no byte, whatever is asked."""

    name: ClassVar[str] = "empty-bodies"

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        return Reply(200, b"")


class StackTraces(Persona):
    """HTTP 500 and where its program broke, whatever is asked."""

    name: ClassVar[str] = "stack-traces"

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        return Reply(500, _TRACE)
