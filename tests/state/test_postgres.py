"""On PostgreSQL: sessions keep their word and give up in time, leases pass over each other, connections come back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from postgres_server import PostgresServer
from sqlalchemy import text

from vmsguard.errors import StateError
from vmsguard.model.clock import SystemClock
from vmsguard.model.work import WorkEntry
from vmsguard.state import State
from vmsguard.state.database import Database

MINUTE = timedelta(minutes=1)


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    with database.write() as connection:
        connection.execute(text("CREATE TABLE t (x INTEGER PRIMARY KEY)"))
    yield database
    database.close()


def setting(database: Database, name: str) -> str:
    with database.read() as connection:
        return str(connection.execute(text(f"SHOW {name}")).scalar())


def test_a_session_gives_up_in_time(database: Database) -> None:
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    found = [setting(database, name) for name in names]
    assert ["5s", "1min", "1min"] == found


@pytest.mark.parametrize(("told", "kept"), [("off", "on"), ("remote_apply", "remote_apply")])
def test_what_was_told_durable_is(postgres: PostgresServer, postgres_url: str, told: str, kept: str) -> None:
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    postgres.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = {told}')
    database = Database(postgres_url)
    assert kept == setting(database, "synchronous_commit")
    database.close()


def test_a_url_without_a_driver_means_ours(postgres_url: str, noon: datetime) -> None:
    with State.open(postgres_url.replace("+psycopg", ""), clock=SystemClock()) as state:
        state.note_time(noon)
        assert noon == state.highest_time()


def test_moments_are_kept_to_the_microsecond_as_numbers(postgres_url: str, noon: datetime) -> None:
    with State.open(postgres_url, clock=SystemClock()) as state:
        state.schedule_work([WorkEntry(target="a", site="s", next_due=noon)])
        with state._database.read() as connection:
            row = connection.execute(text("SELECT next_due, pg_typeof(next_due)::text FROM work")).one()
    assert (1_795_348_800_123_456, "bigint") == tuple(row)


def test_of_many_that_ask_at_once_one_gets_the_lease(any_url: str, noon: datetime) -> None:
    targets, workers = [f"t-{n}" for n in range(20)], 4
    together = Barrier(workers)

    def work(owner: str) -> list[tuple[str, int]]:
        with State.open(any_url, clock=SystemClock()) as own:
            together.wait(timeout=60)
            leases = [own.lease(target, owner, noon, MINUTE) for target in targets]
            return [(lease.target, lease.token) for lease in leases if lease is not None]

    with State.open(any_url, clock=SystemClock()) as state:
        state.schedule_work([WorkEntry(target=target, site="s", next_due=noon) for target in targets])
        with ThreadPoolExecutor(workers) as pool:
            got = [one for each in pool.map(work, [f"w-{n}" for n in range(workers)]) for one in each]

    assert sorted((target, 1) for target in targets) == sorted(got)


def test_who_asks_for_a_lease_does_not_wait_for_who_is_getting_it(postgres_url: str, noon: datetime) -> None:
    with State.open(postgres_url, clock=SystemClock()) as state, State.open(postgres_url, clock=SystemClock()) as other:
        state.schedule_work([WorkEntry(target="a", site="s", next_due=noon)])
        with state._database.write() as connection:
            connection.execute(text("SELECT 1 FROM work WHERE target = 'a' FOR UPDATE"))
            assert other.lease("a", "w-2", noon, MINUTE) is None
        assert other.lease("a", "w-2", noon, MINUTE) is not None


def test_a_restart_of_the_server_between_two_calls_is_not_noticed(
    postgres: PostgresServer, postgres_url: str, noon: datetime
) -> None:
    with State.open(postgres_url, clock=SystemClock()) as state:
        state.note_time(noon)
        postgres.disconnect(postgres_url)
        assert noon == state.highest_time()


def test_a_connection_lost_in_the_middle_leaves_nothing(
    postgres: PostgresServer, postgres_url: str, database: Database
) -> None:
    def write() -> None:
        with database.write() as connection:
            connection.execute(text("INSERT INTO t VALUES (1)"))
            postgres.disconnect(postgres_url)
            connection.execute(text("INSERT INTO t VALUES (2)"))

    with pytest.raises(StateError, match="cannot write the state") as raised:
        write()

    assert "connects anew" in raised.value.hint
    with database.write() as connection:
        connection.execute(text("INSERT INTO t VALUES (3)"))
        assert [3] == list(connection.execute(text("SELECT x FROM t")).scalars())


def test_a_server_that_is_gone_is_told_and_its_return_needs_nobody(
    postgres: PostgresServer, postgres_url: str, noon: datetime
) -> None:
    with State.open(postgres_url, clock=SystemClock()) as state:
        postgres.stop()
        try:
            with pytest.raises(StateError, match="cannot write the state: connection") as raised:
                state.note_time(noon)
            with pytest.raises(StateError, match="cannot read the state"):
                State.open(postgres_url, clock=SystemClock())
        finally:
            postgres.start()
        assert "database server" in raised.value.hint
        state.note_time(noon)
        assert noon == state.highest_time()


def test_a_row_that_somebody_holds_is_waited_for_no_longer_than_told(database: Database, postgres_url: str) -> None:
    impatient = Database(postgres_url)

    def write() -> None:
        with impatient.write() as other:
            other.execute(text("SET LOCAL lock_timeout = 100"))
            other.execute(text("INSERT INTO t VALUES (1)"))

    with database.write() as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))
        with pytest.raises(StateError, match="lock timeout") as raised:
            write()
    impatient.close()
    assert "longer than five seconds" in raised.value.hint


def test_a_standby_takes_no_writes(postgres: PostgresServer, postgres_url: str, noon: datetime) -> None:
    State.open(postgres_url, clock=SystemClock()).close()
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    postgres.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    with State.open(postgres_url, clock=SystemClock(), entropy=bytes) as state:
        with pytest.raises(StateError, match="read-only transaction") as raised:
            state.note_time(noon)
        assert "primary" in raised.value.hint
        assert state.highest_time() is None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://vmsguard:hunter2@/nothing?host={folder}",
        "postgresql+psycopg://somebody:hunter2@/postgres?host={folder}",
        "postgresql+psycopg://vmsguard:hunter2@/postgres?host=/nowhere",
        "postgresql+psycopg://vmsguard:hunter2@127.0.0.1:1/postgres",
    ],
)
def test_a_server_that_lets_nobody_in_is_told_without_the_password(postgres: PostgresServer, url: str) -> None:
    with pytest.raises(StateError) as raised:
        State.open(url.format(folder=postgres.folder), clock=SystemClock())

    assert "whether the state: URL is right" in raised.value.hint
    assert "hunter2" not in f"{raised.value} {raised.value.hint}"
