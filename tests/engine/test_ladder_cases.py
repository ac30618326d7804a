"""The ladder, case by case, on packs as they ship; the cases are files in the language of ``tests.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vmsguard.engine.policy_tests import run_cases
from vmsguard.model.policy_tests import PolicyCase
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_pack
from vmsguard.policy.load_policy_tests import load_policy_tests

CATALOGUE = Catalogue.core()
FILES = sorted((Path(__file__).parent / "data" / "ladder").glob("*.yaml"))


def cases() -> list[Any]:
    found = []
    for file in FILES:
        pack = load_pack(builtin_folder() / file.stem / "pack.yaml", CATALOGUE)
        tests = load_policy_tests(file, pack, CATALOGUE)
        for outcome in run_cases(tests, pack, CATALOGUE.controls, CATALOGUE.facts):
            found.append(pytest.param(outcome.case, outcome.differs, id=f"{file.stem}: {outcome.case.name}"))
    return found


@pytest.mark.parametrize(("case", "differs"), cases())
def test_the_pack_says_what_is_meant(case: PolicyCase, differs: tuple[str, ...]) -> None:
    assert case.expect
    assert () == differs


def test_the_eleven_cases_are_all_there() -> None:
    numbers = [
        int(case.id.partition(": ")[2].split()[0]) for case in cases() if case.id.partition(": ")[2][0].isdigit()
    ]
    assert list(range(1, 12)) == numbers
