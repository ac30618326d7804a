"""A state that was put back from a copy: what it knew may be old, so nothing in it counts as verified any more."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, text, update

from vmsguard.errors import StateError
from vmsguard.model.ledger import Duty
from vmsguard.model.work import Work
from vmsguard.state import tables as t
from vmsguard.state.backup import copy_sqlite, faults_of
from vmsguard.state.columns import earlier, moment
from vmsguard.state.rows import insert_new, upsert
from vmsguard.state.stored import Stored

__all__ = ["PutBack", "last_known", "prepared", "swap_in"]

_TOKENS_AHEAD = 2**32
"""No token that a worker still holds is given out again: the copy does not know how many there were."""
_UNVERIFIED = (
    t.standings,
    t.witness_memory,
    t.deletions,
    t.held_purges,
    t.impossibility_proofs,
    t.last_seen,
    t.approvals,  # one that was used since the copy was made would be there again
)


class PutBack(Stored):
    """Making what was put back unverified."""

    def distrust(self, duties: dict[tuple[str, ...], Duty], now: datetime) -> None:
        """Forget what was verified, and have every target with a duty looked at now.

        ``duties`` are those that the evidence tells of: the copy may be older. When a duty was due stays as it was,
        and counts from the beginning of that gap, since no earlier deletion is known; what became of it in the
        meantime is on record, and is not told again.
        """
        c = t.work.c
        with self._database.write() as connection:
            for table in _UNVERIFIED:
                connection.execute(delete(table))
            upsert(connection, t.duties, duties.values(), lambda _: {"enrolled_at": t.duties.c.enrolled_at})
            connection.execute(
                text("UPDATE duties SET enrolled_at = next_due - CAST(max_gap_seconds AS BIGINT) * 1000000")
            )
            sites = {row.target: row.site for row in connection.execute(t.last_targets.select())}
            owing = {row.target for row in connection.execute(t.duties.select())}
            new = [Work(target=one, site=sites[one], next_due=now) for one in sorted(owing & sites.keys())]
            insert_new(connection, t.work, new)
            again = {
                "next_due": earlier(c.next_due, moment(now)),
                "token": c.token + _TOKENS_AHEAD,
                "owner": "",
                "leased_at": None,
                "lease_until": None,
                "attempt": 0,
                "not_before": None,
            }
            connection.execute(update(t.work).values(again))


def last_known(state_file: Path, origin: str) -> tuple[int, datetime | None]:
    """What must never go back, of the state that is replaced: the length of the log, and the time of the latest run.

    Of a state that cannot be read nothing is known; the log's own head still says how long it is.
    """
    sizes = "SELECT size FROM evidence_sizes WHERE origin = ?"
    times = "SELECT value FROM meta WHERE name = 'highest-time'"
    try:
        with closing(sqlite3.connect(f"{state_file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            size = connection.execute(sizes, (origin,)).fetchone()
            latest = connection.execute(times).fetchone()
    except sqlite3.Error:
        return 0, None
    return (0 if size is None else int(size[0])), (None if latest is None else datetime.fromisoformat(latest[0]))


@contextmanager
def prepared(backup: Path, state_file: Path) -> Iterator[Path]:
    """A copy of the backup beside the state, to be brought up to date and swapped in; gone afterwards if it was not."""
    if not backup.is_file():
        raise StateError(f"{backup}: no file is there", hint="name a file that vmsguard state backup wrote")
    fault = faults_of(backup) or _foreign(backup)
    if fault:
        raise StateError(
            f"{backup}: is not a sound copy of a state: {fault}",
            hint="name another file that vmsguard state backup wrote",
        )
    copy = state_file.with_name(f".{state_file.name}.restoring")
    try:
        copy_sqlite(backup, copy, replace=True)
        yield copy
    finally:
        for beside in ("", "-wal", "-shm"):
            copy.with_name(copy.name + beside).unlink(missing_ok=True)


def swap_in(copy: Path, state_file: Path, kept: Path) -> None:
    """Put the copy in the place of the state, which is kept under another name. The run lock must be held."""
    try:
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # the file alone, without a log beside it
        if state_file.exists():
            _keep(state_file, kept)
        os.replace(copy, state_file)
        handle = os.open(state_file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except (OSError, sqlite3.Error) as error:
        raise StateError(
            f"{state_file}: cannot be replaced: {error}",
            hint="end what has it open, look at the rights and room of its folder, then run it again",
        ) from error


def _keep(state_file: Path, kept: Path) -> None:
    """Keep the old state whole; its log is taken into it, or set aside where that cannot be done."""
    try:
        with closing(sqlite3.connect(state_file, timeout=5.0)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        if (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        for beside in ("-wal", "-shm"):
            log = state_file.with_name(state_file.name + beside)
            if log.exists():
                os.replace(log, kept.with_name(kept.name + beside))
    os.link(state_file, kept)


def _foreign(backup: Path) -> str:
    try:
        with closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error as error:
        return str(error)
    missing = {"alembic_version", "meta", "duties"} - found
    return f"it has no table {sorted(missing)[0]}" if missing else ""
