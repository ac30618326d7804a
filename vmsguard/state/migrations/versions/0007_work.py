"""What the agent stands on: work and leases, what was told of duties, standing orders, notices, what was last seen."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from vmsguard.state.columns import IsoDate, UtcTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    _work()
    _duties()
    _orders()
    _notices()
    _seen()


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcTime, nullable=nullable)


def _key(table: str, *names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names, name=f"pk_{table}")


def _work() -> None:
    op.create_table(
        "work",
        *_text("target", "site"),
        _time("next_due"),
        *_text("owner"),
        _time("leased_at", nullable=True),
        _time("lease_until", nullable=True),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        _time("not_before", nullable=True),
        _time("again", nullable=True),
        _time("last_done", nullable=True),
        _key("work", "target"),
    )
    for name, order, which in (
        ("ix_work_next_due", "next_due", "NULL"),
        ("ix_work_not_before", "not_before", "NOT NULL"),
    ):
        rows = sa.text(f"not_before IS {which}")
        for suffix, first in (("", []), ("_by_site", ["site"])):
            columns = [*first, order, "lease_until", "target"]
            op.create_index(f"{name}{suffix}", "work", columns, sqlite_where=rows, postgresql_where=rows)


def _duties() -> None:
    op.add_column("duties", sa.Column("alarm", sa.Text, nullable=False, server_default="none"))
    op.add_column("duties", _time("alarm_due", nullable=True))
    op.add_column("duties", _time("alarm_at", nullable=True))
    op.add_column("duties", sa.Column("zone", sa.Text, nullable=False, server_default=""))
    op.add_column("duties", sa.Column("last_day", IsoDate))
    for table, name in (("last_targets", "target"), ("last_cameras", "camera")):
        op.create_table(table, *_text(name, "site", "enrolled"), _time("at"), _key(table, name))
    op.create_table(
        "retirements",
        *_text("camera", "kind", "sha256"),
        sa.Column("dated", IsoDate, nullable=False),
        *_text("by"),
        _time("at"),
        _key("retirements", "camera"),
    )


def _orders() -> None:
    op.create_table(
        "pauses",
        *_text("scope", "name", "by"),
        _time("since"),
        _time("until", nullable=True),
        *_text("reason"),
        sa.Column("duties", sa.Boolean, nullable=False, server_default=sa.false()),
        _key("pauses", "scope", "name", "by"),
    )
    op.create_table(
        "reversals",
        *_text("target", "change"),
        _time("at"),
        *_text("system", "value"),
        _key("reversals", "target", "change", "at"),
    )
    op.create_index("ix_reversals_at", "reversals", ["at"])
    op.create_table(
        "approvals",
        *_text("what", "digest", "by"),
        _time("at"),
        _time("expires"),
        _key("approvals", "what", "digest", "by"),
    )


def _notices() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, nullable=False),
        *_text("key", "route", "group", "body"),
        _time("created"),
        _time("sent_at", nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        _time("not_before", nullable=True),
        _key("outbox", "id"),
        sa.UniqueConstraint("key", "route", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_sent_at", "outbox", ["sent_at", "not_before", "id"])


def _seen() -> None:
    op.create_table(
        "last_seen",
        *_text("target"),
        _time("at"),
        *_text("firmware"),
        _time("booted_at", nullable=True),
        *_text("identity", "certificate", "run_state"),
        _key("last_seen", "target"),
    )
    op.create_table(
        "evidence_confirmed",
        *_text("origin"),
        sa.Column("size", sa.BigInteger, nullable=False),
        _key("evidence_confirmed", "origin"),
    )
