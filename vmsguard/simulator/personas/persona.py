"""What a persona may bend: its start, its reading of a request, its way of answering. The default is honest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import Fault
from vmsguard.simulator.soap import SoapRequest

__all__ = ["Manner", "Persona", "Reply"]


class Manner(StrEnum):
    """How an answer leaves, if it does."""

    ANSWER = "answer"
    SILENCE = "silence"
    """The connection stays open and nothing is said."""
    DROP = "drop"
    """The connection is closed without an answer."""


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes
    manner: Manner = Manner.ANSWER
    challenges: tuple[str, ...] = ()
    """WWW-Authenticate headers."""
    delay: float = 0.0
    """Seconds before it leaves."""
    content_type: str = ""
    """Where it is not the kind that was asked for."""


class Persona:
    """An honest device, and the base of the others: each overrides what it does differently."""

    name: ClassVar[str] = "honest"
    restores: bool = False
    """True if another writer puts its configuration back after a change."""
    guards_streams: bool = True
    """False if RTSP is served to anybody where media want a login."""
    one_address: bool = False
    """True if every service answers at one address without a path of its own."""
    stream_refusal: str = ""
    """The status line that whoever asks for a stream gets in place of its description."""
    busiest: int = 0
    """Requests within a second beyond which it restarts; 0 bears any number."""

    def shape(self, device: Device) -> None:
        """Change what a new device of this kind is, once, when the fleet is built."""

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        """An answer given before anything is looked at."""
        return None

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        """The content of the response; raises ``Fault``."""
        return operation.handle(call)

    def access(self, operation: Operation) -> Access:
        """Who may call an operation."""
        return operation.access

    def admits(self, service: Service, operation: Operation) -> bool:
        """Whether a login that proves no account passes all the same."""
        return False

    def challenges(self, honest: str) -> tuple[str, ...]:
        """What it asks for where a login is missing."""
        return (honest,)

    def host(self, real: str) -> str:
        """The host it names in the addresses of its services."""
        return real

    def fault(self, fault: Fault, honest: Callable[[Fault], Reply]) -> Reply:
        """How it renders a fault."""
        return honest(fault)

    def picture(self, honest: Reply | None) -> Reply | None:
        """What a snapshot request gets; None is a 404."""
        return honest

    def manner_after(self, operation: Operation) -> Manner:
        """How it answers after an operation was performed."""
        return Manner.ANSWER

    def delay(self, operation: str) -> float:
        """How many seconds an answer takes."""
        return 0.0
