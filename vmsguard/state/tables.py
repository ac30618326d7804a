"""The tables of the state store; columns carry the names of the fields in ``vmsguard.model.ledger``.

``migrations/versions`` builds them; a test compares both, so a change here without a migration fails.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from vmsguard.state.columns import IsoDate, UtcTime

__all__ = [
    "REVISION",
    "approvals",
    "breaker_refusals",
    "breakers",
    "deletions",
    "duties",
    "evidence_confirmed",
    "evidence_sizes",
    "exceptions_in_force",
    "first_uses",
    "held_purges",
    "holds_in_force",
    "impossibility_proofs",
    "last_cameras",
    "last_seen",
    "last_targets",
    "meta",
    "metadata",
    "outbox",
    "pack_contents",
    "pauses",
    "prior_values",
    "retirements",
    "reversals",
    "scopes",
    "standings",
    "target_trust",
    "witness_memory",
    "work",
]

REVISION = "0008"
"""The newest migration. A store that is already there is opened without loading alembic."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


def _indexes(name: str, order: str, *, waiting: bool) -> list[Index]:
    """An index over all sites and one by site, of the rows that wait or of those that do not."""
    rows = text(f"not_before IS {'NOT ' if waiting else ''}NULL")
    rest = (order, "lease_until", "target")
    return [
        Index(name, *rest, sqlite_where=rows, postgresql_where=rows),
        Index(f"{name}_by_site", "site", *rest, sqlite_where=rows, postgresql_where=rows),
    ]


def _time(name: str) -> Column[datetime]:
    return Column(name, UtcTime, nullable=False)


def _size(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


meta = Table("meta", metadata, _text("name", key=True), _text("value"))

deletions = Table(
    "deletions",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("target"),
    _text("channel"),
    _text("store"),
    Column("cutoff", UtcTime, nullable=False),
    Column("started", UtcTime, nullable=False),
    Column("ended", UtcTime, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("observed", Boolean, nullable=False),
    _text("run"),
    UniqueConstraint("target", "channel", "store", "cutoff", "ended", "run"),
)

impossibility_proofs = Table(
    "impossibility_proofs",
    metadata,
    _text("target", key=True),
    _text("channel", key=True),
    _text("verb", key=True),
    _text("item", key=True),
    _text("firmware", key=True),
    _text("kind", key=True),
    _text("detail"),
    Column("proven_at", UtcTime, nullable=False),
    Column("expires", UtcTime, nullable=False),
    _text("run"),
)

duties = Table(
    "duties",
    metadata,
    _text("camera", key=True),
    _text("pack", key=True),
    _text("rule", key=True),
    _text("target", key=True),
    _text("channel", key=True),
    Column("max_gap_seconds", Integer, nullable=False),
    Column("next_due", UtcTime, nullable=False, index=True),
    Column("enrolled_at", UtcTime, nullable=False),
    Column("alarm", Text, nullable=False, server_default="none"),
    Column("alarm_due", UtcTime),
    Column("alarm_at", UtcTime),
    Column("zone", Text, nullable=False, server_default=""),
    Column("last_day", IsoDate),
    Index("ix_duties_target", "target"),
    # Which duties reached a share of their gap is a range of each of the few gaps that policies allow.
    Index("ix_duties_max_gap_seconds", "max_gap_seconds", "next_due"),
)

breakers = Table("breakers", metadata, _text("credential", key=True), Column("opened_at", UtcTime))

breaker_refusals = Table(
    "breaker_refusals",
    metadata,
    Column("credential", Text, ForeignKey("breakers.credential", ondelete="CASCADE"), primary_key=True),
    _text("target", key=True),
)

prior_values = Table(
    "prior_values",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("run"),
    _text("change"),
    _text("target"),
    _text("channel"),
    _text("fact"),
    _text("value"),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("run", "change", "target", "channel", "fact"),
    Index("ix_prior_values_target", "target", "change"),
)

witness_memory = Table(
    "witness_memory",
    metadata,
    _text("target", key=True),
    _text("channel", key=True),
    _text("proves", key=True),
    _text("point", key=True),
    Column("answered", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("positive_at", UtcTime),
)

standings = Table(
    "standings",
    metadata,
    _text("camera", key=True),
    _text("pack", key=True),
    _text("rule", key=True),
    _text("control", key=True),
    _text("endpoint", key=True),
    _text("verdict"),
    _text("qualifier"),
    _text("basis"),
    _text("remediation"),
    _text("reason"),
    Column("since", UtcTime, nullable=False),
    Column("checked_at", UtcTime, nullable=False),
)

first_uses = Table("first_uses", metadata, _text("camera", key=True), Column("at", UtcTime, nullable=False))

exceptions_in_force = Table(
    "exceptions_in_force",
    metadata,
    _text("exception", key=True),
    _text("camera", key=True),
    Index("ix_exceptions_in_force_camera", "camera"),
)
"""Where each exception was granted when its camera was judged last: the run that finds one expired says so once."""

holds_in_force = Table(
    "holds_in_force",
    metadata,
    _text("hold", key=True),
    _text("camera", key=True),
    Column("starts", UtcTime, nullable=False),
    Column("ends", UtcTime),
    Index("ix_holds_in_force_camera", "camera"),
)
"""Where each hold was in force when its camera was judged last: the run that finds one ended or gone says so once."""

held_purges = Table(
    "held_purges",
    metadata,
    _text("target", key=True),
    _text("channel", key=True),
    _text("store", key=True),
    Column("cutoff", UtcTime, nullable=False),
    Column("ended", UtcTime, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("left", BigInteger, nullable=False),
    _text("run"),
)
"""The newest purge of each place that left held footage."""

scopes = Table(
    "scopes",
    metadata,
    _text("camera", key=True),
    _text("pack", key=True),
    _text("sha256"),
    _text("mode"),
    _text("attributes"),
)
"""Which pack concerned which camera when it was judged last; with an empty pack, that the camera was enrolled."""

pack_contents = Table("pack_contents", metadata, _text("pack", key=True), _text("sha256"), _text("asks"))
"""What each pack asked when it was applied last, as JSON: the run that finds less says so once."""

evidence_sizes = Table(
    "evidence_sizes", metadata, _text("origin", key=True), Column("size", BigInteger, nullable=False)
)
"""How many records of each log were under a signed head: a log that is shorter was put back, or its disk is gone."""

target_trust = Table(
    "target_trust",
    metadata,
    _text("target", key=True),
    _text("how"),
    _text("key"),
    Column("since", UtcTime),
    _text("by"),
    _text("seen_key"),
    _text("seen_certificate"),
    Column("seen_at", UtcTime),
    _text("login_mode"),
    Column("rtsp_open", Boolean),
    Column("recorded", Boolean, nullable=False),
    Index(
        "ix_target_trust_unrecorded",
        "target",
        sqlite_where=text("recorded = 0"),
        postgresql_where=text("NOT recorded"),
    ),
)
"""What each target showed of itself: whose certificate changes is not spoken to."""

work = Table(
    "work",
    metadata,
    _text("target", key=True),
    _text("site"),
    Column("next_due", UtcTime, nullable=False),
    _text("owner"),
    Column("leased_at", UtcTime),
    Column("lease_until", UtcTime),
    Column("token", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("not_before", UtcTime),
    Column("again", UtcTime),
    Column("last_done", UtcTime),
    # What waits after a failure is in indexes of its own, and so is never passed over one by one: with the link of a
    # site down, that is all of its targets, and they are more overdue than what can be done.
    *_indexes("ix_work_next_due", "next_due", waiting=False),
    *_indexes("ix_work_not_before", "not_before", waiting=True),
)
"""When each target is to be looked at next, and who does so under which lease."""

last_targets = Table("last_targets", metadata, _text("target", key=True), _text("site"), _text("enrolled"), _time("at"))
"""Each target as it was enrolled last: a duty outlives its line in the inventory."""

last_cameras = Table("last_cameras", metadata, _text("camera", key=True), _text("site"), _text("enrolled"), _time("at"))

retirements = Table(
    "retirements",
    metadata,
    _text("camera", key=True),
    _text("kind"),
    _text("sha256"),
    Column("dated", IsoDate, nullable=False),
    _text("by"),
    _time("at"),
)

pauses = Table(
    "pauses",
    metadata,
    _text("scope", key=True),
    _text("name", key=True),
    _text("by", key=True),
    _time("since"),
    Column("until", UtcTime),
    _text("reason"),
    Column("duties", Boolean, nullable=False, server_default=false()),
)

reversals = Table(
    "reversals",
    metadata,
    _text("target", key=True),
    _text("change", key=True),
    Column("at", UtcTime, primary_key=True, nullable=False),
    _text("system"),
    _text("value"),
    Index("ix_reversals_at", "at"),
)

approvals = Table(
    "approvals",
    metadata,
    _text("what", key=True),
    _text("digest", key=True),
    _text("by", key=True),
    _time("at"),
    _time("expires"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("key"),
    _text("route"),
    _text("group"),
    _text("body"),
    _time("created"),
    Column("sent_at", UtcTime),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("not_before", UtcTime),
    UniqueConstraint("key", "route"),
    Index("ix_outbox_sent_at", "sent_at", "not_before", "id"),
)

last_seen = Table(
    "last_seen",
    metadata,
    _text("target", key=True),
    _time("at"),
    _text("firmware"),
    Column("booted_at", UtcTime),
    _text("identity"),
    _text("certificate"),
    _text("run_state"),
)

evidence_confirmed = Table("evidence_confirmed", metadata, _text("origin", key=True), _size("size"))
"""How many records of each log its hub has confirmed; a log without a row has no hub."""
