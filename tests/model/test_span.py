"""Spans: a month is counted on the calendar of the recording's day, thirty days are thirty days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.model.span import Span

_DAYS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=11_000))
PARIS = ZoneInfo("Europe/Paris")


def _at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "start", "end"),
    [
        (Span(months=1), _at(2026, 1, 31), _at(2026, 2, 28)),
        (Span(months=1), _at(2028, 1, 31), _at(2028, 2, 29)),
        (Span(months=1), _at(2026, 4, 30), _at(2026, 5, 30)),
        (Span(months=12), _at(2028, 2, 29), _at(2029, 2, 28)),
        (Span(months=36), _at(2026, 11, 22), _at(2029, 11, 22)),
        (Span(months=1, exact=timedelta(days=2)), _at(2026, 12, 30), _at(2027, 2, 1)),
        (Span(exact=timedelta(days=30)), _at(2026, 1, 31), _at(2026, 3, 2)),
    ],
)
def test_a_span_ends_on_the_calendar(span: Span, start: datetime, end: datetime) -> None:
    assert end == span.after(start)


def test_edge_case_6_a_month_and_thirty_days_differ() -> None:
    taken = datetime(2026, 2, 10, 12, tzinfo=PARIS)

    assert datetime(2026, 3, 10, 12, tzinfo=PARIS) == Span(months=1).after(taken)
    assert datetime(2026, 3, 12, 12, tzinfo=PARIS) == Span(exact=timedelta(days=30)).after(taken)


@given(
    months=st.integers(0, 60),
    exact=st.timedeltas(timedelta(), timedelta(days=400)),
    start=st.datetimes(
        _at(1990, 1, 1).replace(tzinfo=None), _at(2090, 1, 1).replace(tzinfo=None), timezones=st.just(UTC)
    ),
)
def test_no_span_is_shorter_than_its_shortest_or_longer_than_its_longest(
    months: int, exact: timedelta, start: datetime
) -> None:
    span = Span(months, exact)

    assert span.shortest <= span.after(start) - start <= span.longest


@given(
    months=st.integers(0, 40),
    seconds=st.integers(0, 10**7),
    start=_DAYS.map(lambda day: _at(2010, 1, 1) + day),
    end=_DAYS.map(lambda day: _at(2015, 1, 1) + day),
)
def test_whatever_begins_earlier_has_ended_and_whatever_begins_later_has_not_but_for_the_last_of_a_short_month(
    months: int, seconds: int, start: datetime, end: datetime
) -> None:
    span = Span(months=months, exact=timedelta(seconds=seconds))
    if start < span.before(end):
        assert span.after(start) <= end
    else:
        assert span.after(start) > end - timedelta(days=1)


@pytest.mark.parametrize(
    ("span", "end", "start"),
    [
        (Span(months=1), _at(2026, 3, 15), _at(2026, 2, 15)),
        (Span(months=1), _at(2026, 3, 31), _at(2026, 3, 1)),
        (Span(months=1), _at(2026, 2, 28), _at(2026, 1, 28)),
        (Span(months=12), _at(2026, 1, 1), _at(2025, 1, 1)),
        (Span(months=1, exact=timedelta(days=2)), _at(2026, 3, 3), _at(2026, 2, 1)),
        (Span(exact=timedelta(days=30)), _at(2026, 3, 2), _at(2026, 1, 31)),
    ],
)
def test_a_span_is_counted_back_on_the_calendar(span: Span, end: datetime, start: datetime) -> None:
    assert start == span.before(end)
