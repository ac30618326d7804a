"""Where exceptions are in force; duties are due at the end of their gap, no longer in its middle."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "exceptions_in_force",
        sa.Column("exception", sa.Text, nullable=False),
        sa.Column("camera", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("exception", "camera", name="pk_exceptions_in_force"),
    )
    op.execute("UPDATE duties SET next_due = next_due + CAST(max_gap_seconds AS BIGINT) * 500000")
