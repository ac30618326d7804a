"""The report's items as CSV: every rule and every control, one row each, harmless in a spreadsheet.

RFC 4180: UTF-8, commas, CRLF between rows, every text in quotes. A text that a spreadsheet would take for a
formula gets an apostrophe in front; numbers are ours and stay as they are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

from vmsguard.report.model import Item, Report

__all__ = ["COLUMNS", "as_csv", "inert"]

Cell: TypeAlias = str | int | None

_FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20\u2212\ufe63\ufe62\ufe66\ufe6b"
"""What begins a formula, in narrow, full and small forms; minus signs as some programs read them."""

_INVISIBLE = "\\s\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069\"'`"
"""What may stand before it and is trimmed or not seen."""

_STARTS = re.compile(rf"[\t\r]|[{_INVISIBLE}]*[{_FORMULA}]")
_STARTS_WITHIN = re.compile(rf"([;\t\n|,][{_INVISIBLE}]*)(?=[{_FORMULA}])")
"""After what another locale takes for the end of a cell."""

_LINE_END = re.compile(r"\r\n|\r|[\u2028\u2029\x85\x0b\x0c]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


def _joined(values: Iterable[str]) -> str:
    return "; ".join(values)


COLUMNS: dict[str, Callable[[Item], object]] = {
    "level": lambda item: "control" if item.control else "rule",
    "origin": lambda item: item.origin,
    "site": lambda item: item.site,
    "camera": lambda item: item.camera,
    "pack": lambda item: item.pack,
    "rule": lambda item: item.rule,
    "title": lambda item: item.title,
    "control": lambda item: item.control,
    "endpoint": lambda item: item.endpoint,
    "channel": lambda item: item.channel,
    "clause": lambda item: item.clause,
    "source": lambda item: item.source,
    "force": lambda item: item.force,
    "severity": lambda item: item.severity,
    "verdict": lambda item: item.verdict,
    "qualifier": lambda item: item.qualifier,
    "stale": lambda item: item.stale,
    "last_verdict": lambda item: item.last_verdict,
    "last_qualifier": lambda item: item.last_qualifier,
    "basis": lambda item: item.basis,
    "reason": lambda item: item.reason,
    "reason_told": lambda item: item.reason_told,
    "why": lambda item: item.why,
    "next_step": lambda item: item.next_step,
    "found": lambda item: item.found,
    "required": lambda item: item.required,
    "remediation": lambda item: item.remediation,
    "exception": lambda item: item.exception,
    "exposure_from": lambda item: item.exposure_from,
    "exposure_to": lambda item: item.exposure_to,
    "judged_at": lambda item: item.judged_at,
    "facts": lambda item: _joined(item.facts),
    "run": lambda item: item.run,
    "seq": lambda item: item.seq,
}
"""Column to what of an item it holds; every field of an item has one."""


def as_csv(report: Report) -> str:
    """A header and a row per item, sorted by log, site, camera, pack and rule; a rule comes before its controls."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for item in _rows(report.items):
        writer.writerow([_cell(read(item)) for read in COLUMNS.values()])
    return text.getvalue()


def inert(text: str) -> str:
    """The text as a cell that no spreadsheet executes, in one encoding of line ends and without control characters."""
    plain = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", _LINE_END.sub("\n", text))
    within = _STARTS_WITHIN.sub(r"\1'", plain)
    return f"'{within}" if _STARTS.match(text) or _STARTS.match(plain) else within


def _rows(items: Iterable[Item]) -> Iterator[Item]:
    for item in sorted(items, key=_order):
        yield item
        yield from sorted(item.parts, key=_order)


def _order(item: Item) -> tuple[object, ...]:
    return (
        item.origin,
        item.site,
        item.camera,
        item.pack,
        item.rule,
        item.control,
        item.endpoint,
        item.channel,
        item.seq,
    )


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, StrEnum):
        return value.value
    return inert(str(value))
