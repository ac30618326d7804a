"""What the store holds, in numbers."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from vmsguard.state import tables as t
from vmsguard.state.migrate import stored_revision
from vmsguard.state.stored import Stored

__all__ = ["Overview"]


class Overview(Stored):
    """Where the store is, and how much is in it."""

    @property
    def where(self) -> str:
        """The file, or the server without user and password."""
        return self._database.where

    def schema(self) -> str:
        with self._database.read() as connection:
            return stored_revision(connection) or ""

    def row_counts(self) -> Mapping[str, int]:
        """By table."""
        with self._database.read() as connection:
            return {
                name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in sorted(t.metadata.tables.items())
            }
