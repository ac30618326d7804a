from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from vmsguard.errors import Problems
from vmsguard.model.pack import AssignedPack, Pack
from vmsguard.model.vocabulary import Mode
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_packs
from vmsguard.policy.load_site_files import load_assignments, load_documents, load_exceptions

Write = Callable[[str, str], Path]

ASSIGNMENT = """\
apiVersion: vmsguard/v1
kind: Assignment
metadata: {id: seoul}
sites: [seoul-hq, seoul-annex]
packs:
  - {pack: kr-pipc-thermal-2020, mode: enforce, version: "1.0.0"}
  - {pack: kr-nhrck-frt-moratorium-2023, profile: wide, mode: propose}
"""

EXCEPTION = """\
apiVersion: vmsguard/v1
kind: Exception
metadata: {id: ex-1}
lifts: {pack: kr-nhrck-frt-moratorium-2023, rule: no-remote-identification, type: public-interest}
cameras: [cam-112, cam-113]
author: role:station-security
approver: role:privacy-officer
starts: "2026-12-01T06:00:00+09:00"
expires: "2026-12-03T06:00:00+09:00"
legal_basis: {kind: act-of-parliament, citation: "Act on missing children, Art. 9"}
public_interest: Search for one named missing child in one station
impact_assessment: hria-1
"""

DOCUMENT = """\
apiVersion: vmsguard/v1
kind: Document
metadata: {id: statement-1}
document:
  kind: vendor-statement
  sha256: 0f343b0931126a20f133d67c2b018a3b1f9a5a2b3f2d5a5f0f343b0931126a20
  dated: 2026-11-01
  expires: 2027-11-01
  issuer: maker
covers: {sites: [seoul-hq]}
details:
  model: T-100
  firmware: {from: "1.0", to: "1.4"}
  stores: [sd, {id: face-log, kind: entry-log}]
  impossible: [recording.stop]
"""


@pytest.fixture(scope="module")
def packs(catalogue: Catalogue) -> Mapping[str, Pack]:
    return load_packs(catalogue.pack_folders, catalogue)


def test_an_assignment(write: Write, packs: Mapping[str, Pack]) -> None:
    path = write("a.yaml", ASSIGNMENT)
    (found,) = load_assignments([path], packs)

    assert ("seoul", ("seoul-hq", "seoul-annex"), str(path)) == (found.id, found.sites, found.origin)
    assert (
        AssignedPack(pack="kr-pipc-thermal-2020", mode=Mode.ENFORCE, version="1.0.0", line=6),
        AssignedPack(pack="kr-nhrck-frt-moratorium-2023", mode=Mode.PROPOSE, profile="wide", line=7),
    ) == found.packs


def test_without_packs_an_assignment_is_read_and_not_checked_against_them(write: Write) -> None:
    path = write("a.yaml", ASSIGNMENT.replace("kr-pipc-thermal-2020", "not-installed"))

    assert "not-installed" == load_assignments([path])[0].packs[0].pack


def test_an_exception(write: Write, packs: Mapping[str, Pack]) -> None:
    (grant,) = load_exceptions([write("e.yaml", EXCEPTION)], packs)

    named = (grant.pack, grant.rule, grant.type)
    assert ("kr-nhrck-frt-moratorium-2023", "no-remote-identification", "public-interest") == named
    assert ("cam-112", "cam-113") == grant.cameras
    assert ("act-of-parliament", "hria-1") == (grant.legal_basis_kind, grant.impact_assessment)
    assert (datetime(2026, 11, 30, 21, tzinfo=UTC), timedelta(days=2)) == (grant.starts, grant.expires - grant.starts)
    assert grant.retention is None


def test_an_incomplete_exception_loads_because_one_function_judges_all(write: Write, packs: Mapping[str, Pack]) -> None:
    text = EXCEPTION.replace("impact_assessment: hria-1\n", "")

    assert "" == load_exceptions([write("e.yaml", text)], packs)[0].impact_assessment


def test_a_document(write: Write) -> None:
    (document,) = load_documents([write("d.yaml", DOCUMENT)])

    assert ("statement-1", "vendor-statement") == (document.id, document.kind)
    assert (date(2026, 11, 1), date(2027, 11, 1)) == (document.dated, document.expires)
    assert (("seoul-hq",), ()) == (document.sites, document.cameras)
    assert {
        "model": "T-100",
        "firmware": {"from": "1.0", "to": "1.4"},
        "stores": ["sd", {"id": "face-log", "kind": "entry-log"}],
        "impossible": ["recording.stop"],
    } == document.details


def test_other_kinds_in_the_same_file_are_left_to_others(write: Write, packs: Mapping[str, Pack]) -> None:
    path = write("all.yaml", "---\n".join([ASSIGNMENT, EXCEPTION, DOCUMENT]))

    found = (load_assignments([path], packs), load_exceptions([path], packs), load_documents([path]))
    assert [1, 1, 1] == [len(each) for each in found]


def test_an_id_that_stands_twice_is_an_error(write: Write, tmp_path: Path) -> None:
    first = write("a.yaml", DOCUMENT)
    write("b.yaml", DOCUMENT)

    with pytest.raises(Problems) as caught:
        load_documents([tmp_path])

    assert [f"the id 'statement-1' is taken by {first}"] == [problem.message for problem in caught.value.problems]


def test_mistakes_in_several_files_are_reported_at_once(write: Write, tmp_path: Path) -> None:
    write("a.yaml", DOCUMENT.replace("dated: 2026-11-01", "dated: 1.11.2026"))
    write("b.yaml", DOCUMENT.replace("statement-1", "statement-2").replace("model:", "modle:"))

    with pytest.raises(Problems) as caught:
        load_documents([tmp_path])

    assert [(7, 10), (12, 3)] == [(problem.line, problem.column) for problem in caught.value.problems]


def test_no_files_are_no_documents() -> None:
    assert () == load_documents([])
