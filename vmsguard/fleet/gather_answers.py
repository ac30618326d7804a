"""Datagrams to candidates: what answers our questions is kept, within bounds, and what does not is counted."""

from __future__ import annotations

import hashlib
import ipaddress
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from vmsguard.errors import ProtocolViolation
from vmsguard.fleet.claimed_address import sort_addresses
from vmsguard.model.discovery import Answer, Candidate, Claim

__all__ = [
    "MOST_CANDIDATES",
    "MOST_IDENTITIES",
    "MOST_OF_ONE",
    "MOST_SOURCES",
    "Gathering",
    "Unread",
    "candidate_id",
]

MOST_OF_ONE = 32
"""Datagrams that are read of one sender: four questions, each sent twice, on every way."""

MOST_IDENTITIES = 16
"""Devices that one sender may be."""

MOST_SOURCES = 8192
MOST_CANDIDATES = 4096
_MOST_VALUES = 8
_MOST_TOLD = 64
"""Notes of one sort; what else there is shows in the counts."""


@dataclass(frozen=True)
class Unread:
    """A sender of which an answer could not be read, and why; something is there all the same."""

    address: str
    why: str


@dataclass
class _Known:
    """What one sender claims under one identity, all its answers together."""

    interface: str
    driver: str
    claim: Claim


@dataclass
class Gathering:
    """Everything heard so far. Bounded in memory whatever arrives, and it says when a bound was met."""

    ids: Collection[str]
    """Of the questions that were asked."""
    not_said: set[str] = field(default_factory=set)
    """Bounds that were met: the list may lack a device."""
    ignored: Counter[str] = field(default_factory=Counter)
    unread: dict[str, str] = field(default_factory=dict)
    _senders: Counter[str] = field(default_factory=Counter)
    _identities: Counter[str] = field(default_factory=Counter)
    _known: dict[tuple[str, str], _Known] = field(default_factory=dict)

    def hear(self, data: bytes, sender: str, *, interface: str, driver: str, read: Callable[[bytes], Answer]) -> None:
        """Take in one datagram."""
        if sender not in self._senders and len(self._senders) == MOST_SOURCES:
            self._bound(f"more than {MOST_SOURCES} senders answered")
            return
        self._senders[sender] += 1
        if self._senders[sender] > MOST_OF_ONE:
            self.ignored["more answers than one device sends"] += 1
            self._bound(f"{sender} sent more than {MOST_OF_ONE} answers; the later ones were not read")
            return
        try:
            answer = read(data)
        except ProtocolViolation as error:
            self.ignored["no answer that could be read"] += 1
            if len(self.unread) < _MOST_TOLD:
                self.unread.setdefault(sender, error.detail)
            return
        if answer.to not in self.ids:
            self.ignored["answers to questions that were not ours"] += 1
            return
        for claim in answer.claims:
            self._take(claim, sender, interface, driver)

    def candidates(self) -> tuple[Candidate, ...]:
        """Everything that answered, by address; one identity at several addresses is told at each of them."""
        known = _without_link_local_doubles(self._known)
        places: dict[str, list[str]] = {}
        for identity, sender in known:
            places.setdefault(identity, []).append(sender)
        found = [
            _candidate(identity, sender, one, [at for at in places[identity][: _MOST_VALUES + 1] if at != sender])
            for (identity, sender), one in known.items()
        ]
        return tuple(sorted(found, key=lambda one: (_order(one.address), one.id)))

    def without_answer(self) -> tuple[Unread, ...]:
        """Senders of which nothing could be read at all."""
        read = {sender for _, sender in self._known}
        return tuple(Unread(sender, why) for sender, why in sorted(self.unread.items()) if sender not in read)

    def _bound(self, met: str) -> None:
        if len(self.not_said) < _MOST_TOLD:
            self.not_said.add(met)

    def _take(self, claim: Claim, sender: str, interface: str, driver: str) -> None:
        key = (claim.identity, sender)
        known = self._known.get(key)
        if known is not None:
            known.claim = _joined(known.claim, claim)
            return
        if self._identities[sender] == MOST_IDENTITIES:
            self._bound(f"{sender} answers as more than {MOST_IDENTITIES} devices; the others are left out")
        elif len(self._known) == MOST_CANDIDATES:
            self._bound(f"more than {MOST_CANDIDATES} devices answered; the others are left out")
        else:
            self._identities[sender] += 1
            self._known[key] = _Known(interface, driver, claim)


def candidate_id(identity: str, address: str = "") -> str:
    """An id that shows nothing of an identity, which often holds a MAC address, and stays the same with it."""
    digest = hashlib.sha256(f"vmsguard candidate\n{identity}\n{address}".encode()).hexdigest()
    return f"cam-{digest[:10]}"


def _without_link_local_doubles(known: Mapping[tuple[str, str], _Known]) -> dict[tuple[str, str], _Known]:
    """A device that answers by IPv4 and from its link-local address is told once, by the address that lasts."""
    lasting = {
        (identity, one.interface)
        for (identity, sender), one in known.items()
        if identity and not _address(sender).is_link_local
    }
    return {
        (identity, sender): one
        for (identity, sender), one in known.items()
        if (identity, one.interface) not in lasting or not _address(sender).is_link_local
    }


def _candidate(identity: str, sender: str, one: _Known, others: Sequence[str]) -> Candidate:
    url, warnings = sort_addresses(one.claim.addresses, sender)
    told = list(warnings)
    several = bool(identity and others)
    if several:
        also = ", ".join(sorted(others))
        told.append(f"{also} says to be the same device: one with several addresses, or a copied identity")
    if not identity:
        told.append("it states no identity; its id changes with its address")
    if not url:
        told.append("it names no address of its own where it answers")
    elif _address(sender).is_link_local:
        told.append("its address holds in its own network only; give it a lasting one before it is enrolled")
    return Candidate(
        id=candidate_id(identity, sender if several or not identity else ""),
        driver=one.driver,
        address=sender,
        interface=one.interface,
        url=url,
        names=one.claim.names,
        hardware=one.claim.hardware,
        types=one.claim.types,
        profiles=one.claim.profiles,
        warnings=tuple(told),
    )


def _joined(first: Claim, second: Claim) -> Claim:
    def both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*one, *other)))[:_MOST_VALUES]

    return Claim(
        identity=first.identity,
        addresses=both(first.addresses, second.addresses),
        types=both(first.types, second.types),
        names=both(first.names, second.names),
        hardware=both(first.hardware, second.hardware),
        profiles=both(first.profiles, second.profiles),
    )


def _address(sender: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(sender)


def _order(sender: str) -> tuple[int, int]:
    address = _address(sender)
    return address.version, int(address)
