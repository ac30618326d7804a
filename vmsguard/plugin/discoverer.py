"""The contract of a discoverer: it writes questions and reads answers; the core sends, receives and bounds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

from vmsguard.model.discovery import Answer, Question

__all__ = ["Discoverer"]


class Discoverer(ABC):
    """One protocol in which devices say that they are there. It owns no socket and contacts nobody."""

    name: ClassVar[str]
    port: ClassVar[int]
    groups: ClassVar[tuple[str, ...]]
    """Multicast addresses of IPv4 and IPv6; a question goes to those of a way's family."""

    @abstractmethod
    def questions(self, new_id: Callable[[], UUID]) -> tuple[Question, ...]:
        """What is sent, under fresh ids that nobody who did not receive it can know."""

    @abstractmethod
    def read(self, datagram: bytes) -> Answer:
        """A datagram anybody may have sent, read without side effects; raises ``ProtocolViolation`` if it is none."""
