"""Questions by UDP to a group or a host, and every datagram that comes back until the time is up.

The one place where vmsguard hears from hosts nobody enrolled. It sends what it is given and nothing else:
no answer leads to a further packet. Time is bounded by the clock alone, whatever arrives; memory by the
size of one datagram, for what is received is handed on and forgotten.
"""

from __future__ import annotations

import selectors
import socket
import struct
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from vmsguard.net.interfaces import Interface

__all__ = ["LARGEST", "Arrived", "Asking", "Sending", "exchange"]

LARGEST = 65_535
"""No datagram of IP is larger."""

_AT_ONCE = 32
"""Datagrams of one socket before the next one has its turn."""

_HOPS = 1
"""Multicast stays in its own network."""


@dataclass(frozen=True)
class Arrived:
    """One datagram, through which of the sockets it came, and from whom as the network showed it."""

    way: int
    sender: str
    data: bytes


@dataclass(frozen=True)
class Sending:
    """One datagram to send, so many seconds after the beginning."""

    at: float
    to: tuple[str, int] | tuple[str, int, int, int]
    data: bytes


@dataclass
class Asking:
    """One socket: the own address it sends from (none: the kernel's choice), and what it sends."""

    interface: Interface | None
    family: int
    sendings: tuple[Sending, ...]
    sent: int = 0
    problems: list[str] = field(default_factory=list)
    """Why something could not be sent, each reason once."""


def exchange(
    askings: Sequence[Asking],
    *,
    seconds: float,
    arrived: Callable[[Arrived], None],
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Send everything in its time and hand over what arrives, until ``seconds`` have passed.

    What one socket cannot do stands in its ``problems`` and does not stop the others.
    """
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        sockets: dict[int, socket.socket] = {}
        for number, asking in enumerate(askings):
            try:
                opened = stack.enter_context(_socket(asking))
            except OSError as error:
                _note(asking, error)
                continue
            sockets[number] = opened
            selector.register(opened, selectors.EVENT_READ, number)
        waiting = sorted(
            ((one.at, number, one) for number in sockets for one in askings[number].sendings),
            key=lambda told: told[:2],
            reverse=True,
        )
        begin = monotonic()
        while (passed := monotonic() - begin) < seconds:
            while waiting and waiting[-1][0] <= passed:
                _, number, sending = waiting.pop()
                _send(sockets[number], askings[number], sending)
            until = min(seconds, waiting[-1][0]) if waiting else seconds
            # A few of each socket per round: a flood on one keeps neither the others nor the clock waiting, and is
            # taken up fast enough that what else comes there still finds room in the kernel's buffer.
            for key, _ in selector.select(max(0.0, until - passed)):
                for _ in range(_AT_ONCE):
                    found = _received(sockets[key.data], key.data)
                    if found is None:
                        break
                    arrived(found)


def _socket(asking: Asking) -> socket.socket:
    made = socket.socket(asking.family, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        via = asking.interface
        if via is None:
            return made
        if asking.family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, _HOPS)
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, via.index)
            made.bind((via.address, 0, 0, via.index))
        else:
            made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, _HOPS)
            request = struct.pack("4s4si", bytes(4), socket.inet_aton(via.address), via.index)
            made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, request)
            made.bind((via.address, 0))
    except OSError:
        made.close()
        raise
    return made


def _send(through: socket.socket, asking: Asking, sending: Sending) -> None:
    try:
        through.sendto(sending.data, sending.to)
    except OSError as error:
        _note(asking, error)
    else:
        asking.sent += 1


def _received(through: socket.socket, way: int) -> Arrived | None:
    try:
        data, sender = through.recvfrom(LARGEST)
    except OSError:  # all was read, another process took it, or an earlier send was refused
        return None
    return Arrived(way, str(sender[0]).partition("%")[0], data)


def _note(asking: Asking, error: OSError) -> None:
    told = error.strerror or type(error).__name__
    if told not in asking.problems:
        asking.problems.append(told)
