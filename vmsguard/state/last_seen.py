"""What targets were like when they were last looked at, and what a hub and a person have confirmed of this instance."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import delete, select, update

from vmsguard.model.last_seen import LastSeen
from vmsguard.state import tables as t
from vmsguard.state.rows import from_row, insert_rows, raise_number, rows_among, upsert
from vmsguard.state.stored import Stored

__all__ = ["Remembered"]

_LOCK_DIGEST = "lock-digest"


class Remembered(Stored):
    """What an instance must recognise when it sees it again."""

    def put_seen(self, seen: Iterable[LastSeen]) -> None:
        """Keep what targets are like now."""
        with self._database.write() as connection:
            upsert(connection, t.last_seen, seen)

    def seen(self, targets: Collection[str] | None = None) -> Mapping[str, LastSeen]:
        """By target, of these or of all."""
        with self._database.read() as connection:
            query = select(t.last_seen).order_by(t.last_seen.c.target)
            found = rows_among(connection, query, t.last_seen.c.target, targets)
            return {row.target: from_row(LastSeen, row) for row in found}

    # evidence at the hub

    def expect_hub(self, origin: str) -> None:
        """A hub takes this log from now on: nothing of it may be pruned that the hub has not confirmed."""
        with self._database.write() as connection:
            insert_rows(connection, t.evidence_confirmed, [{"origin": origin, "size": 0}])

    def confirm_evidence(self, origin: str, size: int) -> None:
        """The hub has this many records of the log; an answer that comes late takes nothing back."""
        with self._database.write() as connection:
            raise_number(connection, t.evidence_confirmed, {"origin": origin}, "size", size)

    def forget_confirmed(self, origin: str) -> None:
        """What the hub has is another history than the log that is here: of this one nothing is confirmed yet."""
        table = t.evidence_confirmed
        with self._database.write() as connection:
            connection.execute(update(table).where(table.c.origin == origin).values(size=0))

    def confirmed_evidence(self, origin: str) -> int | None:
        """How many records of the log its hub has confirmed; None for a log that no hub takes."""
        table = t.evidence_confirmed
        with self._database.read() as connection:
            return connection.execute(select(table.c.size).where(table.c.origin == origin)).scalar()

    # the lock file

    def lock_digest(self) -> str | None:
        """The digest of the lock file that was there last; None where there never was one."""
        with self._database.read() as connection:
            return connection.execute(select(t.meta.c.value).where(t.meta.c.name == _LOCK_DIGEST)).scalar()

    def remember_lock(self, digest: str) -> None:
        """Keep that there is a lock file, and which."""
        with self._database.write() as connection:
            connection.execute(delete(t.meta).where(t.meta.c.name == _LOCK_DIGEST))
            insert_rows(connection, t.meta, [{"name": _LOCK_DIGEST, "value": digest}])

    def forget_lock(self) -> None:
        """A person gave the lock file up."""
        with self._database.write() as connection:
            connection.execute(delete(t.meta).where(t.meta.c.name == _LOCK_DIGEST))
