"""WS-Discovery: probes for ONVIF devices as bytes, and the discoverer that offers them to the core."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple
from uuid import UUID

from vmsguard.model.discovery import Answer, Question
from vmsguard.plugin.discoverer import Discoverer
from vmsguard_onvif.namespaces import DEVICE, NETWORK, SOAP12
from vmsguard_onvif.probe_matches import parse_answer, plain_id

__all__ = ["WsDiscovery"]


class _Version(NamedTuple):
    discovery: str
    addressing: str
    to: str


_VERSIONS = (
    # WS-Discovery of April 2005, which ONVIF Core asks for.
    _Version(
        "http://schemas.xmlsoap.org/ws/2005/04/discovery",
        "http://schemas.xmlsoap.org/ws/2004/08/addressing",
        "urn:schemas-xmlsoap-org:ws:2005:04:discovery",
    ),
    # WS-Discovery 1.1 (OASIS 2009), which some devices speak alone or besides.
    _Version(
        "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01",
        "http://www.w3.org/2005/08/addressing",
        "urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01",
    ),
)
# Types of one probe are joined by "and", and devices announce one of them or both: one probe each.
_TYPES = (("dn", NETWORK, "NetworkVideoTransmitter"), ("tds", DEVICE, "Device"))


class WsDiscovery(Discoverer):
    """Probes of WS-Discovery 1.0 and 1.1; matches are untrusted hints."""

    name: ClassVar[str] = "ws-discovery"
    port: ClassVar[int] = 3702
    groups: ClassVar[tuple[str, ...]] = ("239.255.255.250", "ff02::c")

    def questions(self, new_id: Callable[[], UUID]) -> tuple[Question, ...]:
        return tuple(_question(version, kind, new_id()) for version in _VERSIONS for kind in _TYPES)

    def read(self, datagram: bytes) -> Answer:
        return parse_answer(datagram)


def _question(version: _Version, kind: tuple[str, str, str], fresh: UUID) -> Question:
    prefix, namespace, name = kind
    told = f"urn:uuid:{fresh}"
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP12}" xmlns:a="{version.addressing}">'
        f"<s:Header><a:Action>{version.discovery}/Probe</a:Action><a:MessageID>{told}</a:MessageID>"
        f"<a:To>{version.to}</a:To></s:Header>"
        f'<s:Body><d:Probe xmlns:d="{version.discovery}" xmlns:{prefix}="{namespace}">'
        f"<d:Types>{prefix}:{name}</d:Types></d:Probe></s:Body></s:Envelope>"
    )
    return Question(plain_id(told), text.encode())
