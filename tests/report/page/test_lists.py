"""What the page puts together, nothing lost on the way."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from vmsguard.model.vocabulary import Force, Qualifier, Remediation, Verdict
from vmsguard.report.model import Absence, ExceptionInForce, Item, Report
from vmsguard.report.page.anchors import Anchors
from vmsguard.report.page.groups import group_items, part_lines
from vmsguard.report.page.lists import absences_by_kind, exception_state, obligations_by_pack, passing_items
from vmsguard.report.page.page_words import (
    ABSENCES,
    FORCES,
    QUALIFIERS,
    REMEDIATIONS,
    VERDICTS,
    absence_told,
    force_told,
)
from vmsguard.report.words.absences import ABSENCES as TOLD_ABSENCES

SAMPLE = Item(
    camera="cam",
    site="site",
    pack="pack",
    rule="rule",
    title="",
    verdict=Verdict.FAIL,
    judged_at=datetime(2026, 11, 22, tzinfo=UTC),
    run="run",
    seq=0,
)
ALL = tuple(Verdict)
WORD = st.sampled_from(["a", "b", ""])


@st.composite
def items(draw: st.DrawFn, template: Item) -> tuple[Item, ...]:
    rows = draw(st.lists(st.tuples(st.sampled_from(ALL), st.sampled_from(Qualifier), WORD, WORD, WORD, WORD)))
    return tuple(
        replace(
            template,
            verdict=verdict,
            qualifier=qualifier if verdict is Verdict.PASS else None,
            rule=rule,
            reason=reason,
            reason_told=told,
            found=found,
            seq=number,
        )
        for number, (verdict, qualifier, rule, reason, told, found) in enumerate(rows)
    )


@given(st.data())
def test_every_item_is_in_exactly_one_group(data: st.DataObject) -> None:
    given_items = data.draw(items(SAMPLE))

    grouped = [item.seq for told in group_items(given_items, ALL) for group in told.groups for item in group.items]

    assert [item.seq for item in given_items] == sorted(grouped)


@given(st.data())
def test_what_a_group_says_is_true_of_each_of_its_items(data: st.DataObject) -> None:
    for told in group_items(data.draw(items(SAMPLE)), ALL):
        for group in told.groups:
            for item in group.items:
                assert (group.verdict, group.rule, group.reason) == (item.verdict, item.rule, item.reason)
                assert group.told in ("", item.reason_told)
                assert group.found == item.found or "found" in group.columns or not item.found


@given(st.data())
def test_every_pass_is_listed_and_qualifiers_are_never_merged(data: st.DataObject) -> None:
    given_items = data.draw(items(SAMPLE))

    groups = passing_items(given_items)

    passes = [item.seq for item in given_items if item.verdict is Verdict.PASS]
    assert passes == sorted(item.seq for group in groups for item in group.items)
    assert all(1 == len({item.qualifier for item in group.items}) for group in groups)


def test_a_pass_without_a_qualifier_is_not_promoted() -> None:
    (group,) = passing_items([replace(SAMPLE, verdict=Verdict.PASS, qualifier=None)])

    assert ("na", "how it was reached is not on record") == (group.css, group.how)


def test_worse_verdicts_come_first_and_larger_groups_before_smaller_ones() -> None:
    found = [
        replace(SAMPLE, verdict=Verdict.UNKNOWN, seq=1),
        replace(SAMPLE, verdict=Verdict.FAIL, reason="small", seq=2),
        replace(SAMPLE, verdict=Verdict.FAIL, reason="big", seq=3),
        replace(SAMPLE, verdict=Verdict.FAIL, reason="big", seq=4),
    ]

    told = group_items(found, ALL)

    assert [Verdict.FAIL, Verdict.UNKNOWN] == [one.verdict for one in told]
    assert ["big", "small"] == [group.reason for group in told[0].groups]


def test_controls_that_say_the_same_share_a_line() -> None:
    part = replace(SAMPLE, parts=())
    parts = (
        replace(part, control="a", verdict=Verdict.PASS),
        replace(part, control="b", verdict=Verdict.FAIL, found="1 on"),
        replace(part, control="c", verdict=Verdict.FAIL, found="1 on"),
        replace(part, control="d", verdict=Verdict.FAIL, found="2 on"),
    )

    lines = part_lines(replace(SAMPLE, parts=parts))

    assert [["b", "c"], ["d"], ["a"]] == [[part.control for part in line.parts] for line in lines]


def test_two_logs_with_the_same_record_number_get_two_places(sample_report: Report) -> None:
    one, other = replace(SAMPLE, seq=5, origin="a"), replace(SAMPLE, seq=5, origin="b")
    anchors = Anchors(replace(sample_report, items=(one, other)))

    assert ("r-5", "r-5-2") == (anchors.where("a", 5), anchors.where("b", 5))
    assert ("r-5-2", "r-5") == (anchors.claim("b", 5), anchors.claim("a", 5))
    assert "" == anchors.claim("a", 5)


@pytest.mark.parametrize(
    ("left", "granted", "css", "told"),
    [
        (200, True, "on", "200 days left"),
        (15, True, "on", "15 days left"),
        (14, True, "soon", "14 days left"),
        (4, True, "soon", "4 days left"),
        (3, True, "urgent", "3 days left"),
        (1, True, "urgent", "1 day left"),
        (0, True, "urgent", "ends within a day"),
        (-1, True, "off", "ended less than a day ago"),
        (-2, True, "off", "ended 1 day ago"),
        (-30, False, "off", "ended 29 days ago"),
        (None, True, "open", "in force, days left not known"),
        (90, False, "off", "not in force"),
        (None, False, "off", "not in force"),
    ],
)
def test_an_exception_warns_at_14_and_at_3_days(left: int | None, granted: bool, css: str, told: str) -> None:
    one = ExceptionInForce(
        id="e",
        pack="p",
        rule="r",
        type="t",
        cameras=(),
        legal_basis="",
        approver="",
        starts=None,
        expires=None,
        granted=granted,
        days_left=left,
    )

    assert (css, told) == (exception_state(one).css, exception_state(one).told)


def test_a_text_that_should_have_been_read_again_is_marked(sample_report: Report) -> None:
    pack = sample_report.obligations[0].pack
    today = sample_report.made_at.date()

    late = obligations_by_pack(replace(sample_report, reviews={pack: date(2026, 1, 1)}))
    on_the_day = obligations_by_pack(replace(sample_report, reviews={pack: today}))

    assert (True, False) == (late[0].review_late, on_the_day[0].review_late)


def test_absences_of_a_kind_say_once_what_all_of_them_say() -> None:
    one = Absence(kind="left-out", subject="a", told="Not looked at.", next_step="Look.")

    (kind,) = absences_by_kind([one, replace(one, subject="b", next_step="Look there.")])

    assert ("Not looked at.", "", 2) == (kind.told, kind.next_step, len(kind.entries))


def test_every_word_of_the_vocabularies_has_words() -> None:
    assert set(Verdict) == set(VERDICTS)
    assert set(Qualifier) == set(QUALIFIERS)
    assert set(Remediation) == set(REMEDIATIONS)
    assert set(Force) == set(FORCES)


def test_every_kind_of_absence_has_a_heading() -> None:
    assert set(TOLD_ABSENCES) == set(ABSENCES)


def test_a_word_of_a_newer_version_is_shown_and_not_dropped() -> None:
    assert "treaty" == force_told("treaty").word
    assert "other" == force_told("treaty").rank
    assert "swallowed" == absence_told("swallowed")[0]
