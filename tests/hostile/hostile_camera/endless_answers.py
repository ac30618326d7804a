"""A device that answers a probe for ever: ``python endless_answers.py KIND ADDRESS``, which prints its port.

In a process of its own, so that what it sends costs whoever asks nothing but the reading.
"""

from __future__ import annotations

import itertools
import re
import socket
import sys
from collections.abc import Callable, Iterator

__all__ = ["KINDS", "answer"]

WSD, WSA = "http://schemas.xmlsoap.org/ws/2005/04/discovery", "http://schemas.xmlsoap.org/ws/2004/08/addressing"
LARGEST = 32_767


def match(identity: str, addresses: str) -> str:
    return (
        f"<d:ProbeMatch><a:EndpointReference><a:Address>{identity}</a:Address></a:EndpointReference>"
        f"<d:Types>dn:NetworkVideoTransmitter</d:Types><d:XAddrs>{addresses}</d:XAddrs></d:ProbeMatch>"
    )


def answer(to: str, matches: str, before: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:a="{WSA}" xmlns:d="{WSD}"><s:Header><a:RelatesTo>{to}</a:RelatesTo></s:Header><s:Body>'
        f"<d:ProbeMatches>{matches}</d:ProbeMatches></s:Body></s:Envelope>"
    ).encode()


def filled(make: Callable[[int], bytes]) -> bytes:
    """The largest of these that a message of WS-Discovery may be."""
    size = LARGEST
    while len(made := make(size)) > LARGEST:
        size -= len(made) - LARGEST
    return made


def once(to: str, lure: str) -> Iterator[bytes]:
    """What an honest device sends."""
    return iter([answer(to, match("urn:uuid:honest", "http://127.0.0.7/onvif/device_service"))])


def same(to: str, lure: str) -> Iterator[bytes]:
    return itertools.repeat(answer(to, match("urn:uuid:1", lure)))


def ever_another_device(to: str, lure: str) -> Iterator[bytes]:
    return (answer(to, match(f"urn:uuid:{number}", lure)) for number in itertools.count())


def as_large_as_may_be(to: str, lure: str) -> Iterator[bytes]:
    large = filled(lambda size: answer(to, match("urn:uuid:1", f"{lure} " * (size // (len(lure) + 1)))))
    return itertools.repeat(large)


def elements(to: str, lure: str) -> Iterator[bytes]:
    return itertools.repeat(filled(lambda size: answer(to, "<a/>" * (size // 4) + match("urn:uuid:1", lure))))


def nested(to: str, lure: str) -> Iterator[bytes]:
    return itertools.repeat(answer(to, "<a>" * 4_000 + "</a>" * 4_000))


def entities(to: str, lure: str) -> Iterator[bytes]:
    grown = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    return itertools.repeat(answer(to, "<a>&l8;</a>", f'<!DOCTYPE x [<!ENTITY l0 "haha">{grown}]>'))


def garbage(to: str, lure: str) -> Iterator[bytes]:
    return itertools.repeat(bytes(range(256)) * 200)


def nothing(to: str, lure: str) -> Iterator[bytes]:
    return itertools.repeat(b"")


KINDS = {
    kind.__name__: kind
    for kind in (once, same, ever_another_device, as_large_as_may_be, elements, nested, entities, garbage, nothing)
}


def main(kind: str, address: str, lure: str) -> None:
    asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asked.bind((address, 0))
    print(asked.getsockname()[1], flush=True)
    probe, asker = asked.recvfrom(65_535)
    found = re.search(rb"MessageID>([^<]+)<", probe)
    assert found is not None
    for datagram in KINDS[kind](found[1].decode(), lure):
        asked.sendto(datagram, asker)


if __name__ == "__main__":
    main(*sys.argv[1:])
