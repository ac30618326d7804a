"""What the parts of the store have in common: a database, and a clock."""

from __future__ import annotations

from vmsguard.model.clock import Clock
from vmsguard.state.database import Database

__all__ = ["Stored"]


class Stored:
    """One part of the store; ``State`` is all of them together."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
