"""What a document says beyond its hash and dates, by the keys that controls and exceptions ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vmsguard.policy.reading import Reader
from vmsguard.policy.strict_yaml import Node
from vmsguard.policy.suggest import did_you_mean

__all__ = ["AUTHORISATION_STATES", "DETAILS", "read_details"]

AUTHORISATION_STATES = ("requested", "granted", "refused")
"""How far an authorisation has come; one that does not say is the order itself, and granted."""


def read_details(reader: Reader, node: Node) -> dict[str, Any]:
    """The typed details; a key that nothing asks for is a mistake."""
    found: dict[str, Any] = {}
    for key, child in reader.entries(node, "details", least=1):
        read = DETAILS.get(key)
        if read is None:
            reader.fault(child, f"unknown key {key!r} in details", did_you_mean(key, DETAILS), at_key=True)
        else:
            found[key] = read(reader, child, key)
    return found


def _texts(reader: Reader, node: Node, what: str) -> list[str]:
    return list(reader.texts(node, what, least=1))


def _firmware(reader: Reader, node: Node, what: str) -> Any:
    """One version, a list of versions, or a range with both ends in it."""
    if isinstance(node.value, list):
        return _texts(reader, node, what)
    if isinstance(node.value, dict):
        with reader.fields(node, what) as bounds:
            return {"from": bounds.text("from"), "to": bounds.text("to")}
    return reader.text(node, what)


def _stores(reader: Reader, node: Node, what: str) -> list[Any]:
    """Every store of the product, as an id or as an id with its kind."""

    def store(item: Node, name: str) -> Any:
        if not isinstance(item.value, dict):
            return reader.text(item, name)
        with reader.fields(item, "a store") as fields:
            return {"id": fields.text("id"), "kind": fields.identifier("kind")}

    return list(reader.each(node, what, store, least=1))


def _state(reader: Reader, node: Node, what: str) -> str:
    return reader.word(node, what, AUTHORISATION_STATES)


DETAILS: dict[str, Callable[[Reader, Node, str], Any]] = {
    "assessment_kind": Reader.identifier,
    "assessor": Reader.text,
    "completed_on": Reader.date,
    "consent_kind": Reader.identifier,
    "decided_at": Reader.instant,
    "firmware": _firmware,
    "impossible": _texts,
    "independent": Reader.boolean,
    "legal_basis_kind": Reader.identifier,
    "model": Reader.text,
    "requested_at": Reader.instant,
    "state": _state,
    "stores": _stores,
}
"""Each key and how it is read; none may hold a person's name."""
