"""A pack as assigned: which reading of it, and how far it may go."""

from __future__ import annotations

from msgspec import Struct

from vmsguard.model.pack import Pack
from vmsguard.model.vocabulary import Mode

__all__ = ["AssignedRules"]


class AssignedRules(Struct, frozen=True, kw_only=True):
    pack: Pack
    profile: str
    mode: Mode
    assignment: str
    zone: str = ""
    """The zone of its sites, for a pack that counts its days there; empty where nobody states one: UTC."""
