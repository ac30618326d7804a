"""Verdicts over time: several logs on one line, and many runs thinned without hiding a bad one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vmsguard.report.model import Counts, Period
from vmsguard.report.over_time import MOST_POINTS, added, over_time

START = datetime(2026, 1, 1, tzinfo=UTC)


def point(hours: float, passed: int = 1, failed: int = 0, run: str = "") -> Period:
    at = START + timedelta(hours=hours)
    counts = Counts(pass_direct=passed, fail=failed)
    return Period(at=at, run=run or f"run-{hours}", command="check", counts=counts, cameras=passed + failed)


def told(points: tuple[Period, ...]) -> list[tuple[str, int, int]]:
    return [(one.run, one.counts.pass_direct, one.counts.fail) for one in points]


def test_few_runs_are_told_as_they_are() -> None:
    points = [point(hours) for hours in range(MOST_POINTS)]

    assert tuple(points) == over_time([points])


def test_a_log_stands_as_it_last_said_while_another_goes_on() -> None:
    seoul = [point(1, 5, run="s-1"), point(9, 4, 1, run="s-2")]
    busan = [point(4, 2, run="b-1"), point(12, 0, 2, run="b-2")]

    assert [("s-1", 5, 0), ("b-1", 7, 0), ("s-2", 6, 1), ("b-2", 4, 3)] == told(over_time([seoul, busan]))
    assert [5, 7, 7, 7] == [one.cameras for one in over_time([busan, seoul])]


def test_of_a_day_with_many_runs_the_one_with_the_fewest_passes_stays() -> None:
    days = [point(24 * day + hour, 10, 3 if (day, hour) == (5, 7) else 0) for day in range(30) for hour in range(24)]
    points = over_time([days])

    assert ("run-127", 10, 3) in told(points)
    assert 31 == len(points)
    assert 1 == points[-1].runs
    assert days[-1] == points[-1]
    assert len(days) == sum(one.runs for one in points)


def test_years_of_daily_runs_become_weeks_and_decades_months() -> None:
    assert MOST_POINTS >= len(over_time([[point(24 * day) for day in range(365 * 2)]])) > 100
    assert MOST_POINTS >= len(over_time([[point(24 * day) for day in range(365 * 8)]])) > 90


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=400))
def test_no_run_is_lost_the_newest_stays_and_the_worst_is_seen(raw: list[tuple[int, int, int]]) -> None:
    points = [point(hours, passed, failed, run=f"r-{n}") for n, (hours, passed, failed) in enumerate(sorted(raw))]
    thinned = over_time([points])

    def share(one: Period) -> float:
        return one.counts.passed / one.counts.judged if one.counts.judged else 1.0

    assert len(points) == sum(one.runs for one in thinned)
    assert points[-1].run == thinned[-1].run
    assert [one.at for one in thinned] == sorted(one.at for one in thinned)
    assert min(map(share, points)) == min(map(share, thinned))


@given(st.lists(st.builds(Counts, pass_direct=st.integers(0, 99), fail=st.integers(0, 99), unknown=st.integers(0, 99))))
def test_counts_are_added_kind_by_kind(counts: list[Counts]) -> None:
    assert Counts(
        pass_direct=sum(one.pass_direct for one in counts),
        fail=sum(one.fail for one in counts),
        unknown=sum(one.unknown for one in counts),
    ) == added(counts)
