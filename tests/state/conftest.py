"""A store in memory, in a file and on a PostgreSQL of our own; and a clock that stands where the test puts it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

# What these tests share is no package.
sys.path.insert(0, str(Path(__file__).parent))

from postgres_server import PostgresServer, required_postgres

from vmsguard.model.clock import SystemClock
from vmsguard.state import State

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


class StoppedClock:
    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with required_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """A database at the newest schema, to make others from: migrating each would take longer than its test."""
    postgres.execute("CREATE DATABASE template_state")
    State.open(postgres.url_of("template_state"), clock=SystemClock()).close()
    return "template_state"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A SQLite file."""
    return f"sqlite:///{tmp_path / 'state.db'}"


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty database on the server."""
    url = postgres.url()
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgres"])
def any_url(request: pytest.FixtureRequest) -> str:
    """An empty store: a file, then a database on the server."""
    found: str = request.getfixturevalue("url" if request.param == "sqlite" else "postgres_url")
    return found


@pytest.fixture(params=["file", "memory", "postgres"])
def state(request: pytest.FixtureRequest, clock: StoppedClock) -> Iterator[State]:
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        store = server.url(request.getfixturevalue("postgres_template"))
    else:
        store = request.getfixturevalue("url") if request.param == "file" else "sqlite://"
    with State.open(store, clock=clock) as opened:
        yield opened
    if request.param == "postgres":
        server.drop(store)
