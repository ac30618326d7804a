"""Between ledger values and rows: columns and fields have the same names, so nothing is listed twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Connection, Row, Table
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.base import ReadOnlyColumnCollection

__all__ = ["from_row", "insert_new", "insert_rows", "raise_number", "upsert"]

S = TypeVar("S", bound=Struct)
Proposed: TypeAlias = ReadOnlyColumnCollection[str, ColumnElement[Any]]


def from_row(kind: type[S], row: Row[Any]) -> S:
    """The value a row stands for; columns that are no field (a row number) are left out."""
    fields = row._mapping
    return kind(**{name: fields[name] for name in kind.__struct_fields__})


def insert_new(connection: Connection, table: Table, values: Iterable[Struct]) -> None:
    """Insert values; what is already there stays as it is."""
    insert_rows(connection, table, [asdict(value) for value in values])


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows by column name; what is already there stays as it is."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def upsert(
    connection: Connection,
    table: Table,
    values: Iterable[Struct],
    keep: Callable[[Proposed], Mapping[str, ColumnElement[Any]]] | None = None,
) -> None:
    """Insert or replace by primary key; columns that the values do not carry stay as they are.

    ``keep`` gets the proposed row and gives expressions for columns whose old value (``table.c``) may win.
    """
    rows = [asdict(value) for value in values]
    if not rows:
        return
    statement = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    updated: dict[str, Any] = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name in rows[0] and column.name not in keys
    }
    if keep is not None:
        updated.update(keep(statement.excluded))
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=updated), rows)


def raise_number(connection: Connection, table: Table, key: Mapping[str, Any], name: str, number: int) -> None:
    """Keep the number, unless a greater one stands there: two that write at once keep the greater."""
    column = table.c[name]
    statement = _insert(connection, table).values({**key, name: number})
    updated = statement.on_conflict_do_update(index_elements=list(key), set_={name: number}, where=column < number)
    connection.execute(updated)


def _insert(connection: Connection, table: Table) -> SqliteInsert | PostgresInsert:
    # Both dialects spell it the same way; SQLAlchemy has no common class for it.
    if connection.dialect.name == "postgresql":
        return postgres_insert(table)
    return sqlite_insert(table)
