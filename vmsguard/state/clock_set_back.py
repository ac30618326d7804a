"""What lies ahead of a clock that was set back, and what was ever sent: what the agent must not take for granted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from vmsguard.state import tables as t
from vmsguard.state.stored import Stored

__all__ = ["ClockSetBack"]


class ClockSetBack(Stored):
    """Deletions that have not come yet by the clock as it stands, and changes that somebody may have undone."""

    def forget_deletions_after(self, moment: datetime) -> frozenset[tuple[str, str]]:
        """Take deletions whose cutoff is later than that out of the ledger; the targets and channels they were at.

        Left in, they would say of what was stored until then that it is gone. The evidence keeps them.
        """
        places: set[tuple[str, str]] = set()
        with self._database.write() as connection:
            for table in (t.deletions, t.held_purges):
                gone = delete(table).where(table.c.cutoff > moment).returning(table.c.target, table.c.channel)
                places.update((row.target, row.channel) for row in connection.execute(gone))
        return frozenset(places)

    def changes_sent(self, target: str) -> frozenset[str]:
        """The changes this instance ever sent to a target, of which it kept what stood there before."""
        table = t.prior_values
        query = select(table.c.change).where(table.c.target == target).distinct()
        with self._database.read() as connection:
            return frozenset(connection.execute(query).scalars())
