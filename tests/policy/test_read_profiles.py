"""Values that rules take from the profile: every profile gives each of them, and none besides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from vmsguard.errors import Problems
from vmsguard.model.pack import Citation, FromException, FromProfile, Pack
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_pack

Write = Callable[[str, str], Path]

READINGS = """\
profiles:
  de:
    select: {operator: private}
    values: {gap: PT72H, paper: individual-prior}
  fr:
    select: {operator: public-institution}
    values: {gap: PT24H, paper: guardian}
    cites: {deleted: [{source: csi, clause: L252-5}]}
rules:
  - id: deleted
    title: Deleted in time, with consent
    severity: critical
    cites: [{source: rule-1, clause: K3}]
    require:
      - deletion.periodic: {scope: all, max_gap: {from_profile: gap}}
      - documents.consent: {kind: {from_profile: paper}}
"""


@pytest.fixture
def pack_text(sample: str) -> str:
    head = sample.partition("rules:\n")[0]
    return head.replace("select:", "  csi: {title: A code, force: law, from: '2012-05-01'}\nselect:", 1) + READINGS


@pytest.fixture
def pack(pack_text: str, write: Write, catalogue: Catalogue) -> Pack:
    return load_pack(write("pack.yaml", pack_text), catalogue)


@pytest.fixture
def problems(pack_text: str, write: Write, catalogue: Catalogue) -> Callable[[str, str], list[str]]:
    """What is said of the pack with one text in it replaced."""

    def of(old: str, new: str) -> list[str]:
        assert old in pack_text
        with pytest.raises(Problems) as caught:
            load_pack(write("pack.yaml", pack_text.replace(old, new)), catalogue)
        return [f"{one.line}:{one.column} {one.message} | {one.hint}" for one in caught.value.problems]

    return of


def test_a_requirement_has_its_parameters_under_each_profile(pack: Pack) -> None:
    deletion, consent = pack.rules[0].require

    assert {"max_gap": FromProfile("gap")} == deletion.from_profile
    assert {"de": timedelta(hours=72), "fr": timedelta(hours=24)} == {
        profile: params.max_gap for profile, params in deletion.per_profile.items()
    }
    assert {"all"} == {params.scope for params in deletion.per_profile.values()}
    assert deletion.per_profile["de"] == deletion.params
    assert ["individual-prior", "guardian"] == [params.kind for params in consent.per_profile.values()]


def test_a_profile_adds_what_a_rule_cites(pack: Pack) -> None:
    assert {"deleted": (Citation("csi", "L252-5"),)} == pack.profiles["fr"].cites
    assert {} == pack.profiles["de"].cites


def test_what_takes_nothing_from_profiles_is_as_before(sample: str, write: Write, catalogue: Catalogue) -> None:
    pack = load_pack(write("pack.yaml", sample), catalogue)

    assert [({}, {})] == [(one.from_profile, one.per_profile) for one in pack.rules[0].require]


def test_values_and_exceptions_may_meet_in_one_control(pack_text: str, write: Write, catalogue: Catalogue) -> None:
    rung = """\
    otherwise:
      - if_excepted: inevitable
        require:
          - deletion.periodic: {scope: all, max_gap: {from_exception: retention}, min_basis: observed}
          - documents.consent: {kind: {from_profile: paper}}
exception_types:
  inevitable: {lifts: [deletion.periodic], requires: [retention], max_duration: P1M}
"""
    pack = load_pack(write("pack.yaml", pack_text + rung), catalogue)
    deletion, consent = pack.rules[0].otherwise[0].require

    assert {"max_gap": FromException("retention")} == deletion.pending
    assert {"de", "fr"} == set(consent.per_profile)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "paper: guardian}",
            "}",
            ["20:13 the profile 'fr' gives no value 'paper', which line 29 takes | add paper: to its values"],
        ),
        (
            "    values: {gap: PT24H, paper: guardian}\n",
            "",
            [
                "19:5 the profile 'fr' gives no value 'gap', which line 27 takes | add gap: to its values",
                "19:5 the profile 'fr' gives no value 'paper', which line 28 takes | add paper: to its values",
            ],
        ),
        (
            "gap: PT24H",
            "gup: PT24H",
            ["20:14 no rule takes a value 'gup' from the profile | did you mean 'gap'?"],
        ),
        (
            "paper: guardian",
            "paper: guardian, more: 1",
            ["20:43 no rule takes a value 'more' from the profile | known: gap, paper"],
        ),
        (
            "{from_profile: gap}",
            "{from_profile: gapp}",
            ["28:50 no profile gives a value 'gapp' | did you mean 'gap'?"],
        ),
        (
            "{from_profile: gap}",
            "{from_profle: gap}",
            ["28:51 unknown key 'from_profle' in the parameter 'max_gap' | did you mean 'from_profile'?"],
        ),
        (
            "gap: PT24H",
            "gap: P1M",
            [
                "20:19 gap, as max_gap of deletion.periodic: 'P1M' counts months or years, which differ in length"
                " | count days: P30D, P365D"
            ],
        ),
        (
            "gap: PT24H",
            "gap: {from_profile: gap}",
            [
                "20:19 gap, as max_gap of deletion.periodic: a profile gives values and takes none"
                " | write the value itself"
            ],
        ),
        (
            "gap: PT24H",
            "gap: ",
            ["20:14 gap: nothing stands here | write a value, or remove the key"],
        ),
        (
            "deleted: [",
            "deletet: [",
            ["21:13 cites: no rule is called 'deletet' | did you mean 'deleted'?"],
        ),
        (
            "source: csi",
            "source: cis",
            ["21:32 unknown source 'cis' | did you mean 'csi'?"],
        ),
        (
            "{source: csi, clause: L252-5}",
            "{source: rule-1, clause: K3}",
            ["21:23 the rule 'deleted' cites rule-1 K3 in every profile | remove it here, or there"],
        ),
    ],
)
def test_mistakes_in_values(old: str, new: str, expected: list[str], problems: Callable[[str, str], list[str]]) -> None:
    assert expected == problems(old, new)


def test_a_pack_without_profiles_has_none_to_take_from(sample: str, write: Write, catalogue: Catalogue) -> None:
    text = sample.replace("{from_exception: retention}", "{from_profile: retention}")
    with pytest.raises(Problems) as caught:
        load_pack(write("pack.yaml", text), catalogue)

    assert "this pack has no profiles to take 'retention' from" == caught.value.problems[0].message


def test_a_broken_rule_does_not_make_values_look_unused(problems: Callable[[str, str], list[str]]) -> None:
    (only,) = problems("deletion.periodic: {", "deletion.periodical: {")

    assert only.endswith("unknown control 'deletion.periodical' | did you mean 'deletion.periodic'?")
