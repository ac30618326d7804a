"""One device with several characters at once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import Fault
from vmsguard.simulator.personas.persona import Manner, Persona, Reply
from vmsguard.simulator.soap import SoapRequest

__all__ = ["Composed"]


class Composed(Persona):
    """All that its parts do; where two bend the same thing, the later one bends what the earlier made of it."""

    def __init__(self, parts: tuple[Persona, ...]) -> None:
        self._parts = parts
        self.restores = any(part.restores for part in parts)
        self.guards_streams = all(part.guards_streams for part in parts)
        self.one_address = any(part.one_address for part in parts)
        self.stream_refusal = next((part.stream_refusal for part in parts if part.stream_refusal), "")
        self.busiest = min((part.busiest for part in parts if part.busiest), default=0)

    def shape(self, device: Device) -> None:
        for part in self._parts:
            part.shape(device)

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        given = (part.instead(device, request) for part in self._parts)
        return next((reply for reply in given if reply is not None), None)

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        def after(inner: Operation, part: Persona) -> Operation:
            return replace(inner, handle=lambda given: part.perform(given, service, name, inner))

        return functools.reduce(after, self._parts, operation).handle(call)

    def access(self, operation: Operation) -> Access:
        told = (part.access(operation) for part in self._parts)
        return next((access for access in told if access is not operation.access), operation.access)

    def admits(self, service: Service, operation: Operation) -> bool:
        return any(part.admits(service, operation) for part in self._parts)

    def challenges(self, honest: str) -> tuple[str, ...]:
        told = (part.challenges(honest) for part in self._parts)
        return next((challenges for challenges in told if challenges != (honest,)), (honest,))

    def host(self, real: str) -> str:
        return functools.reduce(lambda host, part: part.host(host), self._parts, real)

    def fault(self, fault: Fault, honest: Callable[[Fault], Reply]) -> Reply:
        def after(inner: Callable[[Fault], Reply], part: Persona) -> Callable[[Fault], Reply]:
            return lambda given: part.fault(given, inner)

        return functools.reduce(after, self._parts, honest)(fault)

    def picture(self, honest: Reply | None) -> Reply | None:
        return functools.reduce(lambda reply, part: part.picture(reply), self._parts, honest)

    def manner_after(self, operation: Operation) -> Manner:
        manners = (part.manner_after(operation) for part in self._parts)
        return next((manner for manner in manners if manner is not Manner.ANSWER), Manner.ANSWER)

    def delay(self, operation: str) -> float:
        return max(part.delay(operation) for part in self._parts)
