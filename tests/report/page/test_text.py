"""Strings, times and numbers as a reader sees them."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.report.page.text import day, iso, moment, shortened, span, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cam-0a31", "cam-0a31"),
        ("열화상카메라", "열화상카메라"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\x00b", "a⟨U+0000⟩b"),
        ("a\u200db", "a⟨U+200D⟩b"),
        ("a\ud800b", "a⟨U+D800⟩b"),
        ("a\u3164b", "a⟨U+3164⟩b"),
        ("a\u00a0b", "a\u00a0b"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\rb", "a⟨U+000D⟩b"),
        ("𝛢", "𝛢"),
    ],
)
def test_what_draws_nothing_or_reorders_is_written_as_its_code_point(text: str, shown: str) -> None:
    assert shown == visible(text)


@given(st.text(alphabet=st.characters(codec=None)))
def test_whatever_comes_in_what_goes_out_can_be_encoded_and_hides_nothing(text: str) -> None:
    shown = visible(text)

    shown.encode("utf-8")
    assert not {unicodedata.category(ch) for ch in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} - (
        {"Cc"} if set("\n\t") & set(text) else set()
    )


@given(st.text(), st.text())
def test_two_strings_that_differ_never_look_the_same_for_want_of_ink(one: str, other: str) -> None:
    plain = "⟨" not in one + other

    assert not plain or (one == other) == (visible(one) == visible(other))


@given(st.text(), st.integers(min_value=1, max_value=60))
def test_a_shortened_string_is_no_longer_than_asked(text: str, length: int) -> None:
    assert len(shortened(text, length)) <= length


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "under a minute"),
        (59, "under a minute"),
        (60, "1 min"),
        (3_600, "1 h"),
        (12_000, "3 h 20 min"),
        (86_400, "24 h"),
        (2 * 86_400, "2 days"),
        (2 * 86_400 + 7_200, "2 days 2 h"),
        (19 * 86_400 + 40_000, "19 days"),
        (-90, "1 min"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(seconds: int, told: str) -> None:
    assert told == span(seconds)


def test_times_are_told_in_utc_wherever_they_were_made() -> None:
    at = datetime(2026, 11, 22, 0, 30, tzinfo=timezone(timedelta(hours=9)))

    assert "21 Nov 2026, 15:30" == moment(at)
    assert "2026-11-21T15:30Z" == iso(at)
    assert "21 Nov 2026" == day(at)


def test_a_time_without_a_zone_counts_as_utc() -> None:
    assert moment(datetime(2026, 11, 22, 3, 0, tzinfo=UTC)) == moment(datetime(2026, 11, 22, 3, 0))  # noqa: DTZ001


def test_a_date_has_no_time() -> None:
    assert ("9 Mar 2027", "2027-03-09") == (day(date(2027, 3, 9)), iso(date(2027, 3, 9)))
