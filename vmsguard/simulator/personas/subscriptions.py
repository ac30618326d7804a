"""Devices whose Events service is of no use, or of less use than it says."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar, Final

from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import Fault
from vmsguard.simulator.footage import announce_deletion, footage_key
from vmsguard.simulator.personas.persona import Manner, Persona, Reply
from vmsguard.simulator.soap import PREFIXES, SoapRequest

__all__ = [
    "AnnouncesFalseDeletions",
    "DropsEvents",
    "FewSubscriptions",
    "ForeignSubscription",
    "InvalidEventXml",
    "PullPointsExhausted",
    "SilentPullPoint",
]

_SUBSCRIBING: Final = frozenset({"CreatePullPointSubscription", "Subscribe"})


class DropsEvents(Persona):
    """Closes the connection on whatever is asked of its Events service; everything else answers."""

    name: ClassVar[str] = "drops-connection-on-events"

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        return Reply(0, b"", Manner.DROP) if request.namespace == PREFIXES["tev"] else None


class InvalidEventXml(Persona):
    """Leaves out the quotes around what is so of a topic: its list of topics is no XML."""

    name: ClassVar[str] = "invalid-event-xml"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        told = operation.handle(call)
        return re.sub(r'wstop:topic="(\w+)"', r"wstop:topic=\1", told) if name == "GetEventProperties" else told


class PullPointsExhausted(Persona):
    """All of its subscriptions are taken, by clients that never gave them back."""

    name: ClassVar[str] = "pull-points-exhausted"

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        if request.operation in _SUBSCRIBING:
            raise Fault("Receiver", ("MaxPullPoints",), "The maximum number of pull points is reached")
        return None


class FewSubscriptions(Persona):
    """Has room for one subscriber, as cheap cameras do."""

    name: ClassVar[str] = "few-subscriptions"

    def shape(self, device: Device) -> None:
        device.features.append("one-subscription")


class ForeignSubscription(Persona):
    """Gives its subscriptions an address at a host that is not its own."""

    name: ClassVar[str] = "foreign-subscription"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if name == "CreatePullPointSubscription":
            call = replace(call, advertised_host="192.0.2.77:8899")
        return operation.handle(call)


class SilentPullPoint(Persona):
    """Takes subscriptions, and never answers who asks for their messages."""

    name: ClassVar[str] = "silent-pull-point"

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        return Reply(0, b"", Manner.SILENCE) if request.operation == "PullMessages" else None


class AnnouncesFalseDeletions(Persona):
    """Acknowledges a deletion, announces it to its subscribers, and keeps the footage."""

    name: ClassVar[str] = "announces-false-deletions"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if name not in ("DeleteTrack", "DeleteRecording"):
            return operation.handle(call)
        token = call.arguments.text("RecordingToken")
        wanted = call.arguments.optional("TrackToken")
        for recording in call.device.configuration.recordings:
            for track in recording.tracks:
                data = call.device.footage.get(footage_key(recording.token, track.token))
                if recording.token != token or wanted not in ("", track.token) or data is None:
                    continue
                if data.start is not None and data.end is not None:
                    announce_deletion(call.device, token, track.token, data.start, data.end, call.world)
        return ""
