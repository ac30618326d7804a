"""Which addresses are enrolled already: by what the inventory states, without looking up a name."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from vmsguard.fleet.claimed_address import host_and_port, plain_host
from vmsguard.model.discovery import Candidate
from vmsguard.model.inventory import Inventory

__all__ = ["EnrolledAddresses", "Enrolment", "with_enrolment"]

_STANDARD = frozenset({80, 443})


class Enrolment(NamedTuple):
    """``yes``, ``no`` or ``unknown``, and the targets that have to do with it."""

    told: str
    targets: tuple[str, ...] = ()


class EnrolledAddresses:
    """The targets of an inventory by address. Without an inventory nothing is known of any address."""

    def __init__(self, inventory: Inventory | None) -> None:
        self.known = inventory is not None
        """Whether there is an inventory to compare with."""
        self._by_host: dict[str, dict[str, int]] = {}
        self.by_name: tuple[str, ...] = ()
        """Targets whose address is a name: nobody looks it up, so nothing can be compared with it."""
        named: list[str] = []
        for target in inventory.targets.values() if inventory is not None else ():
            host, port = host_and_port(target.url)
            self._by_host.setdefault(host, {})[target.id] = port
            if not _is_address(host):
                named.append(target.id)
        self.by_name = tuple(named)

    def of(self, host: str, port: int) -> Enrolment:
        """Of one address; port 0 where it is not known. 80 and 443 of a host are taken for the same device."""
        at_host = self._by_host.get(plain_host(host), {})
        same = tuple(name for name, at in at_host.items() if at == port or {at, port} <= _STANDARD)
        if same:
            return Enrolment("yes", same)
        # Several devices may stand behind one address on ports of their own, and one device may have several ports.
        if at_host:
            return Enrolment("unknown", tuple(at_host))
        # A name may lead to any address, of a target or of what is asked about.
        return Enrolment("no" if self.known and not self.by_name and _is_address(plain_host(host)) else "unknown")


def with_enrolment(candidates: Iterable[Candidate], enrolled: EnrolledAddresses) -> tuple[Candidate, ...]:
    """The candidates, each with whether it is enrolled."""
    found: list[Candidate] = []
    for one in candidates:
        host, port = host_and_port(one.url) if one.url else (one.address, 0)
        told = enrolled.of(host, port)
        found.append(replace(one, enrolled=told.told, targets=told.targets))
    return tuple(found)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
