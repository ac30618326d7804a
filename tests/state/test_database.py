"""The store is durable, private, and says in our own words what is wrong with it."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from vmsguard.errors import StateError
from vmsguard.model.clock import SystemClock
from vmsguard.state import State
from vmsguard.state.database import Database

NOBODY = 65534


def test_sqlite_is_set_to_lose_nothing_at_power_loss(url: str) -> None:
    with Database(url).read() as connection:
        found = {
            pragma: connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_the_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    State.open(f"sqlite:///{tmp_path / 'state.db'}", clock=SystemClock()).close()

    assert 0o600 == stat.S_IMODE((tmp_path / "state.db").stat().st_mode)


def test_what_sqlite_keeps_beside_the_file_is_private_too(tmp_path: Path, noon: datetime) -> None:
    before = os.umask(0)
    try:
        with State.open(f"sqlite:///{tmp_path / 'state.db'}", clock=SystemClock()) as state:
            state.note_time(noon)
            found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)

    assert {"state.db": 0o600, "state.db-wal": 0o600, "state.db-shm": 0o600} == found


def test_a_file_that_others_may_read_is_shut_to_them(tmp_path: Path) -> None:
    State.open(f"sqlite:///{tmp_path / 'state.db'}", clock=SystemClock()).close()
    (tmp_path / "state.db").chmod(0o644)

    State.open(f"sqlite:///{tmp_path / 'state.db'}", clock=SystemClock()).close()

    assert 0o600 == stat.S_IMODE((tmp_path / "state.db").stat().st_mode)


def test_a_writer_holds_the_write_lock_from_its_beginning(url: str) -> None:
    database, other = Database(url), Database(url)
    with database.write(), closing(sqlite3.connect(str(database.file), timeout=0)) as rival:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            rival.execute("BEGIN IMMEDIATE")
        with other.read() as connection:
            assert 1 == connection.execute(text("SELECT 1")).scalar()


def test_a_reader_keeps_no_writer_waiting(url: str, noon: datetime) -> None:
    with State.open(url, clock=SystemClock()) as state:
        reader = Database(url)
        with reader.read() as connection:
            connection.execute(text("SELECT * FROM meta")).all()
            state.note_time(noon)
        reader.close()
        assert noon == state.highest_time()


def test_a_failed_transaction_leaves_nothing(url: str) -> None:
    database = Database(url)
    with database.write() as connection:
        connection.execute(text("CREATE TABLE t (x INTEGER)"))

    with pytest.raises(ZeroDivisionError), database.write() as connection:
        connection.execute(text("INSERT INTO t VALUES (:x)"), {"x": 1}).rowcount / 0

    with database.read() as connection:
        assert 0 == connection.execute(text("SELECT count(*) FROM t")).scalar()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("not a database, and long enough to have a header of one" * 4)

    with pytest.raises(StateError, match="file is not a database"):
        State.open(f"sqlite:///{tmp_path / 'state.db'}", clock=SystemClock())


def test_a_missing_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="cannot be opened for writing") as raised:
        State.open(f"sqlite:///{tmp_path / 'no' / 'state.db'}", clock=SystemClock())

    assert "write access" in raised.value.hint


@pytest.mark.parametrize("url", ["state.db", "", "nosuchdb://x", "mysql://agent@db/state"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(StateError):
        State.open(url, clock=SystemClock())


def test_a_password_in_the_url_reaches_no_message() -> None:
    with pytest.raises(StateError) as raised:
        State.open("nosuchdb://agent:hunter2@db.example.org/state", clock=SystemClock())

    assert "hunter2" not in f"{raised.value} {raised.value.hint} {raised.value!r}"


UNPRIVILEGED_OPENER = f"""
import os, sys
from vmsguard.errors import StateError
from vmsguard.model.clock import SystemClock
from vmsguard.state import State
if os.geteuid() == 0:  # root may write anywhere
    os.setgid({NOBODY})
    os.setuid({NOBODY})
try:
    State.open(sys.argv[1], clock=SystemClock())
except StateError as error:
    print(error)
"""


def test_a_read_only_folder_is_refused() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o555)
        command = [sys.executable, "-c", UNPRIVILEGED_OPENER, f"sqlite:///{folder}/state.db"]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "cannot be opened for writing (Permission denied)" in printed


WRITER = """
import sys
from datetime import UTC, datetime
from vmsguard.model.clock import SystemClock
from vmsguard.model.ledger import Standing
from vmsguard.state import State
state = State.open(sys.argv[1], clock=SystemClock())
now = datetime.now(UTC)
round = 0
while True:
    round += 1
    state.put_standings(
        Standing(camera=f"cam-{n}", pack="p", rule="r", control="c", endpoint="e", verdict=str(round), qualifier="",
                 basis="", remediation="", reason="", since=now, checked_at=now)
        for n in range(200)
    )
    print(round, flush=True)
"""


def test_a_kill_in_the_middle_leaves_whole_transactions_only(url: str) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    last_said = 0
    while last_said < 5:
        last_said = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    said = writer.communicate(timeout=60)[0].split()
    last_said = int(said[-1]) if said else last_said

    with State.open(url, clock=SystemClock()) as state:
        rounds = {int(standing.verdict) for standing in state.standings()}
        count = len(state.standings())

    assert 200 == count
    assert 1 == len(rounds)
    assert rounds <= {last_said, last_said + 1}
