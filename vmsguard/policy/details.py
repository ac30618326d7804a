"""What a document says beyond its hash and dates, by the keys that controls and exceptions ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vmsguard.controls.deletion_method import METHODS
from vmsguard.policy.syntax.reading import Reader
from vmsguard.policy.syntax.scalars import NO_INSTANT
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.suggest import did_you_mean

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


def _country(reader: Reader, node: Node, what: str) -> str:
    value = reader.text(node, what)
    if value and not (len(value) == 2 and value.isascii() and value.isupper()):
        reader.fault(node, f"{what}: {value!r} is not a country code", "write two capital letters, such as KR")
    return value


def _destinations(reader: Reader, node: Node, what: str) -> list[Any]:
    """The country of each place that data is sent to, by the place's id."""

    def destination(item: Node, name: str) -> Any:
        with reader.fields(item, name) as fields:
            country = fields.read("country", lambda child, key: _country(reader, child, key), "", None)
            return {"id": fields.text("id"), "country": country}

    return list(reader.each(node, what, destination, least=1))


def _deletion_method(reader: Reader, node: Node, what: str) -> str:
    return reader.word(node, what, METHODS)


def _state(reader: Reader, node: Node, what: str) -> str:
    return reader.word(node, what, AUTHORISATION_STATES)


def _window(reader: Reader, node: Node, what: str) -> Any:
    """The time that a request is about, half-open."""
    with reader.fields(node, what) as fields:
        since, until = fields.instant("from"), fields.instant("until")
    if NO_INSTANT not in (since, until) and until <= since:
        reader.fault(node, f"{what}: until ({until}) is not after from ({since})", "check both and their offsets")
    return {"from": since, "until": until}


DETAILS: dict[str, Callable[[Reader, Node, str], Any]] = {
    "assessment_kind": Reader.identifier,
    "assessor": Reader.text,
    "authority_kind": Reader.identifier,
    "completed_on": Reader.date,
    "consent_kind": Reader.identifier,
    "decided_at": Reader.instant,
    "deletion_method": _deletion_method,
    "destinations": _destinations,
    "encrypted": Reader.boolean,
    "exception": Reader.identifier,
    "firmware": _firmware,
    "hold": Reader.identifier,
    "impossible": _texts,
    "independent": Reader.boolean,
    "legal_basis_kind": Reader.identifier,
    "masks": _texts,
    "model": Reader.text,
    "requested_at": Reader.instant,
    "state": _state,
    "stores": _stores,
    "window": _window,
}
"""Each key and how it is read; none may hold a person's name."""
