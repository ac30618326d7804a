"""Takes a change at once and follows it only after a restart."""

from __future__ import annotations

from typing import ClassVar

from vmsguard.simulator.call import Call, Operation, Service, schema
from vmsguard.simulator.personas.persona import Persona

__all__ = ["EffectiveAfterRestart"]


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
