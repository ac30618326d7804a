"""Entries of a file beside the targets of an inventory, by address."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from vmsguard.fleet.candidates_file import ImportEntry
from vmsguard.fleet.claimed_address import bracketed, host_and_port
from vmsguard.fleet.enrolled_addresses import EnrolledAddresses
from vmsguard.model.inventory import Inventory

__all__ = ["Compared", "ComparedEntry", "compare"]


class ComparedEntry(Struct, frozen=True):
    """One entry, and the targets that have to do with its address."""

    address: str
    id: str
    targets: tuple[str, ...] = ()


class Compared(Struct, frozen=True):
    new: tuple[ComparedEntry, ...]
    unknown: tuple[ComparedEntry, ...]
    """At the host of a target with another port, or perhaps at that of a target that is enrolled by name."""
    enrolled: tuple[ComparedEntry, ...]
    missing: tuple[str, ...]
    """Targets that no entry is about."""


def compare(entries: Sequence[ImportEntry], inventory: Inventory) -> Compared:
    """The entries by whether they are enrolled, and the targets that no entry has to do with."""
    addresses = EnrolledAddresses(inventory)
    found: dict[str, list[ComparedEntry]] = {"yes": [], "no": [], "unknown": []}
    named: set[str] = set()
    for entry in entries:
        told = addresses.of(*_place(entry))
        named.update(told.targets)
        found[told.told].append(ComparedEntry(entry.url or entry.address, entry.id, told.targets))
    return Compared(
        new=tuple(found["no"]),
        unknown=tuple(found["unknown"]),
        enrolled=tuple(found["yes"]),
        missing=tuple(name for name in inventory.targets if name not in named),
    )


def _place(entry: ImportEntry) -> tuple[str, int]:
    """Host and port; without a URL the port is not known unless it was written down."""
    if entry.url:
        return host_and_port(entry.url)
    bare = entry.address.count(":") != 1
    host, port = host_and_port(f"http://{bracketed(entry.address) if bare else entry.address}")
    return host, 0 if bare else port
