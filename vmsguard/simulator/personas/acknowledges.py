"""Says yes to every command and changes nothing: five of six independent ONVIF servers did so."""

from __future__ import annotations

from typing import ClassVar

from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.personas.persona import Persona

__all__ = ["AcknowledgesEverything"]


class AcknowledgesEverything(Persona):
    """A write answers success, also for tokens that do not exist; reads stay truthful."""

    name: ClassVar[str] = "acknowledges-everything"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if not operation.writes:
            return operation.handle(call)
        return "<tds:Message>Rebooting</tds:Message>" if name == "SystemReboot" else ""
