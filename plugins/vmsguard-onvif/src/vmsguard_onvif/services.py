"""Which services a device offers, where, and with which capabilities; addresses keep only their path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlsplit

from vmsguard_onvif.elements import TT, Element, Malformed, children, first, flag, local, number, text
from vmsguard_onvif.namespaces import (
    ANALYTICS,
    DEVICE,
    DEVICE_IO,
    EVENTS,
    MEDIA,
    PTZ,
    RECEIVER,
    RECORDING,
    REPLAY,
    SEARCH,
)

__all__ = ["Service", "ServiceTable", "from_capabilities", "from_services", "own_path"]

_TDS = f"{{{DEVICE}}}"
_HOST = re.compile(r"[\w.:-]{1,253}", re.ASCII)
"""What may be told of a host that a device names: anything else is markup or worse."""
_MOST_SERVICES = 256
"""The standard knows forty; makers add a handful of their own."""
_MOST_FOREIGN = 16
"""Each becomes a finding that a person reads; a device that names more has made its point."""
_MOST_CAPABILITIES = 1024
"""Of one service; Media2 has fifty."""
_CATEGORIES = {"Analytics": ANALYTICS, "Device": DEVICE, "Events": EVENTS, "Media": MEDIA, "PTZ": PTZ}
# Bug 1 of onvif-zeep: these live under Extension and nowhere else.
_EXTENSION = {
    "DeviceIO": DEVICE_IO,
    "Recording": RECORDING,
    "Search": SEARCH,
    "Replay": REPLAY,
    "Receiver": RECEIVER,
}
_NAMED_OF_OLD = frozenset({*_CATEGORIES.values(), *_EXTENSION.values()})


@dataclass(frozen=True)
class Service:
    """One offered service: the path to post to, and its capabilities by name as the device wrote them.

    ``told`` is None where the device listed the service without its capabilities.
    """

    path: str
    told: Mapping[str, str] | None = None

    def flag(self, name: str) -> bool | None:
        """A yes-or-no capability; None where the device does not mention it."""
        return None if self.told is None else flag(self.told.get(name))

    def exports(self) -> bool:
        """Whether the Recording service names a way to export what is recorded."""
        told = self.told or {}
        return bool(told.get("SupportedExportFileFormats", "").strip()) or flag(told.get("SegmentExport")) is True

    def count(self, name: str) -> int | None:
        return None if self.told is None or name not in self.told else number(self.told[name])


@dataclass(frozen=True)
class ServiceTable:
    """All services by full namespace, and the hosts other than the enrolled one that the device named."""

    services: Mapping[str, Service]
    operation: str
    foreign: tuple[str, ...] = ()

    def get(self, namespace: str) -> Service | None:
        return self.services.get(namespace)

    def has_place_for(self, namespace: str) -> bool:
        """Whether the list would name such a service: GetCapabilities is older than most, and cannot."""
        return self.operation != "GetCapabilities" or namespace in _NAMED_OF_OLD


@dataclass
class _Gathering:
    host: str
    fallback: str
    found: dict[str, Service] = field(default_factory=dict)
    foreign: dict[str, None] = field(default_factory=dict)

    def add(self, namespace: str, address: str, told: Mapping[str, str] | None) -> None:
        path, host = own_path(address, self.fallback)
        if host and not _HOST.fullmatch(host):
            host = "(no host name)"
        if host and host.casefold() != self.host.casefold() and len(self.foreign) < _MOST_FOREIGN:
            self.foreign[host] = None
        self.found.setdefault(namespace, Service(path, told))

    def table(self, operation: str) -> ServiceTable:
        return ServiceTable(self.found, operation, tuple(self.foreign))


def own_path(address: str, fallback: str) -> tuple[str, str]:
    """The path and query of an address, and the host it names; scheme, host and port are never followed.

    Cameras name LAN, stale and placeholder hosts, and a digest sent to one of them can be cracked at leisure.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return fallback, ""
    path = parts.path if parts.path.startswith("/") else ""
    if not path:
        return (fallback if not host else "/"), host
    return (f"{path}?{parts.query}" if parts.query else path), host


def from_services(reply: Element, *, host: str, device_path: str) -> ServiceTable:
    """The table of a ``GetServices`` reply. Namespaces are compared whole: two of them contain ``/media/``."""
    gathering = _Gathering(host, device_path)
    for number_of_it, service in enumerate(children(reply, f"{_TDS}Service")):
        if number_of_it == _MOST_SERVICES:
            raise Malformed(f"a list of more than {_MOST_SERVICES} services")
        namespace, address = text(service, f"{_TDS}Namespace"), text(service, f"{_TDS}XAddr")
        if not namespace:
            raise Malformed("a service without its namespace")
        holder = first(service, f"{_TDS}Capabilities")
        inner = None if holder is None else next(iter(holder), None)
        gathering.add(namespace, address, None if inner is None else _flat(inner.iter()))
    if not gathering.found:
        raise Malformed("a list of services without a service")
    return gathering.table("GetServices")


def from_capabilities(reply: Element, *, host: str, device_path: str) -> ServiceTable:
    """The table of a ``GetCapabilities`` reply, for firmware older than GetServices."""
    gathering = _Gathering(host, device_path)
    capabilities = first(reply, f"{_TDS}Capabilities")
    if capabilities is None:
        raise Malformed("no capabilities")
    _categories(capabilities, _CATEGORIES, gathering)
    for extension in children(capabilities, f"{TT}Extension"):
        _categories(extension, _EXTENSION, gathering)
    return gathering.table("GetCapabilities")


def _categories(parent: Element, names: Mapping[str, str], gathering: _Gathering) -> None:
    for name, namespace in names.items():
        for category in islice(children(parent, f"{TT}{name}"), _MOST_SERVICES):
            gathering.add(namespace, text(category, f"{TT}XAddr"), _flat(category.iter()))


def _flat(elements: Iterable[Element]) -> dict[str, str]:
    """Capabilities by local name, written as attributes (GetServices) or as elements (GetCapabilities)."""
    told: dict[str, str] = {}
    # A list that is cut would say "no" of what was not read.
    for position, element in enumerate(elements):
        if position == _MOST_CAPABILITIES or len(element.attrib) > _MOST_CAPABILITIES:
            raise Malformed("a service of more capabilities than there are")
        for name, value in element.attrib.items():
            told.setdefault(local(str(name)), str(value))
        if len(element) == 0 and element.text and element.text.strip():
            told.setdefault(local(str(element.tag)), element.text.strip())
    return told
