from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.policy.durations import DURATION_PATTERN, parse_duration, show_duration


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

    assert re.match(DURATION_PATTERN, text)
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
