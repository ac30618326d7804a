"""What the replies about outgoing connections hold: event brokers (MQTT) and uplinks."""

from __future__ import annotations

from dataclasses import dataclass

from vmsguard_onvif.elements import Element, first, only, text, token
from vmsguard_onvif.namespaces import EVENTS, UPLINK

__all__ = ["Broker", "Uplink", "event_brokers", "uplinks"]

_TEV, _TUP = f"{{{EVENTS}}}", f"{{{UPLINK}}}"


@dataclass(frozen=True)
class Broker:
    """An event broker; its address identifies it to the device and never leaves the driver."""

    address: str
    connected: bool | None
    sends_metadata: bool


@dataclass(frozen=True)
class Uplink:
    address: str
    connected: bool | None


def event_brokers(reply: Element) -> tuple[Broker, ...]:
    return tuple(
        Broker(
            token(entry, f"{_TEV}Address"),
            _connected(text(entry, f"{_TEV}Status")),
            first(entry, f"{_TEV}MetadataFilter") is not None,
        )
        for entry in only(reply, f"{_TEV}EventBroker")
    )


def uplinks(reply: Element) -> tuple[Uplink, ...]:
    return tuple(
        Uplink(token(entry, f"{_TUP}RemoteAddress"), _connected(text(entry, f"{_TUP}Status")))
        for entry in only(reply, f"{_TUP}Configuration")
    )


def _connected(status: str) -> bool | None:
    return {"connected": True, "connecting": False, "offline": False, "disconnected": False}.get(status.casefold())
