"""A store is brought to the schema this program knows, or refused with what to do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from vmsguard.errors import StateError
from vmsguard.model.clock import SystemClock
from vmsguard.state import State
from vmsguard.state.database import Database
from vmsguard.state.migrate import bring_up_to_date, configuration, stored_revision
from vmsguard.state.tables import REVISION, metadata


@pytest.fixture
def database(any_url: str) -> Iterator[Database]:
    database = Database(any_url)
    bring_up_to_date(database)
    yield database
    database.close()


def test_an_empty_store_is_migrated_to_the_newest_revision(database: Database) -> None:
    with database.read() as connection:
        assert stored_revision(connection) == REVISION


def test_the_newest_migration_is_the_one_the_tables_name(database: Database) -> None:
    with database.read() as connection:
        assert ScriptDirectory.from_config(configuration(connection)).get_current_head() == REVISION


def test_migrations_build_exactly_the_tables_that_are_declared(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert [] == compare_metadata(context, metadata)


def test_every_primary_key_is_the_declared_one(database: Database) -> None:
    # compare_metadata does not look at primary keys, and upserts stand on them.
    from sqlalchemy import inspect

    with database.read() as connection:
        built = {name: inspect(connection).get_pk_constraint(name) for name in metadata.tables}

    for name, table in metadata.tables.items():
        assert [column.name for column in table.primary_key] == built[name]["constrained_columns"]


def test_a_newer_schema_is_refused_with_what_to_do(database: Database, any_url: str) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StateError, match="schema 9999, this program knows") as raised:
        State.open(any_url, clock=SystemClock())

    assert "upgrade" in raised.value.hint


def test_an_up_to_date_store_opens_without_loading_alembic(database: Database, any_url: str) -> None:
    database.close()
    program = (
        "import sys; from vmsguard.state import State; from vmsguard.model.clock import SystemClock\n"
        f"State.open({any_url!r}, clock=SystemClock()).close(); print('alembic' in sys.modules)"
    )

    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert "False" == printed.strip()


def test_a_duty_in_the_middle_of_its_gap_becomes_due_at_its_end(any_url: str) -> None:
    from alembic import command

    database, noon, day = Database(any_url), 1_795_348_800_000_000, 86_400
    with database.write() as connection:
        command.upgrade(configuration(connection), "0001")
        values = f"('cam-1', 'p', 'r', 't-1', '1', {day}, {noon}, {noon})"
        connection.execute(text(f"INSERT INTO duties VALUES {values}"))
    bring_up_to_date(database)

    with database.read() as connection:
        due = connection.execute(text("SELECT next_due FROM duties")).scalar_one()
    database.close()
    assert noon + day * 1_000_000 // 2 == due


def test_two_processes_that_open_an_empty_store_at_once_agree_on_it(any_url: str) -> None:
    program = (
        "from vmsguard.state import State; from vmsguard.model.clock import SystemClock\n"
        f"print(State.open({any_url!r}, clock=SystemClock()).digest('x'))"
    )
    openers = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    digests = {opener.communicate(timeout=60)[0].strip() for opener in openers}

    assert [0, 0] == [opener.returncode for opener in openers]
    assert 1 == len(digests)
