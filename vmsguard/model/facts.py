"""Facts: one typed thing known, absent or unknown about an endpoint, and how it is known.

There is no bare ``None``: a reading is a value, a proof that the function is not there, or a reason
why nobody could tell.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from msgspec import Struct

from vmsguard.model.vocabulary import WHOLE, Basis, Layer, Why

__all__ = ["CAMERA_TARGET", "Absent", "Fact", "FactKey", "Items", "Known", "Reading", "Unknown", "unread"]

T = TypeVar("T")

CAMERA_TARGET = ""
"""The ``target`` of facts about the camera itself (attributes, documents, ledger), which no device told."""


class Items(Struct, Generic[T], frozen=True):
    """A list with stable ids that says whether it is all there is.

    On an incomplete list an offender is a fail, and no offender is unknown.
    """

    values: tuple[T, ...] = ()
    complete: bool = True
    missing: str = ""
    """What the list cannot show when it is incomplete, in words for a report."""


class Known(Struct, frozen=True, tag="known"):
    value: Any


class Absent(Struct, frozen=True, tag="absent"):
    """Proof that the function is not there: the service answered and said so."""

    proof: str


class Unknown(Struct, frozen=True, tag="unknown"):
    why: Why
    detail: str = ""


Reading: TypeAlias = Known | Absent | Unknown


class FactKey(NamedTuple):
    """Where a fact belongs; a plain tuple because snapshots hash millions of them."""

    target: str
    channel: str
    name: str
    layer: Layer = Layer.RUNTIME
    store: str = ""


class Fact(Struct, frozen=True):
    key: FactKey
    reading: Reading
    basis: Basis
    observed_at: datetime
    source: str = ""
    """Who said it: a driver's operation, an inventory author, a document id. Never a raw reply."""


def unread(
    name: str,
    at: datetime,
    *,
    target: str = CAMERA_TARGET,
    channel: str = WHOLE,
    why: Why = Why.NOT_READ,
    detail: str = "",
    layer: Layer = Layer.RUNTIME,
) -> Fact:
    """The fact that stands for "nobody read this": unknown, with its reason."""
    return Fact(FactKey(target, channel, name, layer), Unknown(why, detail), Basis.ATTESTED, at)
