"""Free ports on loopback, outside the range from which the kernel takes ports for outgoing connections.

A closed port inside that range can answer a probe with the probe's own connection (TCP simultaneous open):
a stream that is off would seem on. The same holds for ports that must still be free after a restart.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Final

from vmsguard.errors import UsageError

__all__ = ["HOST", "PortBook"]

HOST: Final = "127.0.0.1"
_FIRST: Final = 10240
_LAST: Final = 32000


class PortBook:
    """Gives out each free port once, from ``first`` on; ``start`` spreads several books over the same range."""

    def __init__(self, *, first: int = _FIRST, last: int = _LAST, start: int = 0) -> None:
        span = last - first
        self._range = f"{first} and {last}"
        self._candidates: Iterator[int] = (first + (start + step) % span for step in range(span))
        self._given: set[int] = set()

    def reserve(self, port: int) -> int:
        """Note a port that was chosen elsewhere, so that it is not given out."""
        self._given.add(port)
        return port

    def free(self) -> int:
        for port in self._candidates:
            if port not in self._given and _can_listen(port):
                self._given.add(port)
                return port
        raise UsageError(f"no free port between {self._range}", hint="ask for fewer cameras with rtsp: true")


def _can_listen(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
