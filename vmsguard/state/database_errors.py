"""What went wrong in the database, as a ``StateError`` with what to do next; nothing else leaves the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError, StatementError

from vmsguard.errors import StateError

__all__ = ["as_state_error"]

_WRITE_ACCESS = "give the agent's user write access to the file and its folder: two more stand beside it"
_SQLITE_HINTS = {
    sqlite3.SQLITE_FULL: "make room on the disk; nothing was half written, and the next attempt goes on from there",
    sqlite3.SQLITE_READONLY: _WRITE_ACCESS,
    sqlite3.SQLITE_CANTOPEN: _WRITE_ACCESS,
    sqlite3.SQLITE_IOERR: "look at the disk and its room; nothing was half written",
    sqlite3.SQLITE_BUSY: "another program holds the state for longer than five seconds: end it, then try again",
    sqlite3.SQLITE_CORRUPT: "put back the newest backup: vmsguard state restore FILE",
    sqlite3.SQLITE_NOTADB: "set state: in vmsguard.yaml to a vmsguard state, or to a file that is not there yet",
}
_SERVER_HINTS = {
    "08": "look whether the database server runs and can be reached; the next attempt connects anew",
    "57": "look whether the database server runs and can be reached; the next attempt connects anew",
    "53": "make room for the database server (disk, memory, connections); nothing was half written",
    "25": "the database takes no writes: point state: at the primary, not at a standby",
    "42": "give the user of the state: URL the right to create and write tables in the database",
    "55": "another program holds the state for longer than five seconds: end it, then try again",
}
"""By class of SQLSTATE (PostgreSQL, appendix A)."""
_ANY_HINT = "check that the file is a vmsguard state, that its folder is writable and that the disk has room"
_ANY_SERVER_HINT = (
    "look whether the database server runs and can be reached, and whether the state: URL is right"
    " (user, password, database); the next attempt connects anew"
)


@contextmanager
def as_state_error(where: str, doing: str) -> Iterator[None]:
    """Raise what the database raises as ``StateError``; the transaction around it has left nothing behind."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, StatementError) else None
        # The database's own words, one line of them; SQLAlchemy's message would add statements and parameters.
        told = str(cause or type(error).__name__).strip().partition("\n")[0]
        raise StateError(f"{where}: cannot {doing} the state: {told}", hint=_hint(cause)) from error


def _hint(cause: BaseException | None) -> str:
    if isinstance(cause, sqlite3.Error):
        return _SQLITE_HINTS.get((getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF, _ANY_HINT)
    if cause is not None and type(cause).__module__.startswith("psycopg"):
        return _SERVER_HINTS.get(str(getattr(cause, "sqlstate", None) or "")[:2], _ANY_SERVER_HINT)
    return _ANY_HINT
