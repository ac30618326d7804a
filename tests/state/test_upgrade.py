"""A populated state of an earlier schema, kept as a dump per database, comes up to the newest with its rows."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from postgres_server import PostgresServer
from sqlalchemy import inspect

from vmsguard.model.duty_watch import AlarmLevel
from vmsguard.model.ledger import (
    Deletion,
    Duty,
    HeldPurge,
    ImpossibilityProof,
    PackContent,
    PriorValue,
    ScopeEntry,
    Standing,
    WitnessMemory,
)
from vmsguard.model.trust import ACCEPTED, TargetTrust
from vmsguard.state import State
from vmsguard.state.database import Database
from vmsguard.state.tables import REVISION, metadata

DUMPS = Path(__file__).parent / "dumps"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
PACK = "kr-pipc-thermal-2020"

FURTHEST = Deletion(
    target="t-1",
    channel="1",
    store="footage",
    cutoff=NOON,
    started=NOON + MICROSECOND,
    ended=NOON + 5 * MICROSECOND,
    count=0,
    observed=False,
    run="run-2",
)


@pytest.fixture(params=["0001", "0006"])
def schema(request: pytest.FixtureRequest) -> str:
    version: str = request.param
    return version


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, schema: str, tmp_path: Path) -> str:
    """The URL of a populated state of that schema."""
    dump = (DUMPS / f"{schema}.{request.param}.sql").read_text(encoding="utf-8")
    if request.param == "sqlite":
        with closing(sqlite3.connect(tmp_path / "state.db")) as connection:
            connection.executescript(dump)
        return f"sqlite:///{tmp_path / 'state.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    url: str = request.getfixturevalue("postgres_url")
    server.execute(dump, url.partition("?")[0].rpartition("/")[2])
    return url


def test_every_row_is_still_there(old: str, schema: str, clock: object) -> None:
    with State.open(old, clock=clock) as state:  # type: ignore[arg-type]
        assert hashlib.blake2b(b"x", key=bytes([0x5A] * 32), digest_size=16).hexdigest() == state.digest("x")
        assert NOON == state.highest_time()
        assert (FURTHEST,) == state.deletions()
        assert (
            ImpossibilityProof(
                target="t-1",
                channel="*",
                verb="recording.stop",
                item="job=j-1",
                firmware="5.1",
                kind="refused",
                detail="ter:ActionNotSupported; it's fixed",
                proven_at=NOON,
                expires=NOON + 4320 * HOUR,
                run="run-1",
            ),
        ) == state.proofs(NOON)
        assert [("cam-2", 3600, NOON + HOUR / 2), ("cam-1", 86_400, NOON + 12 * HOUR)] == [
            (duty.camera, duty.max_gap_seconds, duty.next_due - _moved(schema, duty)) for duty in state.duties()
        ]
        assert {NOON - 48 * HOUR} == {duty.enrolled_at for duty in state.duties()}
        breakers = [state.breaker(name) for name in ("c1", "c2")]
        assert [("t-1", "t-2", "t-3"), ("t-9",)] == [one.refused_by for one in breakers if one]
        assert [NOON, None] == [one.opened_at for one in breakers if one]
        prior = PriorValue(
            run="run-1",
            change="chg-1",
            target="t-1",
            channel="1",
            fact="recording.mode",
            value='"continuous"',
            at=NOON,
        )
        assert (prior,) == state.prior_values("run-1")
        memory = WitnessMemory(
            target="t-1",
            channel="1",
            proves="stream.answers",
            point="rtsp:127.0.0.1:554:/live",
            answered=False,
            at=NOON,
            positive_at=NOON - HOUR,
        )
        assert (memory,) == state.witness_memory()
        standing = Standing(
            camera="cam-1",
            pack=PACK,
            rule="saving-off",
            control="storage.edge.off",
            endpoint="t-1/1",
            verdict="fail",
            qualifier="",
            basis="read-back",
            remediation="none",
            reason="offender: job J1 records – 녹화",
            since=NOON - HOUR,
            checked_at=NOON,
        )
        assert (standing,) == state.standings()
        assert {"cam-9": NOON - 1000 * HOUR} == state.first_uses()


def _moved(schema: str, duty: Duty) -> timedelta:
    # Schema 0001 kept the middle of the gap, those after it keep its end.
    return timedelta(seconds=duty.max_gap_seconds) / 2 if schema == "0001" else timedelta()


@pytest.mark.parametrize("schema", ["0006"], indirect=True)
def test_what_later_schemas_added_is_still_there(old: str, clock: object) -> None:
    with State.open(old, clock=clock) as state:  # type: ignore[arg-type]
        assert {("ex-1", "cam-1")} == state.exceptions_in_force()
        assert 4711 == state.evidence_size("vmsguard.example.org/seoul-hq")
        assert {("h-1", "cam-1"): (NOON - HOUR, None)} == state.holds_in_force()
        held = HeldPurge(
            target="t-1",
            channel="1",
            store="footage",
            cutoff=NOON,
            ended=NOON + 5 * MICROSECOND,
            count=12,
            left=3,
            run="run-2",
        )
        assert (held,) == state.held_purges()
        assert (ScopeEntry(camera="cam-1", pack=PACK, sha256="aa", mode="enforce", attributes="d1"),) == state.scopes()
        asks = '{"saving-off":{"severity":"critical"}}'
        assert {PACK: PackContent(pack=PACK, sha256="aa", asks=asks)} == state.pack_contents()
        trust = TargetTrust(
            target="t-1",
            how=ACCEPTED,
            key="11" * 32,
            since=NOON,
            by="role:it",
            seen_key="11" * 32,
            seen_certificate="22" * 32,
            seen_at=NOON + HOUR,
            login_mode="digest",
            recorded=True,
        )
        assert {"t-1": trust} == state.trusts()


def test_the_state_goes_on_from_there(old: str, clock: object) -> None:
    with State.open(old, clock=clock) as state:  # type: ignore[arg-type]
        newer = replace(FURTHEST, cutoff=NOON + HOUR, ended=NOON + HOUR, run="run-3")
        state.add_deletion(newer)
        assert (newer,) == state.deletions()
        duty = state.duties()[0]
        assert AlarmLevel.NONE is state.duty_watches()[0].alarm
        assert state.tell_alarm(duty, AlarmLevel.WARN, NOON)
        assert AlarmLevel.WARN is state.duty_watches()[0].alarm


def test_the_schema_is_that_of_a_new_state(old: str, request: pytest.FixtureRequest, clock: object) -> None:
    if old.startswith("sqlite"):
        fresh = f"{old}.new"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        fresh = server.url_of(request.getfixturevalue("postgres_template"))
    assert shape(fresh, clock) == shape(old, clock)


def shape(url: str, clock: object) -> dict[str, set[tuple[str, str, bool]]]:
    """The columns of each table, with type and whether they may be empty."""
    State.open(url, clock=clock).close()  # type: ignore[arg-type]
    database = Database(url)
    with database.read() as connection:
        look = inspect(connection)
        found = {
            name: {(one["name"], str(one["type"]), one["nullable"]) for one in look.get_columns(name)}
            for name in metadata.tables
        }
    database.close()
    return found


def test_a_copy_of_the_old_file_is_left_beside_it(tmp_path: Path, clock: object) -> None:
    path = tmp_path / "state.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((DUMPS / "0001.sqlite.sql").read_text(encoding="utf-8"))
    before = _rows(path)

    State.open(f"sqlite:///{path}", clock=clock).close()  # type: ignore[arg-type]

    copy = tmp_path / "state.db.0001"
    assert before == _rows(copy)
    assert 0o600 == stat.S_IMODE(copy.stat().st_mode)
    assert f"INSERT INTO \"alembic_version\" VALUES('{REVISION}');" in _rows(path)


def _rows(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())
