"""Which pack concerned which camera, and what each pack asked, when they were applied last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "scopes",
        sa.Column("camera", sa.Text, nullable=False),
        sa.Column("pack", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("attributes", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("camera", "pack", name="pk_scopes"),
    )
    op.create_table(
        "pack_contents",
        sa.Column("pack", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("asks", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("pack", name="pk_pack_contents"),
    )
