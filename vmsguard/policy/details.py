"""What a document says beyond its hash and dates, by the keys that controls and exceptions ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vmsguard.policy.reading import Reader
from vmsguard.policy.strict_yaml import Node
from vmsguard.policy.suggest import did_you_mean

__all__ = ["DETAILS", "read_details"]

DETAILS: dict[str, str] = {
    "assessment_kind": "identifier",
    "assessor": "text",
    "completed_on": "date",
    "consent_kind": "identifier",
    "firmware": "text",
    "impossible": "texts",
    "independent": "boolean",
    "independence": "text",
    "legal_basis_kind": "identifier",
    "manufacturer": "text",
    "model": "text",
    "register": "text",
    "stores": "texts",
}
"""The keys and how each is read; nothing here may hold a person's name."""


def read_details(reader: Reader, node: Node) -> dict[str, Any]:
    """The typed details; a key that nothing asks for is a mistake."""
    read: dict[str, Callable[[Node, str], Any]] = {
        "boolean": reader.boolean,
        "date": reader.date,
        "identifier": reader.identifier,
        "text": reader.text,
        "texts": lambda child, what: reader.texts(child, what, least=1),
    }
    found: dict[str, Any] = {}
    for key, child in reader.entries(node, "details", least=1):
        kind = DETAILS.get(key)
        if kind is None:
            reader.fault(child, f"unknown key {key!r} in details", did_you_mean(key, DETAILS), at_key=True)
        else:
            found[key] = read[kind](child, key)
    return found
