"""Devices that lack a function and say so, well or badly."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import Fault, action_refused, not_supported
from vmsguard.simulator.personas.persona import Persona, Reply
from vmsguard.simulator.services.analytics import FIXED
from vmsguard.simulator.soap import fault_envelope

__all__ = ["CannotStopRecording", "FaultsWithoutSubcode", "FixedRules", "RetentionOnly", "StaticRecordings"]

_JOB_LEVERS: Final = frozenset({"SetRecordingJobMode", "SetRecordingJobConfiguration", "DeleteRecordingJob"})
_DELETE_LEVERS: Final = frozenset({"DeleteTrack", "DeleteRecording"})


class CannotStopRecording(Persona):
    """Recording cannot be switched off, but tracks can be deleted: the case of the daily deletion."""

    name: ClassVar[str] = "cannot-stop-recording"

    def shape(self, device: Device) -> None:
        device.dynamic_tracks = True
        device.dynamic_recordings = False

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if service.name == "recording" and name in _JOB_LEVERS:
            raise not_supported()
        return operation.handle(call)


class StaticRecordings(Persona):
    """Neither recordings nor tracks can be deleted, as on the Bosch and Milesight cameras that were captured.

    Job modes work; retention time is the only lever on what is stored already.
    """

    name: ClassVar[str] = "static-recordings"

    def shape(self, device: Device) -> None:
        device.dynamic_tracks = device.dynamic_recordings = False


class RetentionOnly(StaticRecordings):
    """Its jobs cannot be stopped and nothing can be deleted: it obeys a retention time and nothing else."""

    name: ClassVar[str] = "retention-only"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if service.name == "recording" and name in _JOB_LEVERS | _DELETE_LEVERS:
            raise not_supported()
        return operation.handle(call)


class FixedRules(Persona):
    """Its rules and modules are there for good."""

    name: ClassVar[str] = "fixed-rules"
    _FAULTS: ClassVar = {"DeleteRules": "FixedRules", "DeleteAnalyticsModules": "FixedModules"}

    def shape(self, device: Device) -> None:
        device.features.append(FIXED)

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if service.name == "analytics" and name in self._FAULTS:
            raise action_refused(self._FAULTS[name], "The configuration cannot be removed")
        return operation.handle(call)


class FaultsWithoutSubcode(Persona):
    """What it does not support it says in English only, inside HTTP 200: no code a program could rely on."""

    name: ClassVar[str] = "faults-without-subcode"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if name == "GetServiceCapabilities" or (
            service.name == "recording" and name in _JOB_LEVERS | _DELETE_LEVERS | {"SetRecordingConfiguration"}
        ):
            raise not_supported()
        return operation.handle(call)

    def fault(self, fault: Fault, honest: Callable[[Fault], Reply]) -> Reply:
        if not fault.unsupported:
            return honest(fault)
        return Reply(200, fault_envelope(Fault("Receiver", (), "Action not supported")))
