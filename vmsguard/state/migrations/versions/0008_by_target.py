"""What a task reads is found by its target and its cameras, and what is to be told of duties by their gap."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index("ix_duties_target", "duties", ["target"])
    op.create_index("ix_duties_max_gap_seconds", "duties", ["max_gap_seconds", "next_due"])
    op.create_index("ix_prior_values_target", "prior_values", ["target", "change"])
    op.create_index("ix_exceptions_in_force_camera", "exceptions_in_force", ["camera"])
    op.create_index("ix_holds_in_force_camera", "holds_in_force", ["camera"])
    op.create_index(
        "ix_target_trust_unrecorded",
        "target_trust",
        ["target"],
        sqlite_where=sa.text("recorded = 0"),
        postgresql_where=sa.text("NOT recorded"),
    )
