"""A pack whose profiles state values: each profile judges by its own, cites its own, and is tested on its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.compile import CompiledRules, compile_assigned
from vmsguard.engine.policy_mutants import mutants_of, survivors
from vmsguard.engine.policy_tests import run_cases
from vmsguard.model.pack import Pack
from vmsguard.model.policy_tests import PolicyTests
from vmsguard.model.vocabulary import Mode
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_pack
from vmsguard.policy.load_policy_tests import load_policy_tests

CATALOGUE = Catalogue.core()

PACK = """apiVersion: vmsguard/v1
kind: Pack
metadata:
  id: readings
  version: "1.0.0"
  title: Readings
  timezone: UTC
  reviewed: {on: "2026-11-22", next: "2027-11-22"}
sources:
  law: {title: A law, force: guidance, from: "2020-01-01", confirmed: primary}
  code: {title: A code, force: law, from: "2020-01-01", confirmed: primary}
select: every-camera
profiles:
  de: {select: {country: DE}, values: {gap: PT72H, paper: individual-prior}}
  fr:
    select: {country: FR}
    values: {gap: PT24H, paper: guardian}
    cites: {consent: [{source: code, clause: "5"}]}
rules:
  - id: daily
    title: Deleted in time
    severity: high
    cites: [{source: law, clause: "1"}]
    require: [{deletion.periodic: {scope: all, max_gap: {from_profile: gap}}}]
  - id: consent
    title: With consent
    severity: high
    cites: [{source: law, clause: "2"}]
    require: [{documents.consent: {kind: {from_profile: paper}}}]
"""
TESTS = """apiVersion: vmsguard/v1
kind: PolicyTests
pack: readings
now: "2026-11-22T12:00:00Z"
scenes:
  paris: {attributes: {country: FR}}
  berlin: {attributes: {country: DE}}
cases:
  - name: fr
    profile: fr
    like: paris
    papers: [{kind: consent, dated: "2026-01-01", details: {consent_kind: guardian}}]
    expect: {consent: pass}
  - name: de
    profile: de
    like: berlin
    papers: [{kind: consent, dated: "2026-01-01", details: {consent_kind: guardian}}]
    expect: {consent: unknown}
"""


def compiled(profile: str, pack: Pack) -> CompiledRules:
    assigned = AssignedRules(pack=pack, profile=profile, mode=Mode.AUDIT, assignment="a")
    return compile_assigned(assigned, CATALOGUE.controls, dict(CATALOGUE.facts))


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    (tmp_path / "pack.yaml").write_text(PACK, encoding="utf-8")
    return load_pack(tmp_path / "pack.yaml", CATALOGUE)


@pytest.fixture
def tests(tmp_path: Path, pack: Pack) -> PolicyTests:
    (tmp_path / "tests.yaml").write_text(TESTS, encoding="utf-8")
    return load_policy_tests(tmp_path / "tests.yaml", pack, CATALOGUE)


def test_each_profile_asks_for_its_own_values(pack: Pack) -> None:
    gaps = {name: compiled(name, pack).rules[0].require[0].params.max_gap for name in ("de", "fr")}

    assert {"de": 72, "fr": 24} == {name: gap.total_seconds() / 3600 for name, gap in gaps.items()}


def test_each_profile_cites_its_own_and_takes_its_force(pack: Pack) -> None:
    told = {name: compiled(name, pack).rules[1].told for name in ("de", "fr")}

    assert {"de": "law 2", "fr": "code 5; law 2 [guidance]"} == {name: each.clause for name, each in told.items()}
    assert {"de": "guidance", "fr": "law"} == {name: each.force for name, each in told.items()}


def test_a_case_is_judged_under_the_profile_it_names(pack: Pack, tests: PolicyTests) -> None:
    outcomes = run_cases(tests, pack, CATALOGUE.controls, CATALOGUE.facts)

    assert {"fr": (), "de": ()} == {outcome.case.name: outcome.differs for outcome in outcomes}


def test_values_of_each_profile_are_changed_on_their_own(pack: Pack) -> None:
    told = [mutant.told for mutant in mutants_of(pack) if " under " in mutant.told]

    assert [
        "daily: deletion.periodic: max_gap doubled under de",
        "daily: deletion.periodic: max_gap doubled under fr",
        "consent: documents.consent: kind under de as under fr",
        "consent: documents.consent: kind under fr as under de",
    ] == told


def test_a_value_that_no_case_depends_on_survives_with_its_profile(pack: Pack, tests: PolicyTests) -> None:
    found, _ = survivors(tests, pack, CATALOGUE.controls, CATALOGUE.facts)
    told = [mutant.told for mutant in found if " under " in mutant.told]

    assert [
        "daily: deletion.periodic: max_gap doubled under de",
        "daily: deletion.periodic: max_gap doubled under fr",
    ] == told
