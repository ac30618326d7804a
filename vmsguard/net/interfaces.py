"""This machine's own network addresses, as the kernel tells them."""

from __future__ import annotations

import array
import fcntl
import ipaddress
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Interface", "local_interfaces"]

# linux/sockios.h and linux/if.h
_SIOCGIFCONF, _SIOCGIFFLAGS = 0x8912, 0x8913
_UP, _LOOPBACK, _MULTICAST = 0x1, 0x8, 0x1000
_NAME = 16
_IFREQ = _NAME + (24 if struct.calcsize("P") == 8 else 16)
_MOST = 1024
_IF_INET6 = Path("/proc/net/if_inet6")
_LINK = 0x20
_UNUSABLE = 0x08 | 0x40
"""Addresses that failed, or did not yet pass, the check for duplicates."""


@dataclass(frozen=True)
class Interface:
    """One address of an interface that is up; an interface with several of them is there several times."""

    name: str
    index: int
    address: str
    loopback: bool = False
    multicast: bool = True

    @property
    def family(self) -> int:
        return socket.AF_INET6 if ":" in self.address else socket.AF_INET


def local_interfaces() -> tuple[Interface, ...]:
    """Every IPv4 address, and every link-local IPv6 address, of the interfaces that are up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        found = [*_of_ipv4(asked), *_of_ipv6(asked)]
    return tuple(sorted(set(found), key=lambda one: (one.index, one.family, one.address)))


def _of_ipv4(asked: socket.socket) -> Iterator[Interface]:
    buffer = array.array("B", bytes(_IFREQ * _MOST))
    request = struct.pack("iP", len(buffer), buffer.buffer_info()[0])
    length = struct.unpack("iP", fcntl.ioctl(asked, _SIOCGIFCONF, request))[0]
    told = buffer.tobytes()[:length]
    for begin in range(0, length, _IFREQ):
        entry = told[begin : begin + _IFREQ]
        # An additional address may have a name of its own, such as eth0:1.
        name = entry[:_NAME].partition(b"\0")[0].decode("ascii", "replace").partition(":")[0]
        yield from _interface(asked, name, socket.inet_ntoa(entry[_NAME + 4 : _NAME + 8]))


def _of_ipv6(asked: socket.socket) -> Iterator[Interface]:
    try:
        lines = _IF_INET6.read_text("ascii").splitlines()
    except OSError:  # a kernel without IPv6
        return
    for line in lines:
        told, _, _, scope, flags, name = line.split()
        if int(scope, 16) == _LINK and not int(flags, 16) & _UNUSABLE:
            yield from _interface(asked, name, str(ipaddress.IPv6Address(bytes.fromhex(told))))


def _interface(asked: socket.socket, name: str, address: str) -> Iterator[Interface]:
    try:
        index = socket.if_nametoindex(name)
        request = struct.pack(f"{_IFREQ}s", name.encode())
        flags = struct.unpack_from("H", fcntl.ioctl(asked, _SIOCGIFFLAGS, request), _NAME)[0]
    except OSError:  # it went away in between
        return
    if flags & _UP:
        yield Interface(name, index, address, bool(flags & _LOOPBACK), bool(flags & _MULTICAST))
