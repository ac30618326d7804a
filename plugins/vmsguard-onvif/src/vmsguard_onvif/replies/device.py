"""What the Device service's replies hold, as values."""

from __future__ import annotations

from dataclasses import dataclass

from vmsguard_onvif.elements import TT, Element, Malformed, children, first, flag, number, only, text, token
from vmsguard_onvif.namespaces import DEVICE

__all__ = [
    "DeviceInformation",
    "Protocol",
    "StorageTarget",
    "User",
    "address_filter_limits",
    "device_information",
    "network_protocols",
    "storage_configurations",
    "users",
]

_TDS = f"{{{DEVICE}}}"


@dataclass(frozen=True)
class DeviceInformation:
    manufacturer: str
    model: str
    firmware: str
    serial: str
    hardware: str


@dataclass(frozen=True)
class User:
    """An account; its name never leaves the driver."""

    name: str
    level: str


@dataclass(frozen=True)
class Protocol:
    """One entry of the network protocols, with every port as read: some firmware lists two (80, 0)."""

    name: str
    enabled: bool
    ports: tuple[int, ...]


@dataclass(frozen=True)
class StorageTarget:
    """A place outside the device; its URI may hold a user name and is not kept."""

    token: str
    kind: str


def device_information(reply: Element) -> DeviceInformation:
    """Identity as far as told; SerialNumber and HardwareId are missing on some firmware."""

    def told(name: str) -> str:
        return text(reply, f"{_TDS}{name}")

    return DeviceInformation(
        told("Manufacturer"), told("Model"), told("FirmwareVersion"), told("SerialNumber"), told("HardwareId")
    )


def users(reply: Element) -> tuple[User, ...]:
    return tuple(
        User(token(user, f"{TT}Username"), text(user, f"{TT}UserLevel")) for user in only(reply, f"{_TDS}User")
    )


def network_protocols(reply: Element) -> tuple[Protocol, ...]:
    return tuple(_protocol(entry) for entry in only(reply, f"{_TDS}NetworkProtocols"))


def _protocol(entry: Element) -> Protocol:
    enabled = flag(text(entry, f"{TT}Enabled"))
    if enabled is None:
        raise Malformed("a network protocol that is neither enabled nor disabled")
    ports = tuple(number((port.text or "").strip()) for port in children(entry, f"{TT}Port"))
    if any(port is None for port in ports):
        raise Malformed("a port that is no number")
    return Protocol(token(entry, f"{TT}Name"), enabled, tuple(port for port in ports if port is not None))


def address_filter_limits(reply: Element) -> bool:
    """Whether a ``GetIPAddressFilter`` reply lets in listed addresses only, and those are not all there are."""
    told = first(reply, f"{_TDS}IPAddressFilter")
    kind = text(told, f"{TT}Type")
    if told is None or kind not in {"Allow", "Deny"}:
        raise Malformed("an address filter that neither allows nor denies")
    entries = [*children(told, f"{TT}IPv4Address"), *children(told, f"{TT}IPv6Address")]
    prefixes = [number(text(entry, f"{TT}PrefixLength")) for entry in entries]
    if any(prefix is None for prefix in prefixes):
        raise Malformed("an address without its prefix length")
    # Nothing says that an empty list of allowed addresses lets nobody in: we are in, and read it.
    return kind == "Allow" and bool(prefixes) and 0 not in prefixes


def storage_configurations(reply: Element) -> tuple[StorageTarget, ...]:
    found = []
    for entry in only(reply, f"{_TDS}StorageConfigurations"):
        data = first(entry, f"{_TDS}Data")
        found.append(StorageTarget(token(entry), "" if data is None else (data.get("type") or "")))
    return tuple(found)
