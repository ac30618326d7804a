from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.policy.syntax.instants import DATE_PATTERN, INSTANT_PATTERN, parse_date, parse_instant

FIRST, LAST = datetime(1800, 1, 1), datetime(2200, 12, 31, 23, 59, 59)  # noqa: DTZ001 - Hypothesis adds the zones


@given(st.dates(FIRST.date(), LAST.date()))
def test_a_day_is_what_it_says(day: date) -> None:
    assert re.match(DATE_PATTERN, day.isoformat())
    assert day == parse_date(day.isoformat())


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-13-01", "2026-1-1", "20260101", "22.11.2026", "today", "2026-W01-1"]
)
def test_other_days_are_refused_with_advice(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_date(text)

    assert 2 == len(caught.value.args)


@given(
    st.datetimes(FIRST, LAST, timezones=st.integers(-12 * 60, 14 * 60).map(lambda at: timezone(timedelta(minutes=at))))
)
def test_an_instant_is_what_it_says(moment: datetime) -> None:
    assert re.match(INSTANT_PATTERN, moment.isoformat())
    assert moment == parse_instant(moment.isoformat())


@pytest.mark.parametrize("text", ["9999-12-31", "1799-12-31", "2201-01-01", "0001-01-01"])
def test_years_nobody_means_are_refused(text: str) -> None:
    assert re.match(DATE_PATTERN, text) is None
    for parse, told in ((parse_date, text), (parse_instant, f"{text}T00:00:00Z")):
        with pytest.raises(ValueError, match="outside the years"):
            parse(told)


def test_zulu_time_is_an_offset() -> None:
    assert datetime(2026, 12, 1, 6, tzinfo=UTC) == parse_instant("2026-12-01t06:00:00z")


@pytest.mark.parametrize("text", ["2026-12-01", "2026-12-01T06:00", "2026-12-01 06:00:00"])
def test_a_local_time_is_refused_for_its_missing_offset(text: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        parse_instant(text)


@pytest.mark.parametrize("text", ["2026-02-30T06:00:00Z", "2026-12-01T25:00:00+09:00", "tomorrow", "2026-12-01T06Z"])
def test_other_instants_are_refused_with_advice(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_instant(text)

    assert 2 == len(caught.value.args)
