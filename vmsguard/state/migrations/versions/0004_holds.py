"""Which holds are in force, and which purges left footage because of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from vmsguard.state.columns import UtcTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "holds_in_force",
        sa.Column("hold", sa.Text, nullable=False),
        sa.Column("camera", sa.Text, nullable=False),
        sa.Column("starts", UtcTime, nullable=False),
        sa.Column("ends", UtcTime),
        sa.PrimaryKeyConstraint("hold", "camera", name="pk_holds_in_force"),
    )
    op.create_table(
        "held_purges",
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("store", sa.Text, nullable=False),
        sa.Column("cutoff", UtcTime, nullable=False),
        sa.Column("ended", UtcTime, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("left", sa.BigInteger, nullable=False),
        sa.Column("run", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("target", "channel", "store", name="pk_held_purges"),
    )
