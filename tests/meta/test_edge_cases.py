"""The numbered edge cases of policies: each has a test that carries its number, or a reason why it has none yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

CASES: Mapping[int, str] = {
    1: "once a day is not every 24 hours where clocks shift",
    2: "a deletion on every calendar day, and no gap longer than allowed",
    3: "a purge that starts in time and ends late is late",
    4: "footage is dated by the device's clock, which may be wrong",
    5: "our own clock set back revives nothing that has expired",
    6: "a month and thirty days differ",
    7: "clauses of the past and of the future",
    8: "intervals are half-open, and times have an offset",
    9: "a device that is offline when its deletion is due",
    10: "a device that is gone for good",
    11: "one place answers and the other does not",
    12: "copies: failover recorders, exports, backups, clouds",
    13: "a deletion while an export is running",
    14: "a deletion that only forgets where the data lie",
    15: "firmware updates, resets and restores bring things back",
    16: "a write that is accepted and has no effect, or is changed back",
    17: "some controls done and some not; the order of changes",
    18: "two writers, each undoing the other's changes",
    19: "a capability that is falsely reported",
    20: "what cannot be switched off has to be proven again",
    21: "what only a manual says",
    22: "an attribute that nobody has set",
    23: "a camera with two sensors",
    24: "a mirrored stream is one more copy",
    25: "whether a place is public is attested, never guessed",
    26: "cameras that move",
    27: "a selector or a tag that takes a camera out of scope",
    28: "overlap and conflict of several packs",
    29: "a hold against a duty to delete",
    30: "a person's request during a hold",
    31: "exceptions that are not valid, and those that expire",
    32: "an exception for one pack leaves another untouched",
    33: "consent that is withdrawn",
    34: "cameras that protect lives",
    35: "closing a port must not lock us out",
    36: "a recommendation is never told as law",
    37: "a pack that is due for review",
}

NOT_YET: Mapping[int, str] = {}
"""Number: why no test carries it. An entry that is no longer needed fails too."""

STILL_TO_COME: Mapping[int, str] = {}
"""Number: what of it no test shows yet, because what would do it is not there."""

NUMBERED = re.compile(r"def test_edge_case_(\d+)_")


@pytest.fixture
def numbered(root: Path) -> set[int]:
    """The numbers that tests carry, wherever they stand."""
    folders = [root / "tests", *(root / "plugins").glob("*/tests")]
    files = [file for folder in folders for file in folder.rglob("test_*.py")]
    return {int(number) for file in files for number in NUMBERED.findall(file.read_text(encoding="utf-8"))}


def test_every_edge_case_has_a_test_or_a_reason_why_not(numbered: set[int]) -> None:
    assert sorted(CASES) == sorted(numbered | NOT_YET.keys())


def test_what_is_still_to_come_is_part_of_something_tested(numbered: set[int]) -> None:
    assert STILL_TO_COME.keys() <= numbered


def test_no_reason_outlives_its_need(numbered: set[int]) -> None:
    assert set() == numbered & NOT_YET.keys()
