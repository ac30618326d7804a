"""What must never slip in these packs: a law cited for whom it does not reach, and advice passed off as law."""

from __future__ import annotations

from datetime import timedelta

import pytest

from vmsguard.model.pack import AttributeTest, Pack, Requirement, Rule, Selector
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Force
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.explain import explain_pack, rule_lines
from vmsguard.policy.load_pack import load_packs

POLICE = {"law-enforcement", "on-behalf-of-law-enforcement"}


@pytest.fixture(scope="module")
def packs(catalogue: Catalogue) -> dict[str, Pack]:
    return dict(load_packs([builtin_folder()], catalogue))


def attribute_tests(selector: Selector | None) -> list[AttributeTest]:
    if selector is None:
        return []
    if isinstance(selector, AttributeTest):
        return [selector]
    return [test for part in selector.of for test in attribute_tests(part)]


def operators(pack: Pack, rule: Rule) -> set[str]:
    tests = [*attribute_tests(pack.select), *attribute_tests(rule.select)]
    return {value for test in tests if test.attribute == "operator" for value in test.any_of}


def rule_of(pack: Pack, name: str) -> Rule:
    return next(rule for rule in pack.rules if rule.id == name)


def only(requirements: tuple[Requirement, ...], control: str) -> Requirement:
    (found,) = (each for each in requirements if each.control == control)
    return found


def test_no_rule_rests_on_a_text_that_nobody_confirmed(packs: dict[str, Pack]) -> None:
    for pack in packs.values():
        for rule in pack.rules:
            cited = [pack.sources[each.source] for each in rule.cites]
            sound = [source for source in cited if source.confirmed != "unconfirmed"]
            assert sound or {Force.ASSUMPTION} == {source.force for source in cited}, (pack.id, rule.id)


def test_under_no_profile_is_law_mixed_with_what_is_no_law(packs: dict[str, Pack]) -> None:
    for pack in packs.values():
        for profile in pack.profiles.values():
            for rule in pack.rules:
                cited = (*rule.cites, *profile.cites.get(rule.id, ()))
                forces = {pack.sources[each.source].force for each in cited} - {Force.ASSUMPTION}
                assert Force.LAW not in forces or {Force.LAW} == forces, (pack.id, profile.id, rule.id)


def test_article_5_1_h_is_cited_for_law_enforcement_alone(packs: dict[str, Pack]) -> None:
    citing = [
        (pack, rule)
        for pack in packs.values()
        for rule in pack.rules
        for cited in rule.cites
        if cited.source == "aia" and "5(1)(h)" in cited.clause
    ]

    assert ["no-live-search-by-police"] == [rule.id for _, rule in citing]
    assert [POLICE] == [operators(pack, rule) for pack, rule in citing]


def test_a_shop_that_searches_for_faces_is_judged_by_the_data_protection_regulation(packs: dict[str, Pack]) -> None:
    pack = packs["eu-gdpr-video"]
    rule = rule_of(pack, "no-recognition")

    assert {"gdpr", "vmsguard-readings"} == {cited.source for cited in rule.cites}
    assert "private" in operators(pack, rule)
    assert not POLICE & operators(pack, rule)


def test_stored_footage_is_searched_under_a_rule_that_is_still_to_come(packs: dict[str, Pack]) -> None:
    """An assumption cited beside the law would be in force today, and the rule with it."""
    pack = packs["eu-ai-act-art5-rbi"]
    rule = rule_of(pack, "later-search-authorised")

    assert ["aia-high-risk"] == [cited.source for cited in rule.cites]
    assert "2027-12-02" == pack.sources["aia-high-risk"].since.isoformat()


def test_an_urgent_search_is_asked_for_within_24_hours_and_never_renewed(packs: dict[str, Pack]) -> None:
    urgent = packs["eu-ai-act-art5-rbi"].exception_types["art5-urgent"]

    assert (timedelta(hours=24), timedelta(hours=72)) == (urgent.request_by, urgent.max_pending)
    assert not urgent.renewable
    assert "stop-and-purge" == urgent.on_rejected


@pytest.mark.parametrize(
    ("pack", "rule", "profile", "most", "reasoned"),
    [
        ("baseline-retention", "keep-at-most", "eu-72h", Span(exact=timedelta(hours=72)), Span(exact=timedelta(90))),
        ("baseline-retention", "keep-at-most", "fr-public-1mo", Span(months=1), Span(months=1)),
        ("baseline-retention", "keep-at-most", "kr-30d", Span(exact=timedelta(30)), Span(exact=timedelta(90))),
        ("eu-gdpr-video", "keep-at-most-in-public", "de", Span(exact=timedelta(hours=72)), Span(exact=timedelta(90))),
        ("eu-gdpr-video", "keep-at-most-in-public", "fr", Span(months=1), Span(months=1)),
        ("eu-gdpr-video", "keep-at-most-in-public", "lu", Span(exact=timedelta(8)), Span(exact=timedelta(30))),
    ],
)
def test_each_profile_keeps_its_own_time_and_no_reason_goes_beyond_its_bound(
    packs: dict[str, Pack], pack: str, rule: str, profile: str, most: Span, reasoned: Span
) -> None:
    found = rule_of(packs[pack], rule)
    (rung,) = found.otherwise
    bound = next(each for each in rung.require if each.per_profile)

    assert most == only(found.require, "retention.max").per_profile[profile].max
    assert reasoned == bound.per_profile[profile].max


@pytest.mark.parametrize(("pack", "profile"), [("baseline-retention", "fr-public-1mo"), ("eu-gdpr-video", "fr")])
def test_only_the_french_month_is_law(packs: dict[str, Pack], pack: str, profile: str) -> None:
    """Nobody's law says 72 hours or 30 days."""
    found = packs[pack]
    laws = {
        name
        for name, each in found.profiles.items()
        for rule, cites in each.cites.items()
        if rule.startswith("keep-at-most")
        for cited in cites
        if found.sources[cited.source].force is Force.LAW
    }

    assert {profile} == laws


@pytest.mark.parametrize(("pack", "years"), [("us-il-bipa", 3), ("us-tx-cubi", 1)])
def test_templates_grow_no_older_than_the_law_of_the_state_allows(
    packs: dict[str, Pack], pack: str, years: int
) -> None:
    rule = rule_of(packs[pack], "destroyed-in-time")

    assert Span(months=12 * years) == only(rule.require, "analytics.face.library.max_age").params.max


@pytest.mark.parametrize(
    ("lang", "terms"),
    [
        (
            "en",
            (
                "its aim is one of victim-or-missing-person, imminent-threat, serious-suspect-annex-ii",
                "an authorisation is asked for within 24 hours of its start",
                "a decision is awaited for 72 hours at most",
                "refused or asked for too late: the use stops and what was gained is deleted",
                "it cannot be renewed",
            ),
        ),
        ("ko", ("시작 후 24시간 안에 허가를 신청", "갱신 불가")),
    ],
)
def test_the_terms_of_an_urgent_search_are_read_aloud(
    packs: dict[str, Pack], catalogue: Catalogue, lang: str, terms: tuple[str, ...]
) -> None:
    pack = packs["eu-ai-act-art5-rbi"]
    explained = explain_pack(pack, catalogue.controls, lang=lang, rule="no-live-search-by-police")
    opens = [rung.opens for rule in explained.rules for rung in rule.otherwise if "art5-urgent" in rung.opens]

    assert [True] == [all(term in told for term in terms) for told in opens], opens


def test_whom_a_rule_reaches_is_read_aloud_under_a_heading(packs: dict[str, Pack], catalogue: Catalogue) -> None:
    explained = explain_pack(packs["baseline-retention"], catalogue.controls, rule="no-sound")
    lines = list(rule_lines(explained.rules[0], "en"))
    heading = lines.index("  Only for cameras of which this is true as well:")

    assert ["    - country is KR", "    - space is public", "    - mobility is fixed"] == lines[
        heading + 1 : heading + 4
    ]
