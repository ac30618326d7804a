"""What each target showed of itself: its certificate, and how it takes a login."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from vmsguard.state.columns import UtcTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "target_trust",
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("since", UtcTime),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("seen_key", sa.Text, nullable=False),
        sa.Column("seen_certificate", sa.Text, nullable=False),
        sa.Column("seen_at", UtcTime),
        sa.Column("login_mode", sa.Text, nullable=False),
        sa.Column("rtsp_open", sa.Boolean),
        sa.Column("recorded", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("target", name="pk_target_trust"),
    )
