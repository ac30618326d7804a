"""A table where it fits, and the same one below the other where it would cut every word in pieces."""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

__all__ = ["show_table"]

_WIDE = 110
"""Columns from which on a table may fold its longest cells."""


def show_table(console: Console, table: Table) -> None:
    """Print the table; on a terminal that is too narrow for it each row as a heading with what else is known."""
    if console.width >= _WIDE or Measurement.get(console, console.options, table).maximum < console.width:
        console.print(table)
        return
    first, *others = table.columns
    heads = [_text(column.header).plain.replace("\n", " ") for column in others]
    for name, *cells in zip(first.cells, *(column.cells for column in others), strict=True):
        console.print(Text(_text(name).plain, style="bold"))
        for head, cell in zip(heads, map(_text, cells), strict=True):
            lines = [line.strip() for line in cell.plain.splitlines() if line.strip()]
            if lines:
                console.print(Padding(Text(f"{head}: {', '.join(lines)}", style=cell.style), (0, 0, 0, 2)))


def _text(cell: RenderableType) -> Text:
    return cell if isinstance(cell, Text) else Text.from_markup(str(cell))
