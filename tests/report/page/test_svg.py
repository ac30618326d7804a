"""Geometry of the charts: nothing vanishes, nothing overflows, and passes stay apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.report.model import Counts, Deletion, Period
from vmsguard.report.page.svg_deletions import deletion_state, deletions_chart
from vmsguard.report.page.svg_sites import counts_told, sites_chart
from vmsguard.report.page.svg_stack import SERIES, segments, worst
from vmsguard.report.page.svg_time import time_chart

NUMBER = st.one_of(st.just(0), st.integers(min_value=0, max_value=100_000))
COUNTS = st.builds(Counts, **{series.key: NUMBER for series in SERIES})
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def test_every_field_of_the_counts_has_a_part_of_the_bar() -> None:
    assert set(Counts.__struct_fields__) == {series.key for series in SERIES}


@given(COUNTS)
def test_a_bar_shows_each_kind_there_is_and_no_other(counts: Counts) -> None:
    assert {series.key for series in SERIES if series.of(counts)} == {part.series.key for part in segments(counts)}


@given(COUNTS)
def test_the_parts_of_a_bar_touch_and_fill_it(counts: Counts) -> None:
    parts = segments(counts)

    end = 0.0
    for part in parts:
        assert abs(float(part.x) - end) < 0.1
        end = float(part.x) + float(part.width)
    assert not parts or abs(100 - end) < 0.1


@given(COUNTS)
def test_no_part_of_a_bar_is_too_thin_to_see(counts: Counts) -> None:
    assert all(float(part.width) >= 1.59 for part in segments(counts))


@given(COUNTS)
def test_a_larger_count_is_never_drawn_thinner(counts: Counts) -> None:
    parts = sorted(segments(counts), key=lambda part: part.count)

    widths = [float(part.width) for part in parts]
    assert widths == sorted(widths)


def test_the_worst_kind_is_found_in_the_order_of_the_bar() -> None:
    assert "fail" == (worst(Counts(fail=1, unknown=9, pass_direct=9)) or SERIES[-1]).key
    assert "unknown" == (worst(Counts(unknown=1, pass_direct=9)) or SERIES[-1]).key
    assert None is worst(Counts())


def test_counts_are_told_in_words_and_passes_are_never_one_number() -> None:
    told = counts_told(Counts(fail=3, pass_direct=2, pass_exception=1))

    assert "3 fail, 1 pass by exception and 2 pass" == told
    assert "nothing judged" == counts_told(Counts())


def test_sites_are_ranked_by_failures_then_by_what_is_unknown() -> None:
    chart = sites_chart(
        {"a": Counts(pass_direct=9), "b": Counts(unknown=1, pass_direct=1), "c": Counts(fail=1, pass_direct=9)}
    )

    assert ["c", "b", "a"] == [bar.name for bar in chart.bars]
    assert "Failing verdicts at 1, unknown ones at 1." in chart.told


def test_a_hundred_sites_leave_the_rest_to_the_table_and_say_so() -> None:
    chart = sites_chart({f"s{number}": Counts(fail=1) for number in range(100)})

    assert (24, 76) == (len(chart.bars), chart.left_off)


def period(hours: float, counts: Counts) -> Period:
    return Period(at=NOW + timedelta(hours=hours), run=f"run-{hours}", command="check", counts=counts, cameras=1)


@given(st.lists(COUNTS, min_size=1, max_size=120))
def test_columns_stay_inside_the_picture(many: list[Counts]) -> None:
    chart = time_chart([period(number, counts) for number, counts in enumerate(many)])

    assert chart is not None
    for column in chart.columns:
        assert 0 <= float(column.x) <= float(column.x) + float(column.width) <= 100.01
        for part in column.parts:
            assert 0 <= float(part.y)
    assert chart.top == max(1, *(counts.judged for counts in many))


def test_one_failure_among_thousands_is_drawn() -> None:
    chart = time_chart([period(0, Counts(fail=1, pass_direct=100_000))])

    assert chart is not None
    assert 2.0 == float(chart.columns[0].parts[0].height)


def test_no_run_is_no_chart() -> None:
    assert None is time_chart([])


def test_the_axis_of_one_day_shows_times() -> None:
    one = Counts(fail=1)
    chart = time_chart([period(hours, one) for hours in (1, 2, 5)])

    assert chart is not None
    assert chart.first != chart.last
    assert (chart.first, chart.last) == (chart.columns[0].told.split(": ")[0], chart.columns[2].told.split(": ")[0])


def test_the_axis_of_several_days_shows_dates() -> None:
    chart = time_chart([period(hours, Counts(fail=1)) for hours in (0, 48)])

    assert chart is not None
    assert not any(":" in told for told in (chart.first, chart.last))


def test_a_long_pause_is_marked_between_its_columns() -> None:
    one = Counts(pass_direct=1)
    chart = time_chart([period(hours, one) for hours in (0, 24, 48, 72, 24 * 20)])

    assert chart is not None
    assert ("80.000",) == chart.pauses


def deletion(age: int | None, gap: int | None, *, overdue: bool = False) -> Deletion:
    at = None if age is None else NOW - timedelta(seconds=age)
    return Deletion(
        target=f"t-{age}-{gap}",
        channel="1",
        cameras=("c",),
        cutoff=at,
        at=at,
        age_seconds=age,
        max_gap_seconds=gap,
        overdue=overdue,
    )


@pytest.mark.parametrize(
    ("one", "state"),
    [
        (deletion(None, 86_400), "never"),
        (deletion(None, None), "never"),
        (deletion(90_000, 86_400), "overdue"),
        (deletion(10, 86_400, overdue=True), "overdue"),
        (deletion(70_000, 86_400), "nearly due"),
        (deletion(3_600, 86_400), "in time"),
        (deletion(3_600, None), "no limit"),
    ],
)
def test_the_state_of_a_deletion_errs_on_no_side(one: Deletion, state: str) -> None:
    assert state == deletion_state(one)


def test_the_limit_is_the_middle_of_the_bar_and_what_never_happened_fills_it() -> None:
    chart = deletions_chart([deletion(None, 86_400), deletion(86_400, 86_400), deletion(9 * 86_400, 86_400)])

    assert ["100.00", "100.00", "50.00"] == [bar.width for bar in chart.bars]
    assert ["unknown", "fail", "near"] == [bar.css for bar in chart.bars]
