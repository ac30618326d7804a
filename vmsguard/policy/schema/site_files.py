"""Schemas of what a site says beside packs: assignments, exceptions, documents, holds and freezes."""

from __future__ import annotations

from typing import Any

from vmsguard.controls.deletion_method import METHODS
from vmsguard.model.vocabulary import Mode
from vmsguard.policy.details import AUTHORISATION_STATES, DETAILS
from vmsguard.policy.load_site_files import SHA256_PATTERN
from vmsguard.policy.schema.words import closed, documented, listing, words

__all__ = ["assignment", "document", "exception", "freeze", "hold"]

TEXT = {"$ref": "#/$defs/text"}
ID = {"$ref": "#/$defs/id"}
DATE = {"$ref": "#/$defs/date"}

_METADATA = closed({"id": ID, "title": TEXT}, ("id",))

_FIRMWARE = {"anyOf": [TEXT, listing(TEXT), closed({"from": TEXT, "to": TEXT}, ("from", "to"))]}
_STORES = listing({"anyOf": [TEXT, closed({"id": TEXT, "kind": ID}, ("id", "kind"))]})
_DESTINATIONS = listing(closed({"id": TEXT, "country": TEXT}, ("id", "country")))
_DETAIL_SHAPES: dict[str, Any] = {
    "completed_on": DATE,
    "deletion_method": {"enum": list(METHODS)},
    "destinations": _DESTINATIONS,
    "decided_at": {"$ref": "#/$defs/instant"},
    "encrypted": {"type": "boolean"},
    "exception": ID,
    "firmware": _FIRMWARE,
    "hold": ID,
    "impossible": listing(TEXT),
    "independent": {"type": "boolean"},
    "requested_at": {"$ref": "#/$defs/instant"},
    "state": words(AUTHORISATION_STATES, "How far an authorisation has come; granted unless stated."),
    "masks": listing(TEXT),
    "stores": _STORES,
    "window": closed({"from": {"$ref": "#/$defs/instant"}, "until": {"$ref": "#/$defs/instant"}}, ("from", "until")),
}


def assignment() -> dict[str, Any]:
    assigned = closed(
        {
            "pack": ID,
            "mode": words([mode.value for mode in Mode], "How far we go: read, plan, or change."),
            "profile": documented(ID, "Which reading of a pack that has several."),
            "version": documented(TEXT, "The version that is meant; another one is an error."),
        },
        ("pack", "mode"),
    )
    return closed(
        {"metadata": _METADATA, "sites": listing(ID), "packs": listing(assigned)}, ("metadata", "sites", "packs")
    )


def exception() -> dict[str, Any]:
    lifts = closed({"pack": ID, "rule": ID, "type": ID}, ("pack", "rule", "type"))
    basis = closed({"kind": ID, "citation": TEXT}, ("kind", "citation"))
    instant = {"$ref": "#/$defs/instant"}
    return closed(
        {
            "metadata": _METADATA,
            "lifts": documented(lifts, "The rule of the pack, and the type of exception."),
            "cameras": listing(ID),
            "author": documented(TEXT, "The role that asked, never a person's name."),
            "approver": documented(TEXT, "The role that approved; another one than the author."),
            "starts": instant,
            "expires": documented(instant, "The first moment at which it no longer holds."),
            "legal_basis": basis,
            "reason": TEXT,
            "retention": {"anyOf": [{"$ref": "#/$defs/span"}, {"type": "null"}]},
            "consent_record": documented(ID, "The id of a document of kind consent."),
            "public_interest": TEXT,
            "impact_assessment": documented(ID, "The id of a document."),
            "objective": documented(ID, "One of the aims the type knows."),
            "authorisation": documented(ID, "The id of a document: the request, or the decision on it."),
            "renews": documented(ID, "The id of the exception that this one continues."),
            "gallery_max": documented({"type": "integer", "minimum": 1}, "How many faces may be searched for at most."),
            "area": documented(TEXT, "Where, in words."),
        },
        ("metadata", "lifts", "cameras", "author", "approver", "starts", "expires"),
    )


def document() -> dict[str, Any]:
    paper = closed(
        {
            "kind": ID,
            "sha256": {"type": "string", "pattern": SHA256_PATTERN},
            "dated": DATE,
            "expires": documented(DATE, "The first day on which it no longer counts; without it, it counts for ever."),
            "timezone": documented(TEXT, "Where its days are counted; where the camera stands, unless given."),
            "issuer": documented(TEXT, "A role or body, never a person's name."),
        },
        ("kind", "sha256", "dated"),
    )
    details = closed({name: _DETAIL_SHAPES.get(name, ID if name.endswith("_kind") else TEXT) for name in DETAILS})
    return closed(
        {
            "metadata": _METADATA,
            "document": documented(paper, "Which paper it is."),
            "covers": documented(closed({"sites": listing(ID), "cameras": listing(ID)}), "All, if nothing is named."),
            "details": documented(details | {"minProperties": 1}, "What the kind of paper has to say."),
        },
        ("metadata", "document"),
    )


def hold() -> dict[str, Any]:
    instant = {"$ref": "#/$defs/instant"}
    review = {"anyOf": [DATE, {"type": "null"}]}
    window = closed({"from": instant, "until": instant}, ("from", "until"))
    return closed(
        {
            "metadata": _METADATA,
            "case_reference": documented(TEXT, "An opaque reference, never a person's name."),
            "cameras": listing(ID),
            "window": documented(window, "Footage taken from the first moment up to, not including, the last."),
            "author": documented(TEXT, "The role that asked, never a person's name."),
            "approver": documented(TEXT, "The role that approved; another one than the author."),
            "starts": instant,
            "ends": documented({"anyOf": [instant, {"type": "null"}]}, "The first moment at which it no longer holds."),
            "review_on": documented(review, "When somebody looks at it again, 90 days on at the latest."),
            "reviewed_on": documented(review, "When somebody last did."),
            "legal_order": documented(ID, "The id of a document of kind authorisation."),
            "reason": TEXT,
        },
        ("metadata", "case_reference", "cameras", "window", "author", "approver", "starts"),
    )


def freeze() -> dict[str, Any]:
    instant = {"$ref": "#/$defs/instant"}
    return closed(
        {
            "metadata": _METADATA,
            "sites": listing(ID),
            "starts": instant,
            "ends": documented(instant, "The first moment at which changes go on."),
            "max_mode": words(("audit", "propose"), "How far changes go meanwhile; propose unless given."),
            "except_controls": documented(listing(TEXT), "Controls that go on; deletion.periodic always does."),
            "reason": TEXT,
        },
        ("metadata", "sites", "starts", "ends"),
    )
