"""Candidates as a spreadsheet exports them: one row per camera, under a header of known names."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from vmsguard.errors import ConfigError, Problems
from vmsguard.fleet.candidates_file import ImportEntry
from vmsguard.policy.attributes import read_attribute
from vmsguard.policy.syntax.reading import Reader
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.suggest import did_you_mean

__all__ = ["COLUMNS", "read_csv"]

COLUMNS = ("address", "id", "site", "groups", "attributes")
"""``groups`` and ``attributes`` hold several, parted by semicolons; attributes as ``name=value``."""

_MOST_BYTES = 16 * 1024 * 1024


def read_csv(path: Path) -> tuple[ImportEntry, ...]:
    """The rows of a CSV file in UTF-8; raises ``Problems`` with every mistake in it."""
    reader = Reader(path, ConfigError)
    rows = _rows(path)
    header = rows[0][1] if rows else []
    top = Node(None, 1, 1)
    for name in header:
        if name not in COLUMNS:
            reader.fault(top, f"unknown column {name!r}", did_you_mean(name, COLUMNS))
    if "address" not in header or len(set(header)) != len(header):
        reader.fault(top, "the first line names the columns, address among them", f"columns: {', '.join(COLUMNS)}")
    reader.finish()
    entries = tuple(_entry(reader, line, header, row) for line, row in rows[1:] if any(row))
    reader.finish()
    return entries


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        told = f"cannot be read: {error.strerror}"
        raise Problems([ConfigError(told, file=path, hint="check the path and the permissions")]) from error
    if len(data) > _MOST_BYTES:
        raise Problems([ConfigError(f"larger than {_MOST_BYTES} bytes", file=path, hint="split it")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Problems([ConfigError("not UTF-8", file=path, line=line, hint="export it as UTF-8")]) from error
    if ";" in text.partition("\n")[0] and "," not in text.partition("\n")[0]:
        hint = "export it with commas between the columns"
        raise Problems([ConfigError("its columns are parted by semicolons", file=path, line=1, hint=hint)])
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    begin = 1
    try:
        for row in lines:
            rows.append((begin, [cell.strip() for cell in row]))
            begin = lines.line_num + 1
    except csv.Error as error:
        raise Problems([ConfigError("not CSV", file=path, line=begin, hint="check the quotes")]) from error
    return rows


def _entry(reader: Reader, line: int, header: list[str], row: list[str]) -> ImportEntry:
    place = Node(None, line, 1)
    if len(row) > len(header):
        reader.fault(place, f"{len(row)} cells under {len(header)} columns", "quote a cell that holds a comma")
    cells = dict(zip(header, row, strict=False))
    for name, cell in cells.items():
        if not cell.isprintable():
            reader.fault(place, f"{name}: characters that cannot be seen", "write it anew")
            cells[name] = ""
    if not cells.get("address"):
        reader.fault(place, "a row without an address", "write a host, HOST:PORT, or an http or https address")
    is_url = "://" in cells.get("address", "")
    return ImportEntry(
        place=f"{reader.file}:{line}",
        line=line,
        address="" if is_url else cells.get("address", ""),
        url=cells["address"] if is_url else "",
        id=_identifier(reader, place, cells, "id"),
        site=_identifier(reader, place, cells, "site"),
        groups=tuple(reader.identifier(_text(place, name), "groups") for name in _several(cells, "groups")),
        attributes=dict(_attribute(reader, place, told) for told in _several(cells, "attributes")),
    )


def _identifier(reader: Reader, place: Node, cells: dict[str, str], name: str) -> str:
    cell = cells.get(name, "")
    return reader.identifier(_text(place, cell), name) if cell else ""


def _several(cells: dict[str, str], name: str) -> list[str]:
    return [part.strip() for part in cells.get(name, "").split(";") if part.strip()]


def _attribute(reader: Reader, place: Node, told: str) -> tuple[str, bool | int | str]:
    name, equals, value = (part.strip() for part in told.partition("="))
    if not equals or not value:
        reader.fault(place, f"attributes: {told!r} is no attribute", "write name=value; name=value")
        return name, ""
    meant: bool | str = value == "true" if value in ("true", "false") else value
    return name, read_attribute(reader, name, Node(meant, place.line, 1, key_line=place.line, key_column=1))


def _text(place: Node, value: str) -> Node:
    """A cell is text whatever it looks like: a spreadsheet has no quotes to tell."""
    return Node(value, place.line, place.column)
