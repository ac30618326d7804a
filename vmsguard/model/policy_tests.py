"""Tests of a pack as data: cameras as they could be found, and the verdicts its author means them to have."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from vmsguard.model.pack import ExceptionGrant
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import Qualifier, Verdict

__all__ = ["Expected", "PolicyCase", "PolicyTests"]


class Expected(Struct, frozen=True, kw_only=True):
    """What one rule is meant to say; None and the empty string leave that part open."""

    rule: str
    verdict: Verdict
    qualifier: Qualifier | None = None
    reason: str = ""
    """The stable code in front of the reason's sentence."""
    line: int = 0


class PolicyCase(Struct, frozen=True, kw_only=True):
    """One camera at one moment."""

    name: str
    profile: str
    snapshot: CameraSnapshot
    grants: tuple[ExceptionGrant, ...]
    now: datetime
    expect: tuple[Expected, ...]
    in_scope: bool | None = None
    """Whether the pack is meant to concern the camera at all; None leaves it open."""
    line: int = 0


class PolicyTests(Struct, frozen=True, kw_only=True):
    """The cases of one file, all of one pack."""

    pack: str
    cases: tuple[PolicyCase, ...]
    origin: str
