"""How the attempt to have a head anchored ended."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.note import NoteSignature

__all__ = ["Anchored", "Contradicted", "Cosignatures", "NotAnchored", "Outcome", "Stamp"]


class Cosignatures(Struct, frozen=True):
    """A witness's answer, verified."""

    url: str
    lines: tuple[NoteSignature, ...]


class Stamp(Struct, frozen=True):
    """An authority's token over the note, as far as it could be verified."""

    url: str
    token: bytes
    at: str
    authority: str
    unverified: str = ""
    """Why the signature could not be verified; empty if it was."""


class Anchored(Struct, frozen=True, kw_only=True):
    """Somebody outside vouches for the head, and it lies below ``anchors/``."""

    url: str
    kind: Literal["witness", "tsa"]
    name: str
    at: str
    """The time they state, RFC 3339."""
    ref: str
    """The file below ``anchors/``."""
    sha256: str = ""
    unverified: str = ""


class NotAnchored(Struct, frozen=True):
    """Nothing was had from there, and nothing is known to be wrong with the log."""

    url: str
    why: str
    hint: str


class Contradicted(Struct, frozen=True, kw_only=True):
    """A witness knows another history of the log."""

    url: str
    kind: Literal["rollback", "fork"]
    why: str
    ours: Checkpoint
    theirs_size: int | None = None
    theirs: Checkpoint | None = None
    """The head they cosigned, signed by our own key as well: proof, and not only their word."""


Outcome: TypeAlias = Anchored | NotAnchored | Contradicted
