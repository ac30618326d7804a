from __future__ import annotations

import re
from pathlib import Path

import pytest

from vmsguard.evidence.problems import CATEGORIES, Category, Level, Problem, VerifyReport, summed_up
from vmsguard.evidence.verifying.report import report_json

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "vmsguard" / "evidence"


def report(*problems: Problem, trusted: bool = True) -> VerifyReport:
    return VerifyReport(
        origin="o",
        size=1,
        root="",
        signed_size=1,
        witnessed_size=0,
        witnesses=(),
        trusted=trusted,
        problems=summed_up(problems),
    )


def test_every_kind_that_is_reported_has_a_category_and_every_one_that_has_is_reported() -> None:
    sources = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py") if path.name != "problems.py")
    named = set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', sources))
    reported = set(re.findall(r'(?:Level\.[A-Z]+, |incomplete\(|undecided\(|_add\(run, )"([a-z-]+)"', sources))
    assert CATEGORIES.keys() >= reported
    assert named >= CATEGORIES.keys()


def test_every_kind_stands_in_the_documentation_under_its_category() -> None:
    text = (ROOT / "docs" / "evidence-format.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ?([a-z-]*) ?\| (`[^|]+) \|", text[text.index("| category | kind |") :], re.MULTILINE)
    told, category = {}, ""
    for name, kinds in rows:
        category = name or category
        told |= dict.fromkeys(re.findall(r"`([a-z-]+)`", kinds), category)
    assert {kind: category.value for kind, category in CATEGORIES.items()} == told


def test_every_category_has_a_kind() -> None:
    assert set(Category) == set(CATEGORIES.values())


@pytest.mark.parametrize(
    ("levels", "exit_code", "untrusted"),
    [
        ((), 0, 3),
        ((Level.NOTICE,), 0, 3),
        ((Level.UNDECIDED,), 3, 3),
        ((Level.INCOMPLETE, Level.UNDECIDED), 2, 3),
        ((Level.TAMPERED, Level.INCOMPLETE, Level.UNDECIDED), 1, 1),
    ],
)
def test_tampering_outranks_incomplete_outranks_undecided(
    levels: tuple[Level, ...], exit_code: int, untrusted: int
) -> None:
    problems = [Problem(level, "root", "m") for level in levels]
    assert (exit_code, untrusted) == (report(*problems).exit_code, report(*problems, trusted=False).exit_code)


def test_a_fork_is_told_first_and_then_by_level_and_record() -> None:
    given = [
        Problem(Level.NOTICE, "erased", "m", 1),
        Problem(Level.TAMPERED, "shorter", "m"),
        Problem(Level.TAMPERED, "damaged", "m", 9),
        Problem(Level.TAMPERED, "chain", "m", 2),
        Problem(Level.TAMPERED, "fork", "m"),
    ]
    assert ["fork", "chain", "damaged", "shorter", "erased"] == [one.kind for one in summed_up(given)]


def test_the_json_tells_the_answer_and_each_category() -> None:
    told = report_json(report(Problem(Level.TAMPERED, "shorter", "m", file="checkpoint")))
    assert ("tampered", 1) == (told["verdict"], told["exit"])
    expected = {
        "level": "tampered",
        "category": "gap",
        "kind": "shorter",
        "message": "m",
        "seq": None,
        "file": "checkpoint",
    }
    assert [expected] == told["problems"]
