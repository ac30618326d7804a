from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from vmsguard.errors import UsageError
from vmsguard.model.pack import Pack
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.explain import Difference, explain_pack, rule_lines, scope_lines
from vmsguard.policy.load_pack import load_pack, load_packs
from vmsguard.policy.sentences import LANGUAGES, WORDS, say_condition

MORATORIUM = "kr-nhrck-frt-moratorium-2023"
THERMAL = "kr-pipc-thermal-2020"


@pytest.fixture(scope="module")
def packs(catalogue: Catalogue) -> Mapping[str, Pack]:
    return load_packs(catalogue.pack_folders, catalogue)


def test_the_readings_stand_side_by_side_with_what_differs(packs: Mapping[str, Pack], catalogue: Catalogue) -> None:
    explained = explain_pack(packs[MORATORIUM], catalogue.controls)
    public = "operator is public-institution, law-enforcement or on-behalf-of-law-enforcement"
    assert {
        "literal": (public, "space is public"),
        "wide": (f"at least one of: {public}; space is public",),
    } == explained.profiles
    reached = {"literal": False, "wide": True}
    assert (
        Difference({public: True, "space is public": False}, reached),
        Difference({public: False, "space is public": True}, reached),
    ) == explained.differences


@pytest.mark.parametrize(("lang", "pack", "rule"), [("en", "Sample", "The rule"), ("ko", "본보기", "규칙")])
def test_titles_are_read_in_the_readers_language_where_there_are_any(
    lang: str, pack: str, rule: str, packs: Mapping[str, Pack], catalogue: Catalogue
) -> None:
    rules = (
        replace(packs[THERMAL].rules[0], title="The rule", native_title="규칙"),
        replace(packs[THERMAL].rules[1], title="Another", native_title=""),
    )
    sample = replace(packs[THERMAL], title="Sample", native_title="본보기", rules=rules)
    explained = explain_pack(sample, catalogue.controls, lang=lang)

    assert (pack, [rule, "Another"]) == (explained.title, [each.title for each in explained.rules])


def test_a_pack_with_one_reading_has_no_differences(packs: Mapping[str, Pack], catalogue: Catalogue) -> None:
    assert () == explain_pack(packs[THERMAL], catalogue.controls).differences


def test_readings_are_compared_only_over_cameras_that_can_be(
    sample: str, write: Callable[[str, str], Path], catalogue: Catalogue
) -> None:
    readings = "profiles:\n  a: {select: {space: public}}\n  b: {select: {space: private, records: true}}\nrules:\n"
    pack = load_pack(write("pack.yaml", sample.replace("rules:\n", readings)), catalogue)

    cameras = [each.camera for each in explain_pack(pack, catalogue.controls).differences]

    assert 3 == len(cameras)
    assert [] == [each for each in cameras if each["space is public"] and each["space is private"]]


def test_a_rule_is_told_with_authority_requirement_and_what_stands_in(
    packs: Mapping[str, Pack], catalogue: Catalogue
) -> None:
    (rule,) = explain_pack(packs[THERMAL], catalogue.controls, rule="sending-off").rules

    assert rule.authority[0].endswith("K4-K5 [regulator-rule; since 2020-11-05; read second-hand]")
    assert "assumption" in rule.authority[1]
    assert "Live pictures cannot be fetched over the network. (except: local-display)" == rule.require[0]
    assert "cannot, the device definitively refused an administrator or the maker states it)" in rule.otherwise[0].opens
    assert rule.otherwise[0].require[0].endswith("(scope: destinations; max_gap: 24 hours)")


def test_what_comes_from_the_exception_is_said_so(packs: Mapping[str, Pack], catalogue: Catalogue) -> None:
    (rule,) = explain_pack(packs[THERMAL], catalogue.controls, rule="saving-off").rules
    consented = rule.otherwise[1]

    assert "storage-inevitable, in place of storage.edge.off, storage.vms.off" in consented.opens
    assert "at most 180 days" in consented.opens
    assert consented.require[-1].endswith("(max: the retention the exception states)")


def test_a_condition_says_what_unknown_means(packs: Mapping[str, Pack], catalogue: Catalogue) -> None:
    (rule,) = explain_pack(packs[MORATORIUM], catalogue.controls, rule="detection-allowed").rules

    assert "Only where faces are detected (analytics.face.detect is true); where that is unknown" in rule.when
    (rule,) = explain_pack(packs[MORATORIUM], catalogue.controls, rule="detection-allowed", lang="ko").rules
    assert rule.when.startswith("얼굴 검출을 이용하는 경우 (analytics.face.detect = 예)에만 적용.")


def test_a_condition_without_words_of_its_own_is_told_as_files_write_it() -> None:
    assert "acme/doors is true" == say_condition("acme/doors", True, "en")
    assert "acme/doors = 예인 경우" == say_condition("acme/doors", True, "ko")


def test_korean_uses_the_native_title_and_the_controls_korean_sentence(
    packs: Mapping[str, Pack], catalogue: Catalogue
) -> None:
    (rule,) = explain_pack(packs[THERMAL], catalogue.controls, lang="ko", rule="saving-off").rules

    assert rule.authority[0].startswith("코로나19 관련 얼굴촬영 열화상카메라 운영 시 개인정보보호 수칙: K3-K6")
    assert catalogue.controls["storage.edge.off"].says["ko"] == rule.require[0]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("pack", [MORATORIUM, THERMAL])
def test_every_part_is_told_in_each_language(
    packs: Mapping[str, Pack], catalogue: Catalogue, pack: str, lang: str
) -> None:
    explained = explain_pack(packs[pack], catalogue.controls, lang=lang)
    text = "\n".join(
        [*scope_lines(explained, lang), *(line for rule in explained.rules for line in rule_lines(rule, lang))]
    )

    assert WORDS[lang]["applies"] in text
    for rule in explained.rules:
        for sentence in (*rule.authority, *rule.require, *(each for rung in rule.otherwise for each in rung.require)):
            assert sentence in text


def test_both_languages_have_the_same_words() -> None:
    assert set(WORDS["en"]) == set(WORDS["ko"])


def test_an_unknown_rule_is_a_usage_error_with_the_nearest(packs: Mapping[str, Pack], catalogue: Catalogue) -> None:
    with pytest.raises(UsageError) as caught:
        explain_pack(packs[THERMAL], catalogue.controls, rule="savings-off")

    assert "did you mean 'saving-off'?" == caught.value.hint


def test_a_pack_without_conditions_says_that_it_judges_every_camera(
    packs: Mapping[str, Pack], catalogue: Catalogue
) -> None:
    explained = explain_pack(packs["baseline-security"], catalogue.controls, lang="en")
    assert "Judges every camera." == list(scope_lines(explained, "en"))[1]


READINGS = """\
profiles:
  de: {title: In Germany, select: {country: DE}, values: {gap: PT72H}}
  fr: {title: In France, select: {country: FR}, values: {gap: PT24H}, cites: {deleted: [{source: rule-1, clause: K9}]}}
rules:
  - id: deleted
    title: Deleted in time
    severity: high
    cites: [{source: rule-1, clause: K3}]
    require: [{deletion.periodic: {scope: all, max_gap: {from_profile: gap}}}]
"""


@pytest.mark.parametrize(
    ("lang", "limit", "under"),
    [
        (
            "en",
            "max_gap: 72 hours (de), 24 hours (fr)",
            "K9 [law; since 2020-11-05; read second-hand] (under the profile fr)",
        ),
        (
            "ko",
            "최대 간격(max_gap): 72시간 (de), 24시간 (fr)",
            "K9 [법률; 2020-11-05부터; 2차 자료로 확인] (fr 프로필에서)",
        ),
    ],
)
def test_what_profiles_state_is_told_for_each(
    sample: str, write: Callable[[str, str], Path], catalogue: Catalogue, lang: str, limit: str, under: str
) -> None:
    pack = load_pack(write("pack.yaml", sample.partition("rules:\n")[0] + READINGS), catalogue)
    explained = explain_pack(pack, catalogue.controls, lang=lang)
    (rule,) = explained.rules

    assert limit in rule.require[0]
    assert rule.authority[1].endswith(under)
    assert ("law", "law") == rule.forces
    assert {"de", "fr"} == set(explained.profile_values)
    assert {"gap"} == set(explained.profile_values["fr"])
