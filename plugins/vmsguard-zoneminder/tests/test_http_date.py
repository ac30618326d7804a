"""The date of a reply is a moment or nothing, whatever stands there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vmsguard_zoneminder.http_date import moment_of


@pytest.mark.parametrize(
    "told",
    [
        "",
        "soon",
        "Sun, 22 Nov 9999999999999999999999 12:00:00 GMT",
        "Sun, 22 Nov 2026 12:00:00 +99999999999999999999",
        "Sun, 22 Nov 2026 12:00:00 +2400",
        "Sun, 22 Nov 2026 12:00:00 -0000",
        "Sun, 31 Feb 2026 12:00:00 GMT",
    ],
)
def test_what_is_no_moment_is_none(told: str) -> None:
    assert None is moment_of(told)


@pytest.mark.parametrize("told", ["Sun, 22 Nov 2026 12:00:00 GMT", "Sunday, 22-Nov-26 12:00:00 GMT"])
def test_both_forms_of_a_date_are_read(told: str) -> None:
    assert datetime(2026, 11, 22, 12, tzinfo=UTC) == moment_of(told)


@given(st.text(max_size=60))
def test_nothing_that_a_server_writes_raises(told: str) -> None:
    assert moment_of(told) is None or moment_of(told).tzinfo is not None  # type: ignore[union-attr]
