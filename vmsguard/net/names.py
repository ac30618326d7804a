"""Where the host names of targets lead: looked up once, checked, and held to the first answer."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

__all__ = ["Lookup", "NameRefused", "Names", "system_lookup"]

Lookup: TypeAlias = Callable[[str], Awaitable[Sequence[str]]]
"""The addresses of a host name; raises ``OSError`` where there are none."""

_METADATA = frozenset({ipaddress.ip_address("fd00:ec2::254")})
"""Where clouds keep the secrets of a machine, beside the link-local 169.254.169.254."""


class NameRefused(Exception):
    """A host name that leads where no target is; the message is ours and names nothing."""


async def system_lookup(host: str) -> Sequence[str]:
    """What the system's resolver says, in its order."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class Names:
    """The addresses of host names, one look per name for as long as this lives.

    Whoever answers for a name may answer differently at the next look (DNS rebinding). What was checked is
    what is connected to, by every request and every witness, so that there is no next look. A process that
    runs for months opens a pool, and with it names, per sweep.
    """

    def __init__(self, lookup: Lookup = system_lookup, *, own_name: str | None = None) -> None:
        self._lookup = lookup
        self._own = (socket.gethostname() if own_name is None else own_name).partition(".")[0].casefold()
        self._looks: dict[str, asyncio.Future[tuple[str, ...]]] = {}

    async def addresses(self, host: str) -> tuple[str, ...]:
        """The addresses to connect to, at least one; an address stands for itself and may be any.

        Raises ``NameRefused`` for a name that leads to this machine, this link, a group or nothing, and
        ``OSError`` where the resolver has no answer, which is not held against a later look.
        """
        if _address(host) is not None:
            return (host,)
        look = self._looks.get(host)
        if look is None:
            look = self._looks[host] = asyncio.ensure_future(self._look(host))
            look.add_done_callback(lambda done: self._forget_failure(host, done))
        # One waiter's deadline must not end the look for the others.
        return await asyncio.shield(look)

    def _forget_failure(self, host: str, done: asyncio.Future[tuple[str, ...]]) -> None:
        if done.cancelled() or isinstance(done.exception(), OSError):
            self._looks.pop(host, None)

    async def _look(self, host: str) -> tuple[str, ...]:
        found = tuple(await self._lookup(host))
        if not found:
            raise OSError("no address")
        for text in found:
            address = _address(text)
            if address is None or not self._may_be_a_target(host, address):
                raise NameRefused("the host name leads to an address that no target has")
        return found

    def _may_be_a_target(self, host: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if address.is_loopback:
            name = host.rstrip(".").casefold()
            # Debian gives a machine's own name 127.0.1.1; a VMS on this machine is enrolled by it.
            return name == "localhost" or name.endswith(".localhost") or name.partition(".")[0] == self._own
        return not (address.is_link_local or address.is_multicast or address.is_unspecified or address in _METADATA)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
