"""Whether a statement about a product speaks of the one at hand: model and firmware, as named or as a range."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from vmsguard.controls.papers import flaw
from vmsguard.controls.view import View
from vmsguard.model.manifest import Identity
from vmsguard.model.pack import Document
from vmsguard.model.paper_days import start_of_day

__all__ = [
    "PROOF_LIFETIME",
    "confirmed_until",
    "firmware_matches",
    "fresh",
    "speaks_of",
    "vendor_statements",
]

PROOF_LIFETIME = timedelta(days=180)
"""A statement about what a product cannot do is read again after this (our number; no source gives one)."""

_NUMBER = re.compile(r"\d+")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBER.findall(text))


def firmware_matches(told: Any, firmware: str) -> bool:
    """Whether ``told`` names the firmware: a version, a list of them, or a range with both ends in it."""
    if not firmware:
        return False
    if isinstance(told, str):
        return told == firmware
    if isinstance(told, Mapping):
        low, mine, high = (_version(str(text)) for text in (told.get("from", ""), firmware, told.get("to", "")))
        return bool(low and mine and high) and low <= mine <= high
    if isinstance(told, list | tuple):
        return firmware in told
    return False


def speaks_of(document: Document, identity: Identity) -> bool:
    """A vendor's statement counts for the model and firmware it names, and for no other."""
    model = document.details.get("model")
    return (
        isinstance(model, str)
        and bool(identity.model)
        and model.casefold() == identity.model.casefold()
        and firmware_matches(document.details.get("firmware"), identity.firmware)
    )


def vendor_statements(view: View) -> tuple[Document, ...]:
    """Valid statements of the maker about the product behind the view's endpoint."""
    identity = view.identity
    if identity is None:
        return ()
    return tuple(
        document
        for document in view.documents("vendor-statement")
        if not flaw(document, view.now) and fresh(document, view.now) and speaks_of(document, identity)
    )


def fresh(document: Document, now: datetime) -> bool:
    return now < confirmed_until(document)


def confirmed_until(document: Document) -> datetime:
    """The first moment at which a statement is too old to count."""
    return start_of_day(document, document.dated + PROOF_LIFETIME)
