"""The auditors' guide tells every event, category and exit code that the code knows, and none besides."""

from __future__ import annotations

import re
from pathlib import Path

from vmsguard.evidence.events import EVENTS
from vmsguard.evidence.problems import Category

GUIDE = Path(__file__).parents[2] / "docs" / "auditors.md"
ROW = re.compile(r"^\| `?(?!---)([a-z0-9._-]+)`? \| (.+?)(?: \| (.+))? \|$", re.MULTILINE)


def rows_below(heading: str) -> dict[str, str]:
    """First and last cell of each row of the first table whose head begins with ``heading``."""
    text = GUIDE.read_text(encoding="utf-8")
    table = text.partition(f"| {heading} |")[2].partition("\n\n")[0]
    found = [(match[1], match[3] or match[2]) for match in ROW.finditer(table)]
    assert len(found) == len(dict(found)), "a row stands twice"
    return dict(found)


def test_every_event_has_its_sentence_in_the_order_of_the_code() -> None:
    told = rows_below("event")

    assert list(EVENTS) == list(told)
    assert [] == [event for event, sentence in told.items() if len(sentence.split()) < 4]


def test_every_category_is_told() -> None:
    assert [category.value for category in Category] == list(rows_below("category"))


def test_every_exit_code_is_told() -> None:
    assert ["0", "1", "2", "3"] == list(rows_below("exit"))
