"""Plans: what would be changed, why, in which order, and what stands in the way."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from vmsguard.model.changes import Change
from vmsguard.model.facts import FactKey
from vmsguard.model.vocabulary import Mode, Stage

__all__ = ["Cause", "Plan", "PlannedChange"]


class Cause(Struct, frozen=True):
    """The requirement a change answers."""

    camera: str
    pack: str
    rule: str
    control: str


class PlannedChange(Struct, frozen=True, kw_only=True):
    """One change with its reasons; ``mode`` is ``enforce`` only where nothing stands in the way."""

    change: Change
    causes: tuple[Cause, ...]
    mode: Mode
    stage: Stage
    owner_rank: int = 0
    """0 for a target that owns others' configuration: the owner before the owned."""
    scope: str = "channel"
    blockers: tuple[str, ...] = ()
    """Why a change stays a proposal: ``attribute-not-set: modality``, ``protected``, ``shared-with cam-7`` ..."""
    destructive: bool = False
    items: int = 0
    """For a purge: how many items it would delete, as read."""
    oldest: datetime | None = None
    because: tuple[str, ...] = ()
    """What besides failing controls it answers: ``exception ex-1 expired``."""
    cites: tuple[FactKey, ...] = ()
    """The facts it rests on; a saved plan goes stale per change when one of them moved."""
    facts_digest: str = ""
    """SHA-256 over the cited readings; what ``apply FILE`` compares with a fresh observation."""
    settle_seconds: float = 1.0


class Plan(Struct, frozen=True, kw_only=True):
    """Changes in the order in which they would be sent."""

    id: str
    made_at: datetime
    changes: tuple[PlannedChange, ...]

    @property
    def enforceable(self) -> tuple[PlannedChange, ...]:
        return tuple(planned for planned in self.changes if planned.mode is Mode.ENFORCE)
