"""Devices that answer probes on loopback, as well as we want them to."""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Respond", "Responder", "honest", "match", "message_id"]

WSD, WSA = "http://schemas.xmlsoap.org/ws/2005/04/discovery", "http://schemas.xmlsoap.org/ws/2004/08/addressing"
GROUP = "239.255.255.250"

Respond = Callable[[bytes], list[bytes]]


def message_id(probe: bytes) -> str:
    found = re.search(rb"MessageID>([^<]+)<", probe)
    assert found is not None, probe
    return found[1].decode()


def match(
    to: str,
    identity: str = "urn:uuid:1",
    addresses: str = "http://127.0.0.1/onvif/device_service",
    scopes: str = "onvif://www.onvif.org/name/Gate%203 onvif://www.onvif.org/hardware/M1",
) -> bytes:
    """A probe match as most devices send it; the texts go in as they are."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:a="{WSA}" xmlns:d="{WSD}" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
        f"<a:Action>{WSD}/ProbeMatches</a:Action><a:RelatesTo>{to}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches>"
        f"<d:ProbeMatch><a:EndpointReference><a:Address>{identity}</a:Address></a:EndpointReference>"
        f"<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>{scopes}</d:Scopes>"
        f"<d:XAddrs>{addresses}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch>"
        f"</d:ProbeMatches></s:Body></s:Envelope>"
    ).encode()


def honest(probe: bytes) -> list[bytes]:
    return [match(message_id(probe))]


@dataclass
class Responder:
    """One device on loopback UDP; keeps every datagram it was sent."""

    respond: Respond
    address: str = "127.0.0.1"
    group: bool = False
    heard: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        if self.group:
            self._socket.bind((GROUP, 0))
            member = struct.pack("4s4s", socket.inet_aton(GROUP), socket.inet_aton("127.0.0.1"))
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        else:
            self._socket.bind((self.address, 0))
        self._socket.settimeout(0.05)
        self.port: int = self._socket.getsockname()[1]
        self._answering = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._answering.bind((self.address, 0))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        return f"{self.address}:{self.port}"

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                data, sender = self._socket.recvfrom(65535)
            except TimeoutError:
                continue
            self.heard.append(data)
            for answer in self.respond(data):
                if self._stopped.is_set():
                    return
                self._answering.sendto(answer, sender)

    def close(self) -> None:
        self._stopped.set()
        self._thread.join(10)
        self._socket.close()
        self._answering.close()
