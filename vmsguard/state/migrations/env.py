"""Alembic's entry: runs migrations on the connection, and in the transaction, that the caller holds."""

from __future__ import annotations

from alembic import context

from vmsguard.state.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot ALTER most things in place
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
