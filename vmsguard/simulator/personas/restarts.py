"""Devices on which a restart makes the difference: before it, or after it, a change is not so."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from vmsguard.simulator.call import Call, Operation, Service, schema
from vmsguard.simulator.device_state import Configuration
from vmsguard.simulator.personas.persona import Persona

__all__ = ["EffectiveAfterRestart", "RestartUndoes", "ShowsAfterRestart"]


def _copy(configuration: Configuration) -> Configuration:
    return msgspec.json.decode(msgspec.json.encode(configuration), type=Configuration)


class EffectiveAfterRestart(Persona):
    """SetNetworkProtocols shows in the read-back at once, in the sockets after SystemReboot; and the list that is
    sent replaces the whole list: sending RTSP alone erases HTTP.
    """

    name: ClassVar[str] = "effective-after-restart"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if name != "SetNetworkProtocols":
            return operation.handle(call)
        running = call.device.running_protocols
        told = operation.handle(call)
        named = {protocol.text(schema("Name")) for protocol in call.arguments.children("NetworkProtocols")}
        have = call.device.configuration
        have.protocols = [protocol for protocol in have.protocols if protocol.name in named]
        call.device.running_protocols = running
        return told


class ShowsAfterRestart(Persona):
    """Stores every change of its configuration and goes on, in deed and in read-back, as before until a restart."""

    name: ClassVar[str] = "shows-after-restart"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if not operation.writes or name == "SystemReboot":
            return operation.handle(call)
        device = call.device
        live, running = device.configuration, device.running_protocols
        device.configuration = _copy(live) if device.stored is None else device.stored
        device.running_protocols = list(running)
        try:
            return operation.handle(call)
        finally:
            device.stored, device.configuration, device.running_protocols = device.configuration, live, running


class RestartUndoes(Persona):
    """Follows every change at once and stores none: after a restart everything is as it was."""

    name: ClassVar[str] = "restart-undoes"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if operation.writes and name != "SystemReboot" and call.device.stored is None:
            call.device.stored = _copy(call.device.configuration)
        return operation.handle(call)
