"""Event subscriptions of one running device: what each still has to be told, and when it ends by itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

__all__ = ["MOST_WAITING", "Notification", "Subscription"]

MOST_WAITING: Final = 256
"""Messages that wait for one subscriber; the oldest is lost when another one comes."""


@dataclass(frozen=True)
class Notification:
    """One message: its topic, when it happened by the device's clock, and what it says."""

    topic: str
    at: datetime
    source: Mapping[str, str]
    data: Mapping[str, str]
    operation: str = ""
    """``Initialized``, ``Changed`` or ``Deleted`` for properties; empty for what only happens."""


@dataclass
class Subscription:
    token: str
    ends: datetime
    topics: tuple[str, ...] = ()
    """Those that are wanted; none stands for all."""
    waiting: deque[Notification] = field(default_factory=lambda: deque(maxlen=MOST_WAITING))
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    """The last state that was told of each property, by topic and token."""

    def wants(self, topic: str) -> bool:
        return not self.topics or topic in self.topics

    def take(self, notification: Notification) -> None:
        if self.wants(notification.topic):
            self.waiting.append(notification)
