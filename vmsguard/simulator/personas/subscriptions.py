"""Devices whose Events service is advertised and of no use."""

from __future__ import annotations

from typing import ClassVar, Final

from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import Fault
from vmsguard.simulator.personas.persona import Manner, Persona, Reply
from vmsguard.simulator.soap import PREFIXES, SoapRequest

__all__ = ["DropsEvents", "PullPointsExhausted"]

_SUBSCRIBING: Final = frozenset({"CreatePullPointSubscription", "Subscribe"})


class DropsEvents(Persona):
    """Closes the connection on whatever is asked of its Events service; everything else answers."""

    name: ClassVar[str] = "drops-connection-on-events"

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        return Reply(0, b"", Manner.DROP) if request.namespace == PREFIXES["tev"] else None


class PullPointsExhausted(Persona):
    """All of its subscriptions are taken, by clients that never gave them back."""

    name: ClassVar[str] = "pull-points-exhausted"

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        if request.operation in _SUBSCRIBING:
            raise Fault("Receiver", ("MaxPullPoints",), "The maximum number of pull points is reached")
        return None
