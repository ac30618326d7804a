"""Says yes to every command and changes nothing: five of six independent ONVIF servers did so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.personas.persona import Persona

__all__ = ["AcknowledgesEverything", "AcknowledgesRecording", "AcknowledgesRemoval"]


_DEMANDED: Final[Mapping[str, str]] = {
    "SystemReboot": "<tds:Message>Rebooting</tds:Message>",
    "StopExportRecordedData": "<trc:Progress>1</trc:Progress><trc:FileProgressStatus/>",
    "SetRecordingJobConfiguration": "<trc:JobConfiguration><tt:RecordingToken>any</tt:RecordingToken>"
    "<tt:Mode>Idle</tt:Mode><tt:Priority>1</tt:Priority></trc:JobConfiguration>",
}
"""What the schemas want in a response; all others may be empty."""


class AcknowledgesEverything(Persona):
    """A write answers success, also for tokens that do not exist; reads stay truthful."""

    name: ClassVar[str] = "acknowledges-everything"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if not operation.writes:
            return operation.handle(call)
        return _DEMANDED.get(name, "")


class AcknowledgesRecording(AcknowledgesEverything):
    """Says yes to whatever its recordings are told, also to tokens that do not exist, and goes on recording."""

    name: ClassVar[str] = "acknowledges-recording"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if service.name == "recording":
            return super().perform(call, service, name, operation)
        return operation.handle(call)


_REMOVALS: Final = frozenset({"RemoveConfiguration", "DeleteProfile", "SetStorageConfiguration"})


class AcknowledgesRemoval(AcknowledgesEverything):
    """Takes nothing out of a profile and changes no storage configuration, and says that it did."""

    name: ClassVar[str] = "acknowledges-removal"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if name in _REMOVALS or (service.name == "media" and name.startswith("Remove")):
            return super().perform(call, service, name, operation)
        return operation.handle(call)
