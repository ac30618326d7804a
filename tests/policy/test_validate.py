from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.validate import validate

Write = Callable[[str, str], Path]

TODAY = date(2026, 11, 22)

ASSIGNMENT = """\
apiVersion: vmsguard/v1
kind: Assignment
metadata: {id: here}
sites: [here]
packs: [{pack: sample, mode: audit}]
"""


def test_files_of_several_kinds_are_counted(sample: str, write: Write, catalogue: Catalogue, tmp_path: Path) -> None:
    write("sample/pack.yaml", sample)
    write("assignments.yaml", ASSIGNMENT)

    found = validate([tmp_path], catalogue, today=TODAY)

    assert ((), (), {"Assignment": 1, "Pack": 1}) == (found.problems, found.warnings, found.checked)


def test_an_assignment_may_name_a_pack_that_ships(write: Write, catalogue: Catalogue) -> None:
    path = write("a.yaml", ASSIGNMENT.replace("sample", "kr-pipc-thermal-2020"))

    assert () == validate([path], catalogue, today=TODAY).problems


def test_a_pack_past_its_review_is_a_warning_and_valid(sample: str, write: Write, catalogue: Catalogue) -> None:
    path = write("sample/pack.yaml", sample)

    on_the_day = validate([path], catalogue, today=date(2027, 3, 9))
    after = validate([path], catalogue, today=date(2027, 3, 10))

    assert ((), ()) == (on_the_day.warnings, after.problems)
    assert ["sample was to be read again by 2027-03-09"] == [warning.message for warning in after.warnings]


def test_a_pack_in_a_folder_of_another_name_is_a_warning(sample: str, write: Write, catalogue: Catalogue) -> None:
    found = validate([write("other/pack.yaml", sample)], catalogue, today=TODAY)

    assert ["the pack 'sample' lies in the folder 'other'"] == [warning.message for warning in found.warnings]


def test_two_packs_of_one_id_are_a_mistake(sample: str, write: Write, catalogue: Catalogue, tmp_path: Path) -> None:
    write("a/pack.yaml", sample)
    write("b/pack.yaml", sample)

    found = validate([tmp_path], catalogue, today=TODAY)

    assert [str(tmp_path / "b/pack.yaml")] == [problem.file for problem in found.problems]


def test_inventories_are_left_to_others_and_named(write: Write, catalogue: Catalogue) -> None:
    path = write("i.yaml", "apiVersion: vmsguard/v1\nkind: Inventory\ncameras: 5\n")

    found = validate([path], catalogue, today=TODAY)

    assert ((), (path,)) == (found.problems, found.others)


def test_a_path_that_is_not_there_is_a_mistake(catalogue: Catalogue, tmp_path: Path) -> None:
    (problem,) = validate([tmp_path / "none"], catalogue, today=TODAY).problems

    assert "no such file or folder" == problem.message


EXCEPTION = """\
apiVersion: vmsguard/v1
kind: Exception
metadata: {id: ex-1}
lifts: {pack: kr-pipc-thermal-2020, rule: saving-off, type: storage-inevitable}
cameras: [cam-1]
author: role:site-manager
approver: role:privacy-officer
starts: "2020-01-01T00:00:00+09:00"
expires: "2020-03-01T00:00:00+09:00"
legal_basis: {kind: consent, citation: Act 15}
reason: The model stores to show the reading at all
retention: P1D
consent_record: register-7
"""


def test_an_exception_that_can_never_stand_is_a_warning_with_every_reason(write: Write, catalogue: Catalogue) -> None:
    flawed = EXCEPTION.replace("privacy-officer", "site-manager").replace("retention: P1D\n", "")
    path = write("e.yaml", flawed.replace("2020-03-01", "2021-03-01"))

    found = validate([path], catalogue, today=TODAY)

    assert () == found.problems
    assert [
        "ex-1 needs an approver who is not its author",
        "ex-1 does not state retention",
        "ex-1 runs 425 days, over the longest",
    ] == [warning.message for warning in found.warnings]
    assert {path.name} == {Path(str(warning.file)).name for warning in found.warnings}


def test_an_exception_that_stood_once_is_no_warning(write: Write, catalogue: Catalogue) -> None:
    found = validate([write("e.yaml", EXCEPTION)], catalogue, today=TODAY)
    assert ((), ()) == (found.problems, found.warnings)
