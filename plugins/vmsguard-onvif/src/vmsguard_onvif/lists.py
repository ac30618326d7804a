"""Lists put together from several replies, that say when they are not all there is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from vmsguard.model.facts import Absent, Items, Known, Reading, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard_onvif.gathering import Answered, Unanswered

__all__ = ["Collected", "opaque"]


@dataclass
class Collected:
    """Items of one list fact, from any number of replies, each of which may be missing."""

    fabricates: bool
    values: list[Any] = field(default_factory=list)
    answered: bool = False
    gaps: list[str] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    absent: list[Absent] = field(default_factory=list)

    def take(self, answer: Answered[Any] | Unanswered) -> bool:
        """Note whether a reply was there; True if its value may be used."""
        if isinstance(answer, Answered):
            self.answered = True
            return True
        if isinstance(answer.reading, Unknown):
            self.unknown.append(answer.reading)
        else:
            self.absent.append(answer.reading)
        return False

    def add(self, items: Iterable[Any]) -> None:
        self.values.extend(items)

    def reading(self) -> Reading:
        """The list; unknown or absent only where no reply said anything at all.

        An empty list from a device that answers what cannot exist is no list.
        """
        if not self.values and not self.answered:
            if self.unknown:
                return self.unknown[0]
            if self.absent:
                return Absent("; ".join(dict.fromkeys(reading.proof for reading in self.absent)))
            return Unknown(Why.NOT_READ, "nothing was asked that could tell")
        if not self.values and self.fabricates:
            return Unknown(Why.FABRICATED, "an empty list from a device that answers operations that cannot exist")
        missing = self.gaps + [reading.detail or reading.why.value for reading in self.unknown]
        return Known(Items(tuple(self.values), not missing, "; ".join(dict.fromkeys(missing))))


def opaque(kind: str, address: str) -> str:
    """A stable id for something a device knows by an address, which may hold a user name."""
    return f"{kind}:{hashlib.sha256(address.encode()).hexdigest()[:12]}"
