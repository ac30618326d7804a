"""Durations on the wire and as seconds say the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.simulator.iso_duration import duration, seconds


@given(st.integers(min_value=0, max_value=10**9))
def test_what_is_written_is_read_back(total) -> None:
    assert seconds(duration(total)) == total


@pytest.mark.parametrize(
    ("text", "total"),
    [("PT0S", 0), ("PT1H", 3600), ("P1DT1S", 86401), ("PT36H", 129600), ("PT90M", 5400), ("PT0.5S", 0)],
)
def test_the_forms_devices_use_are_read(text, total) -> None:
    assert seconds(text) == total


@pytest.mark.parametrize("text", ["", "P", "PT", "P1DT", "P1Y", "P1M", "1 day", "-PT1S", "PT1H ", "pt1h"])
def test_what_has_no_fixed_length_is_not_guessed(text) -> None:
    assert seconds(text) is None
