"""Connections to the store: durable SQLite by default, PostgreSQL by URL, driver errors as ``StateError``."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from vmsguard.errors import StateError

__all__ = ["Database"]

BUSY_SECONDS = 5.0
_WRITES = "vmsguard_writes"


_GUARDS: ContextVar[tuple[tuple[Database, Callable[[Connection], None]], ...]] = ContextVar("guards", default=())


class Database:
    """Short transactions on one store. Threads take turns: SQLite has one writer, and memory one connection."""

    def __init__(self, url: str) -> None:
        parsed = _parse(url)
        self.where = _describe(parsed)
        self._turn = threading.RLock()
        if parsed.get_backend_name() == "sqlite":
            self._engine = _sqlite(parsed, self.where)
        else:
            self._engine = _server(parsed, self.where)
        self._writer = self._engine.execution_options(**{_WRITES: True})

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._turn, _as_state_error(self.where, "read"), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its first statement; it commits whole or not at all."""
        with self._turn, _as_state_error(self.where, "write"), self._writer.begin() as connection:
            for database, check in _GUARDS.get():
                if database is self:
                    check(connection)
            yield connection

    @contextmanager
    def guarded(self, check: Callable[[Connection], None]) -> Iterator[None]:
        """Within it ``check`` runs first in every write transaction of this context and of tasks that it starts.

        What it raises ends the transaction before anything is written.
        """
        before = _GUARDS.set((*_GUARDS.get(), (self, check)))
        try:
            yield
        finally:
            _GUARDS.reset(before)

    def close(self) -> None:
        with self._turn:
            self._engine.dispose()


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        raise StateError(
            "the state URL is not a database URL", hint="write it like sqlite:///state.db in vmsguard.yaml"
        ) from None


def _describe(url: URL) -> str:
    """The store in words, without user or password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "memory"
    return f"{url.get_backend_name()} on {url.host or 'localhost'}"


def _sqlite(url: URL, where: str) -> Engine:
    path = url.database
    in_memory = path in (None, "", ":memory:")
    if not in_memory:
        _make_private(Path(str(path)))
    options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, **options)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # pysqlite would open transactions by itself, and only before some statements.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={int(BUSY_SECONDS * 1000)}",
            "synchronous=FULL",  # NORMAL may lose the last commits at power loss: not for "deleted at"
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        _write_ahead(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A read transaction that turns into a write fails with SQLITE_BUSY at once, ignoring the timeout.
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL; the switch alone does not heed the busy timeout when another process makes it too."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _make_private(path: Path) -> None:
    """Create the file for its owner alone before SQLite creates it for everybody."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StateError(
            f"{path}: cannot be opened for writing ({error.strerror})",
            hint="give the agent's user write access to the file and its folder, or set another state: URL",
        ) from error


def _server(url: URL, where: str) -> Engine:
    try:
        return create_engine(url)
    except (ImportError, NoSuchModuleError) as error:
        raise StateError(
            f"no driver for {where}", hint="install the database's driver, or use sqlite:///state.db"
        ) from error


@contextmanager
def _as_state_error(where: str, doing: str) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        # The database's own words; SQLAlchemy's message would add statements and their parameters.
        cause = getattr(error, "orig", None) or type(error).__name__
        raise StateError(
            f"{where}: cannot {doing} the state: {cause}",
            hint="check that the file is a vmsguard state, that its folder is writable and that the disk has room",
        ) from error
