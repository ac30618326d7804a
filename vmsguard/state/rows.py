"""Between ledger values and rows: columns and fields have the same names, so nothing is listed twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Connection, Row, Select, Table
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.base import ReadOnlyColumnCollection

__all__ = ["from_row", "insert_new", "insert_rows", "raise_number", "rows_among", "upsert"]

_AT_ONCE = 500
"""Rows in one statement: a fleet's worth of them is never there as a whole, and databases limit parameters."""

S = TypeVar("S", bound=Struct)
Proposed: TypeAlias = ReadOnlyColumnCollection[str, ColumnElement[Any]]


def from_row(kind: type[S], row: Row[Any]) -> S:
    """The value a row stands for; columns that are no field (a row number) are left out."""
    fields = row._mapping
    return kind(**{name: fields[name] for name in kind.__struct_fields__})


def rows_among(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], wanted: Collection[str] | None
) -> Iterator[Row[Any]]:
    """The rows of a query, only those whose column is among ``wanted`` where that is given."""
    if wanted is None:
        yield from connection.execute(query)
        return
    names = iter(sorted(wanted))
    while some := list(islice(names, _AT_ONCE)):
        yield from connection.execute(query.where(column.in_(some)))


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
    rows = map(asdict, values)
    while some := list(islice(rows, _AT_ONCE)):
        connection.execute(_upsert(connection, table, some[0].keys(), keep), some)


def _upsert(
    connection: Connection,
    table: Table,
    named: Collection[str],
    keep: Callable[[Proposed], Mapping[str, ColumnElement[Any]]] | None,
) -> SqliteInsert | PostgresInsert:
    statement = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    updated: dict[str, Any] = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name in named and column.name not in keys
    }
    if keep is not None:
        updated.update(keep(statement.excluded))
    return statement.on_conflict_do_update(index_elements=keys, set_=updated)


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
