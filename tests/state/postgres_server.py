"""A PostgreSQL of the tests' own: a cluster in a temporary folder, run by a user without rights, on a unix socket."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

__all__ = ["PostgresServer", "postgres_programs", "required_postgres", "running_postgres"]

_UNPRIVILEGED = "nobody"
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
_SETTINGS = ("listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=60", "shared_buffers=32MB")


@dataclass
class PostgresServer:
    """A running server; ``url`` makes a database of its own for each that asks."""

    programs: Path
    folder: Path
    _numbers: Iterator[int] = field(default_factory=count)
    _process: subprocess.Popen[bytes] | None = None

    def url(self, template: str = "template0") -> str:
        name = f"state{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url_of(name)

    def url_of(self, database: str) -> str:
        return f"postgresql+psycopg://vmsguard@/{database}?host={self.folder}"

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        # A socket that a dying server left may take a connection and never answer on it.
        with psycopg.connect(
            host=str(self.folder), user="vmsguard", dbname=database, autocommit=True, connect_timeout=10
        ) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []

    def drop(self, url: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{_database(url)}" WITH (FORCE)')

    def disconnect(self, url: str) -> None:
        """End every connection to the database, as a restart of the server would."""
        self.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_database(url)}'")

    def start(self) -> None:
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), *settings]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                user=_user(),
                group=_group(),
                extra_groups=[] if os.geteuid() == 0 else None,
                cwd="/",
                stdout=log,
                stderr=log,
                preexec_fn=_end_with_parent,
            )
        end = time.monotonic() + 120
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL does not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """As if it were killed: without a word to who is connected."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=60)

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *arguments]
        subprocess.run(
            command,
            user=_user(),
            group=_group(),
            extra_groups=[] if os.geteuid() == 0 else None,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )


def postgres_programs() -> Path | None:
    """The folder of PostgreSQL's programs; Debian keeps initdb out of the path. None where it is not installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb")
    return debian[-1].parent if debian else Path(found).resolve().parent if found else None


@contextmanager
def running_postgres(programs: Path) -> Iterator[PostgresServer]:
    # Short, as a socket's path may have 107 bytes; and not below pytest's folders, which are root's alone.
    with tempfile.TemporaryDirectory(prefix="vmsguard-pg-", dir="/tmp") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            told = pwd.getpwnam(_UNPRIVILEGED)
            os.chown(folder, told.pw_uid, told.pw_gid)
        server = PostgresServer(programs, folder)
        server._run("initdb", "-U", "vmsguard", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _database(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _end_with_parent() -> None:
    # A test run that is killed tears nothing down: the kernel ends its server, at once (prctl(2), postgres(1)).
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _user() -> str | None:
    return _UNPRIVILEGED if os.geteuid() == 0 else None


def _group() -> int | None:
    return pwd.getpwnam(_UNPRIVILEGED).pw_gid if os.geteuid() == 0 else None


@contextmanager
def required_postgres() -> Iterator[PostgresServer]:
    """A running server; skips where the programs are not installed, and fails where they have to be."""
    programs = postgres_programs()
    if programs is None:
        reason = "not installed: postgresql (run tests/real/install.sh)"
        if os.environ.get("VMSGUARD_REQUIRE_REAL") == "1":
            pytest.fail(f"required, but {reason}")
        pytest.skip(reason)
    with running_postgres(programs) as server:
        yield server
