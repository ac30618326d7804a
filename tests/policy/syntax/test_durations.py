from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.model.span import Span
from vmsguard.policy.syntax.durations import (
    DURATION_PATTERN,
    SPAN_PATTERN,
    parse_duration,
    parse_span,
    show_duration,
    show_span,
)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("PT24H", 24), ("P1D", 24), ("P180D", 180 * 24), ("P2W", 14 * 24), ("P1DT6H", 30), ("PT90M", 1.5), ("PT3600S", 1)],
)
def test_exact_lengths(text: str, hours: float) -> None:
    assert timedelta(hours=hours) == parse_duration(text)


@pytest.mark.parametrize("text", ["PT0S", "P0D", "PT0H0M0S", "P0W"])
def test_zero_says_what_a_camera_would_make_of_it(text: str) -> None:
    with pytest.raises(ValueError, match="zero duration") as caught:
        parse_duration(text)

    assert "ONVIF reads 0 as unlimited" in caught.value.args[1]


@pytest.mark.parametrize("text", ["P1M", "P1Y", "P1Y2M3D", "P1M2D"])
def test_months_and_years_have_no_exact_length(text: str) -> None:
    with pytest.raises(ValueError, match="differ in length"):
        parse_duration(text)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "24h", "PT1.5H", "pt24h", "PT24H ", "P1D1W", "P٣D", "P200000D"]
)
def test_anything_else_is_refused_with_advice(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_duration(text)

    assert 2 == len(caught.value.args)


def test_a_negative_length_is_called_so() -> None:
    with pytest.raises(ValueError, match="negative"):
        parse_duration("-P1D")


@given(st.integers(0, 400), st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_parts_add_up_and_editors_accept_them(days: int, hours: int, minutes: int, seconds: int) -> None:
    text = f"P{days}DT{hours}H{minutes}M{seconds}S"
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)

    assert bool(length) == (re.match(DURATION_PATTERN, text) is not None)
    if length:
        assert length == parse_duration(text)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(hours=24), "24 hours"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(days=180), "180 days"),
        (timedelta(days=3, hours=6, minutes=1, seconds=2), "3 days 6 hours 1 minute 2 seconds"),
    ],
)
def test_lengths_are_read_aloud(length: timedelta, words: str) -> None:
    assert words == show_duration(length)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("P1M", Span(months=1)),
        ("P3Y", Span(months=36)),
        ("P1Y6M", Span(months=18)),
        ("P1Y2M3DT4H", Span(months=14, exact=timedelta(days=3, hours=4))),
        ("P1M2W", Span(months=1, exact=timedelta(days=14))),
        ("P8D", Span(exact=timedelta(days=8))),
        ("PT72H", Span(exact=timedelta(hours=72))),
        ("PT1M", Span(exact=timedelta(minutes=1))),
        ("P100Y", Span(months=1200)),
    ],
)
def test_spans_may_count_months_and_years(text: str, span: Span) -> None:
    assert span == parse_span(text)
    assert re.match(SPAN_PATTERN, text)


@pytest.mark.parametrize("text", ["P0M", "P0Y", "P0Y0M0D", "PT0S"])
def test_a_span_of_nothing_is_zero(text: str) -> None:
    with pytest.raises(ValueError, match="zero duration"):
        parse_span(text)


@pytest.mark.parametrize("text", ["P1D1M", "P1M1Y", "P", "P1M1", "P1.5Y", "-P1M", "P101Y", "P1201M", "P9999Y", "p1m"])
def test_spans_that_are_none_are_refused_with_advice(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_span(text)

    assert 2 == len(caught.value.args)


@given(st.integers(0, 98), st.integers(0, 11), st.integers(0, 300))
def test_parts_of_spans_add_up_and_editors_accept_them(years: int, months: int, days: int) -> None:
    text = f"P{years}Y{months}M{days}D"
    span = Span(12 * years + months, timedelta(days=days))

    assert bool(span) == (re.match(SPAN_PATTERN, text) is not None)
    if span:
        assert span == parse_span(text)


@pytest.mark.parametrize(
    ("span", "english", "korean"),
    [
        (Span(months=1), "1 month", "1개월"),
        (Span(months=18), "1 year 6 months", "1년 6개월"),
        (Span(months=36), "3 years", "3년"),
        (Span(exact=timedelta(hours=72)), "72 hours", "72시간"),
        (Span(exact=timedelta(days=4)), "4 days", "4일"),
        (Span(exact=timedelta(hours=24)), "24 hours", "24시간"),
        (Span(months=1, exact=timedelta(days=2, hours=5)), "1 month 2 days 5 hours", "1개월 2일 5시간"),
    ],
)
def test_spans_are_read_aloud(span: Span, english: str, korean: str) -> None:
    assert (english, korean) == (show_span(span), show_span(span, "ko"))
