"""Bringing a store to the schema this program knows, without an ini file; newer ones are refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from vmsguard.errors import StateError
from vmsguard.state.backup import copy_sqlite
from vmsguard.state.database import Database
from vmsguard.state.tables import REVISION

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["MIGRATIONS", "bring_up_to_date", "configuration", "stored_revision"]

_MIGRATING = 0x766D_7367_7561_7264
"""Our number for PostgreSQL's advisory locks ("vmsguard"): one process at a time migrates there too."""
MIGRATIONS = Path(__file__).parent / "migrations"


def bring_up_to_date(database: Database, *, keep_copy: bool = True) -> None:
    """Migrate unless the store is already at ``REVISION``; raises ``StateError`` for an unknown revision.

    A copy of an older SQLite state is left beside it, named after its schema, unless told otherwise.
    """
    with database.read() as connection:
        if stored_revision(connection) == REVISION:
            return
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:ours)"), {"ours": _MIGRATING})
        # Another process may have migrated while we waited for the write lock.
        found = stored_revision(connection)
        if found != REVISION:
            _upgrade(connection, found, database, keep_copy=keep_copy)


def stored_revision(connection: Connection) -> str | None:
    """The revision of the store; None for one that was never migrated."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def configuration(connection: Connection) -> Config:
    """What alembic needs to run our migrations on this connection, inside its transaction."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, found: str | None, database: Database, *, keep_copy: bool) -> None:
    # Loading alembic costs as much as a small check, and nearly every start finds the schema up to date.
    from alembic import command
    from alembic.script import ScriptDirectory

    config = configuration(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StateError(
            f"{database.where}: the state has schema {found}, this program knows {REVISION}",
            hint="a newer vmsguard wrote it: upgrade this one, or set another state: URL",
        )
    if keep_copy and found is not None and database.file is not None:
        copy_sqlite(database.file, database.file.with_name(f"{database.file.name}.{found}"), replace=True)
    command.upgrade(config, REVISION)
