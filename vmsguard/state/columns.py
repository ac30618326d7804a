"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, Dialect, Text, case, literal
from sqlalchemy.types import TypeDecorator

__all__ = ["IsoDate", "UtcTime", "earlier", "moment"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An aware moment, kept as whole microseconds since 1970 in UTC: SQLite would drop the time zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * MICROSECOND


class IsoDate(TypeDecorator[date]):
    """A calendar day, kept as ``YYYY-MM-DD``: the same text, in the same order, on both."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


def moment(value: datetime) -> ColumnElement[datetime]:
    """A moment as an expression; in a branch of a CASE a bare one would be bound as text."""
    return literal(value, UtcTime)


def earlier(old: ColumnElement[datetime], new: ColumnElement[datetime]) -> ColumnElement[datetime]:
    """The earlier of two moments, the new one where there is no old one.

    SQLite's ``min`` and PostgreSQL's ``least`` disagree about null.
    """
    return case((old < new, old), else_=new)
