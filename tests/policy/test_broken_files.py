"""Every broken file is rejected with all its mistakes, each at its place and with what to do next.

A case is a folder under ``data/broken``: the file, and ``expected.txt`` with a line
``line:column | message | hint`` for each mistake, in the order in which they are reported.
"""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from vmsguard.errors import PolicyError
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.validate import validate

BROKEN = Path(__file__).parent / "data" / "broken"
CASES = sorted(path.name for path in BROKEN.iterdir())


@pytest.mark.parametrize("case", CASES)
def test_mistakes_are_reported_at_their_place(case: str, catalogue: Catalogue) -> None:
    (file,) = (BROKEN / case).glob("*.yaml")
    expected = (BROKEN / case / "expected.txt").read_text(encoding="utf-8").splitlines()

    started = time.process_time()
    found = validate([file], catalogue, today=date(2026, 11, 22)).problems
    took = time.process_time() - started

    assert expected == [f"{problem.line}:{problem.column} | {problem.message} | {problem.hint}" for problem in found]
    assert [str(file)] * len(found) == [problem.file for problem in found]
    assert all(isinstance(problem, PolicyError) for problem in found)
    assert took < 1.0


def test_the_corpus_is_there() -> None:
    assert len(CASES) >= 100


def test_no_case_goes_without_a_mistake_or_a_hint() -> None:
    for case in CASES:
        for line in (BROKEN / case / "expected.txt").read_text(encoding="utf-8").splitlines() or [""]:
            place, message, hint = line.split(" | ", 2)
            assert place, case
            assert message, case
            assert hint, case


def test_a_file_that_is_too_large_is_not_read(catalogue: Catalogue, tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"# " + b"x" * 1024 * 1024)

    (problem,) = validate([large], catalogue, today=date(2026, 11, 22)).problems

    assert "larger than 1048576 bytes" == problem.message
    assert problem.hint
