"""What a fact reader gets, and what it gives back: a reading per layer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from vmsguard.errors import DriverError
from vmsguard.model.facts import Reading
from vmsguard.model.vocabulary import Layer
from vmsguard_onvif.lists import Collected
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies.device import User
from vmsguard_onvif.session import Session
from vmsguard_onvif.topology import Topology

__all__ = ["ONBOARD", "ChannelFact", "Told", "WholeFact", "WholeView", "both", "collect", "runtime"]

ONBOARD = "onboard"
"""The store that a device's own recordings lie in; ONVIF does not tell SD card and disk apart."""

Told: TypeAlias = Mapping[Layer, Reading]


@dataclass(frozen=True)
class WholeView:
    """The pass that facts about the target as a whole are read in."""

    readings: Readings
    accounts: tuple[User, ...] | DriverError

    @property
    def session(self) -> Session:
        return self.readings.session


ChannelFact: TypeAlias = Callable[[Readings, Topology, str], Awaitable[Told]]
WholeFact: TypeAlias = Callable[[WholeView], Awaitable[Told]]


def both(reading: Reading) -> Told:
    """One reading for both layers: the standard makes these settings persistent, so what runs is what is stored."""
    return {Layer.RUNTIME: reading, Layer.STORED: reading}


def runtime(reading: Reading) -> Told:
    return {Layer.RUNTIME: reading}


def collect(readings: Readings) -> Collected:
    return Collected(readings.session.fabricates)
