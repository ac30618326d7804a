"""What devices say of themselves when a network is asked who is there: claims, and what is made of them."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Answer", "Candidate", "Claim", "DiscovererEntry", "Question", "Way"]


class DiscovererEntry(Struct, frozen=True, kw_only=True):
    """A discoverer's registration: data, and a ``module:Class`` string that nobody imports before it is asked."""

    name: str
    driver: str
    """The driver that speaks to what answers."""
    path: str
    api: int
    url: str = ""
    """Where the driver's protocol begins on a host nothing more is known of, as ``http://{host}/…``."""


class Question(Struct, frozen=True):
    """One datagram to send, and the id its answers have to name."""

    id: str
    datagram: bytes


class Claim(Struct, frozen=True, kw_only=True):
    """What one device says of itself: untrusted, cut to length, every text printable."""

    identity: str = ""
    addresses: tuple[str, ...] = ()
    """Addresses of its service as it tells them; they may name any host."""
    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    hardware: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()


class Answer(Struct, frozen=True):
    """One datagram that was an answer: to which question, and the devices it tells of."""

    to: str
    claims: tuple[Claim, ...]


class Way(Struct, frozen=True, kw_only=True):
    """One interface and own address that was asked through; both empty for hosts that were named."""

    interface: str
    address: str
    sent: int = 0
    problem: str = ""
    """Why nothing, or not all, could be sent; empty if all was."""


class Candidate(Struct, frozen=True, kw_only=True):
    """Something that answered, and what it claims to be; never enrolled by itself.

    Only ``address`` is what we saw ourselves. Names and hardware are hints for the person who enrols it and
    stay out of the inventory.
    """

    id: str
    """Opaque, and the same as long as the device keeps its identity."""
    driver: str
    address: str
    """The sender's address, as the network showed it."""
    interface: str = ""
    url: str = ""
    """Its service at that very address; empty where it named none there."""
    names: tuple[str, ...] = ()
    hardware: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    enrolled: str = "unknown"
    """``yes``, ``no`` or ``unknown``: by address, against the inventory of this installation."""
    targets: tuple[str, ...] = ()
    """The enrolled targets at its address."""
