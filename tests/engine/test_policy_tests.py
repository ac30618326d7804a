"""Policy tests tell when a pack does not say what was meant, where to look, and what no case covers."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmsguard.engine.policy_mutants import mutants_of, survivors
from vmsguard.engine.policy_tests import run_cases, uncovered
from vmsguard.model.pack import Pack
from vmsguard.model.policy_tests import PolicyTests
from vmsguard.model.vocabulary import Verdict
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_pack
from vmsguard.policy.load_policy_tests import load_policy_tests

CATALOGUE = Catalogue.core()

PACK = """apiVersion: vmsguard/v1
kind: Pack
metadata:
  id: small
  version: "1.0.0"
  title: Small
  timezone: UTC
  reviewed: {on: "2026-11-22", next: "2027-11-22"}
sources:
  law: {title: A law, force: law, from: "2020-01-01", confirmed: primary}
select: {country: KR, space: public}
rules:
  - id: keep-none
    title: Nothing is stored
    severity: high
    cites: [{source: law, clause: "1"}]
    require: [storage.edge.off, storage.external.off]
"""
TESTS = """apiVersion: vmsguard/v1
kind: PolicyTests
pack: small
now: "2026-11-22T12:00:00+09:00"
scenes:
  quiet:
    attributes: {country: KR, space: public}
    device: {recording.jobs: [{id: job, active: false}], storage.external: [{id: nas, kind: nfs, in_use: false}]}
cases:
  - {name: quiet, like: quiet, expect: {keep-none: {verdict: pass, by: direct}}}
  - {name: records, like: quiet, device: {recording.jobs: [{id: job, active: true}]}, expect: {keep-none: fail}}
"""
MORE = """  - {name: silent, like: quiet, device: {storage.external: unknown}, expect: {keep-none: unknown}}
  - name: writes
    like: quiet
    device: {storage.external: [{id: nas, kind: nfs, in_use: true}]}
    expect: {keep-none: fail}
  - {name: abroad, like: quiet, attributes: {country: JP}, in_scope: false}
  - {name: indoors, like: quiet, attributes: {space: private}, in_scope: false}
"""


def small(tmp_path: Path, tests: str) -> tuple[Pack, PolicyTests]:
    (tmp_path / "pack.yaml").write_text(PACK, encoding="utf-8")
    (tmp_path / "tests.yaml").write_text(tests, encoding="utf-8")
    pack = load_pack(tmp_path / "pack.yaml", CATALOGUE)
    return pack, load_policy_tests(tmp_path / "tests.yaml", pack, CATALOGUE)


def differs(tmp_path: Path, tests: str) -> list[str]:
    pack, told = small(tmp_path, tests)
    outcomes = run_cases(told, pack, CATALOGUE.controls, CATALOGUE.facts)
    return [difference for outcome in outcomes for difference in outcome.differs]


def test_cases_that_say_what_the_pack_says_differ_in_nothing(tmp_path: Path) -> None:
    assert [] == differs(tmp_path, TESTS + MORE)


@pytest.mark.parametrize(
    ("meant", "instead", "told"),
    [
        ("keep-none: fail", "keep-none: pass", "keep-none: expected pass, is fail (offender: recording job job is on)"),
        ("by: direct", "by: fallback", "keep-none: expected pass by fallback, is pass by direct"),
        (
            "keep-none: fail",
            "keep-none: {verdict: fail, reason: overdue}",
            "keep-none: expected the reason overdue, found",
        ),
        ("in_scope: false", "in_scope: true", "in_scope: expected true, but the pack does not concern the camera"),
        (
            "in_scope: false",
            "expect: {keep-none: pass}",
            "keep-none: expected pass, but the pack does not concern the camera",
        ),
    ],
)
def test_a_difference_is_told_with_what_was_found(tmp_path: Path, meant: str, instead: str, told: str) -> None:
    first = differs(tmp_path, (TESTS + MORE).replace(meant, instead, 1))[0]
    assert first.startswith(told), first


def test_a_difference_names_the_control_that_stands_out(tmp_path: Path) -> None:
    (only,) = differs(tmp_path, TESTS.replace("keep-none: fail", "keep-none: pass"))
    assert "storage.edge.off at device/1: fail, offender: recording job job is on" in only


def test_a_verdict_that_no_case_expects_is_named(tmp_path: Path) -> None:
    pack, tests = small(tmp_path, TESTS)
    assert [("keep-none", Verdict.UNKNOWN)] == [(one.rule, one.verdict) for one in uncovered(tests, pack)]
    pack, tests = small(tmp_path, TESTS + MORE)
    assert () == uncovered(tests, pack)


def test_a_change_that_no_case_notices_survives(tmp_path: Path) -> None:
    pack, tests = small(tmp_path, TESTS)
    found, count = survivors(tests, pack, CATALOGUE.controls, CATALOGUE.facts)
    assert ["select: country dropped", "select: space dropped", "keep-none: storage.external.off dropped"] == [
        mutant.told for mutant in found
    ]
    assert 7 == count
    pack, tests = small(tmp_path, TESTS + MORE)
    assert ((), 7) == survivors(tests, pack, CATALOGUE.controls, CATALOGUE.facts)


@pytest.mark.parametrize("name", sorted(path.parent.name for path in builtin_folder().glob("*/pack.yaml")))
class TestShippedPacks:
    def test_each_says_what_it_means(self, name: str) -> None:
        pack = load_pack(builtin_folder() / name, CATALOGUE)
        tests = load_policy_tests(builtin_folder() / name / "tests.yaml", pack, CATALOGUE)
        outcomes = run_cases(tests, pack, CATALOGUE.controls, CATALOGUE.facts)
        assert [] == [f"{one.case.name}: {told}" for one in outcomes for told in one.differs]
        assert () == uncovered(tests, pack)

    def test_no_change_goes_unnoticed(self, name: str) -> None:
        pack = load_pack(builtin_folder() / name, CATALOGUE)
        tests = load_policy_tests(builtin_folder() / name / "tests.yaml", pack, CATALOGUE)
        found, count = survivors(tests, pack, CATALOGUE.controls, CATALOGUE.facts)
        assert [] == [mutant.told for mutant in found]
        assert count == len(list(mutants_of(pack))) > 0
