"""One operation call as a service sees it, and what a service is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from lxml import etree

from vmsguard.simulator.access import Access
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import invalid_arguments
from vmsguard.simulator.soap import PREFIXES
from vmsguard.simulator.subscriptions import Subscription

__all__ = ["Arguments", "Call", "Operation", "Service", "World", "schema"]

_TT: Final = PREFIXES["tt"]


def schema(name: str) -> str:
    """The qualified name of an element of the common ONVIF schema."""
    return f"{{{_TT}}}{name}"


class World(Protocol):
    """What a device sees of its surroundings."""

    def now(self) -> datetime: ...

    def host(self) -> str:
        """``address:port`` under which devices are reached over HTTP."""
        ...

    def answers(self, media_uri: str) -> bool:
        """Would an RTSP client get a picture from this address now?"""
        ...

    def discard_segments(self, device: Device, recording: str) -> None:
        """Remove the files of one recording, where the device keeps files."""
        ...

    def reboot(self, device_id: str) -> None: ...

    def announce(self, device: Device, topic: str, source: Mapping[str, str], data: Mapping[str, str]) -> None:
        """Tell whoever has subscribed to a device's events that something happened just now."""
        ...


class Arguments:
    """The children of a request element, read strictly by qualified name."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self._namespace = etree.QName(element).namespace

    def _qualified(self, name: str) -> str:
        return name if name.startswith("{") else f"{{{self._namespace}}}{name}"

    def children(self, name: str) -> list[Arguments]:
        return [Arguments(child) for child in self.element.findall(self._qualified(name))]

    def child(self, name: str) -> Arguments:
        found = self.element.findall(self._qualified(name))
        if len(found) != 1:
            raise invalid_arguments(f"{etree.QName(self._qualified(name)).localname} is missing or repeated")
        return Arguments(found[0])

    def text(self, name: str) -> str:
        return (self.child(name).element.text or "").strip()

    def texts(self, name: str) -> list[str]:
        return [(found.element.text or "").strip() for found in self.children(name)]

    def optional(self, name: str, default: str = "") -> str:
        found = self.texts(name)
        return found[0] if found else default

    def flag(self, name: str) -> bool:
        value = self.text(name)
        if value not in ("true", "false", "1", "0"):
            raise invalid_arguments(f"{name} is not a boolean")
        return value in ("true", "1")

    def attribute(self, name: str) -> str:
        value = self.element.get(name)
        if value is None:
            raise invalid_arguments(f"attribute {name} is missing")
        return value


@dataclass(frozen=True)
class Call:
    """One operation on one device, already authenticated and authorised."""

    device: Device
    world: World
    arguments: Arguments
    advertised_host: str
    """``address:port`` that the device names in the addresses of its services."""
    sessions: dict[str, list[str]] = field(default_factory=dict)
    """Search sessions of the device: recordings still to be told, by search token."""
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    """Open event subscriptions of the device, by token."""
    path: str = ""
    """The last part of the address that was asked."""


@dataclass(frozen=True)
class Operation:
    handle: Callable[[Call], str]
    """The content of the response element; raises ``Fault``."""
    access: Access
    writes: bool = False


@dataclass(frozen=True)
class Service:
    """One ONVIF service: where it is, what it can say about itself, what it answers."""

    name: str
    prefix: str
    path: str
    version: tuple[int, int]
    capabilities: Callable[[Device], str]
    """The service's Capabilities element."""
    operations: Mapping[str, Operation]

    @property
    def namespace(self) -> str:
        return PREFIXES[self.prefix]

    def has(self, device: Device) -> bool:
        return self.name in device.services
