"""Devices that misbehave below the level of operations."""

from __future__ import annotations

from typing import ClassVar, Final

from vmsguard.simulator.call import Operation
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.personas.persona import Manner, Persona, Reply
from vmsguard.simulator.soap import SoapRequest

__all__ = ["DropsReplyAfterWrite", "Silent", "WrongXAddr"]

FOREIGN_HOST: Final = "192.0.2.10:8899"
"""In TEST-NET-1 (RFC 5737): nobody is there, and nobody may be sent there."""


class Silent(Persona):
    """Accepts the connection and never answers."""

    name: ClassVar[str] = "silent"

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        return Reply(0, b"", Manner.SILENCE)

    def picture(self, honest: Reply | None) -> Reply | None:
        return Reply(0, b"", Manner.SILENCE)


class WrongXAddr(Persona):
    """Names a host that is not itself in the addresses of its services."""

    name: ClassVar[str] = "wrong-xaddr"

    def host(self, real: str) -> str:
        return FOREIGN_HOST


class DropsReplyAfterWrite(Persona):
    """Does what a write asks, then closes the connection without a word."""

    name: ClassVar[str] = "drop-reply-after-write"

    def manner_after(self, operation: Operation) -> Manner:
        return Manner.DROP if operation.writes else Manner.ANSWER
