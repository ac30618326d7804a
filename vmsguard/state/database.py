"""Connections to the store: durable SQLite by default, PostgreSQL by URL, driver errors as ``StateError``."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from vmsguard.errors import StateError
from vmsguard.model.crash_point import durable_step
from vmsguard.state.database_errors import as_state_error
from vmsguard.state.filesystem import filesystem_of, is_of_a_network

__all__ = ["Database", "sqlite_file"]

BUSY_SECONDS = 5.0
_WRITES = "vmsguard_writes"
_MOUNTS = Path("/proc/self/mountinfo")
_PATIENCE = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "keepalives_idle": 10, "application_name": "vmsguard"}
_SESSION = (
    f"SET lock_timeout = {int(BUSY_SECONDS * 1000)}",
    "SET statement_timeout = 60000",
    "SET idle_in_transaction_session_timeout = 60000",  # a worker that hangs in a transaction keeps no row locked
    # What was told durable has to be: a server set to acknowledge before it wrote is overruled.
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
)


_GUARDS: ContextVar[tuple[tuple[Database, Callable[[Connection], None]], ...]] = ContextVar("guards", default=())


class Database:
    """Short transactions on one store. Threads take turns: SQLite has one writer, and memory one connection."""

    def __init__(self, url: str) -> None:
        parsed = _parse(url)
        self.where = _describe(parsed)
        self.file = sqlite_file(parsed)
        """The file of a SQLite store; None for one in memory or on a server."""
        self._turn = threading.RLock()
        if parsed.get_backend_name() == "sqlite":
            self._engine = _sqlite(parsed, self.where)
        else:
            self._engine = _server(parsed, self.where)
        self._writer = self._engine.execution_options(**{_WRITES: True})

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._turn, as_state_error(self.where, "read"), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits whole or not at all; in SQLite it holds the write lock from its beginning."""
        with self._turn, as_state_error(self.where, "write"), self._writer.begin() as connection:
            for database, check in _GUARDS.get():
                if database is self:
                    check(connection)
            yield connection
            durable_step()

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


def sqlite_file(url: str | URL) -> Path | None:
    """The file of a SQLite URL; None for one in memory or on a server."""
    url = _parse(url) if isinstance(url, str) else url
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def _describe(url: URL) -> str:
    """The store in words, without user or password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "memory"
    return f"{url.get_backend_name()} on {url.host or 'localhost'}"


def _sqlite(url: URL, where: str) -> Engine:
    path = sqlite_file(url)
    if path is not None:
        _make_private(path)
    options: dict[str, Any] = {"poolclass": StaticPool} if path is None else {}
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
    """Create the file for its owner alone before SQLite creates it for everybody; its companions take its mode."""
    _refuse_network(path)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateError(
            f"{path}: cannot be opened for writing ({error.strerror})",
            hint="give the agent's user write access to the file and its folder, or set another state: URL",
        ) from error
    try:
        told = os.fstat(handle)
        if stat.S_IMODE(told.st_mode) & 0o077 and told.st_uid == os.geteuid():
            os.fchmod(handle, 0o600)
    finally:
        os.close(handle)


def _refuse_network(path: Path) -> None:
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return  # not a Linux with /proc: nobody can tell
    kind = filesystem_of(path.parent.resolve(), mounts)
    if is_of_a_network(kind):
        raise StateError(
            f"{path}: lies on {kind}, a file system of a network, where SQLite loses what it was told",
            hint="put the state on a disk of this machine, or use PostgreSQL (state: postgresql+psycopg://…)",
        )


def _server(url: URL, where: str) -> Engine:
    if url.get_backend_name() != "postgresql":
        raise StateError(
            f"no state can be kept in {url.get_backend_name()}",
            hint="use sqlite:///state.db, or postgresql+psycopg://user@host/database",
        )
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    patience = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    try:
        # What a firewall has dropped answers never: give up, and connect anew, before the agent stands still.
        engine = create_engine(url, pool_pre_ping=True, connect_args=patience)
    except (ImportError, NoSuchModuleError) as error:
        raise StateError(
            f"no driver for {where}", hint="pip install 'vmsguard[postgres]', or use sqlite:///state.db"
        ) from error

    from vmsguard.state.silent_server import ImpatientConnection  # an extra: psycopg is there by now

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        return ImpatientConnection.connect(*args, **named)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            for setting in _SESSION:
                cursor.execute(setting)
        connection.commit()

    return engine
