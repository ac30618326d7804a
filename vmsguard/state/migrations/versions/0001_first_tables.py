"""The first tables: deletions, proofs, duties, breakers, prior values, witness memory, standings, first uses.

Times are whole microseconds since 1970 in UTC.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _instance()
    _deletion()
    _access()
    _changes()
    _verdicts()


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _time(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=f"pk_{table}")


def _instance() -> None:
    op.create_table("meta", *_text("name", "value"), _key("meta", "name"))


def _deletion() -> None:
    op.create_table(
        "deletions",
        sa.Column("id", sa.Integer, nullable=False),
        *_text("target", "channel", "store"),
        _time("cutoff"),
        _time("started"),
        _time("ended"),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("observed", sa.Boolean, nullable=False),
        *_text("run"),
        _key("deletions", "id"),
        sa.UniqueConstraint("target", "channel", "store", "cutoff", "ended", "run", name="uq_deletions_target"),
    )
    op.create_table(
        "impossibility_proofs",
        *_text("target", "channel", "verb", "item", "firmware", "kind", "detail"),
        _time("proven_at"),
        _time("expires"),
        *_text("run"),
        _key("impossibility_proofs", "target", "channel", "verb", "item", "firmware", "kind"),
    )
    op.create_table(
        "duties",
        *_text("camera", "pack", "rule", "target", "channel"),
        sa.Column("max_gap_seconds", sa.Integer, nullable=False),
        _time("next_due"),
        _time("enrolled_at"),
        _key("duties", "camera", "pack", "rule", "target", "channel"),
    )
    op.create_index("ix_duties_next_due", "duties", ["next_due"])


def _access() -> None:
    op.create_table("breakers", *_text("credential"), _time("opened_at", nullable=True), _key("breakers", "credential"))
    op.create_table(
        "breaker_refusals",
        *_text("credential", "target"),
        _key("breaker_refusals", "credential", "target"),
        sa.ForeignKeyConstraint(
            ["credential"],
            ["breakers.credential"],
            name="fk_breaker_refusals_credential_breakers",
            ondelete="CASCADE",
        ),
    )


def _changes() -> None:
    op.create_table(
        "prior_values",
        sa.Column("id", sa.Integer, nullable=False),
        *_text("run", "change", "target", "channel", "fact", "value"),
        _time("at"),
        _key("prior_values", "id"),
        sa.UniqueConstraint("run", "change", "target", "channel", "fact", name="uq_prior_values_run"),
    )


def _verdicts() -> None:
    op.create_table(
        "witness_memory",
        *_text("target", "channel", "proves", "point"),
        sa.Column("answered", sa.Boolean, nullable=False),
        _time("at"),
        _time("positive_at", nullable=True),
        _key("witness_memory", "target", "channel", "proves", "point"),
    )
    op.create_table(
        "standings",
        *_text("camera", "pack", "rule", "control", "endpoint"),
        *_text("verdict", "qualifier", "basis", "remediation", "reason"),
        _time("since"),
        _time("checked_at"),
        _key("standings", "camera", "pack", "rule", "control", "endpoint"),
    )
    op.create_table("first_uses", *_text("camera"), _time("at"), _key("first_uses", "camera"))
