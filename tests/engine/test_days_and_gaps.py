"""A daily duty where clocks shift: no gap longer than a day, and no day of the calendar without a deletion."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from vmsguard.model.fact_values import VerifiedDeletion
from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Verdict

HOUR = timedelta(hours=1)
DAY = 24 * HOUR
SHIFTS = {
    "spring, an hour, at night": ("Europe/Berlin", "02:30", date(2026, 3, 27), [24, 24, 23, 24]),
    "autumn, an hour, at night": ("Europe/Berlin", "02:30", date(2026, 10, 23), [24, 24, 25, 24]),
    "spring, half an hour": ("Australia/Lord_Howe", "02:15", date(2026, 10, 2), [24, 24, 23.5, 24]),
    "autumn, half an hour": ("Australia/Lord_Howe", "01:45", date(2026, 4, 3), [24, 24, 24.5, 24]),
    "at midnight": ("America/Santiago", "00:00", date(2026, 9, 4), [24, 24, 23, 24]),
    "after midnight": ("Africa/Cairo", "00:30", date(2026, 4, 22), [24, 24, 23, 24]),
    "never": ("Asia/Seoul", "02:30", date(2026, 3, 27), [24, 24, 24, 24]),
}
ZONES = [pytest.param(*told, id=f"{told[0]}, {name}") for name, told in SHIFTS.items()]


def runs(zone: str, at: str, first: date, count: int) -> list[datetime]:
    """When a run at a time of day takes place: a time told twice counts once, one that is left out comes later."""
    place = ZoneInfo(zone)
    days = (first + number * timedelta(days=1) for number in range(count))
    return [datetime.combine(day, time.fromisoformat(at), place).astimezone(UTC) for day in days]


@pytest.fixture
def duty(world: Any, words: Any) -> Any:
    """A camera that stores, with a rule that has it purged every day, judged in a zone at a time."""
    world.stores("footage")
    rule = words.rule(words.require("deletion.periodic", max_gap=DAY), name="daily")

    def judged(zone: str, now: datetime, ended: datetime, took: timedelta = timedelta()) -> Result:
        world.now = now
        world.rules.clear()
        world.assign(replace(words.pack(rule), timezone=zone))
        world.listed("deletion.verified", VerifiedDeletion("footage", ended - took, ended))
        found: Result = world.rule("daily")
        return found

    return judged


@pytest.mark.parametrize(("zone", "at", "first", "gaps"), ZONES)
def test_edge_case_1_once_a_day_is_not_every_24_hours(
    duty: Any, zone: str, at: str, first: date, gaps: list[float]
) -> None:
    found = runs(zone, at, first, 5)
    assert gaps == [(later - earlier) / HOUR for earlier, later in pairwise(found)]
    for earlier, later in pairwise(found):
        result = duty(zone, later, earlier)
        if later - earlier > DAY:
            assert (Verdict.FAIL, "overdue") == (result.verdict, result.reason.partition(":")[0])
        else:
            assert Verdict.PASS is result.verdict


@pytest.mark.parametrize(("zone", "at", "first", "gaps"), ZONES)
def test_edge_case_1_twice_a_day_keeps_both_promises_everywhere(
    duty: Any, zone: str, at: str, first: date, gaps: list[float]
) -> None:
    again = (datetime.combine(first, time.fromisoformat(at)) + 12 * HOUR).time().isoformat("minutes")
    found = sorted([*runs(zone, at, first, 5), *runs(zone, again, first, 5)])
    verdicts = {duty(zone, later, earlier).verdict for earlier, later in pairwise(found)}
    assert {Verdict.PASS} == verdicts


def test_edge_case_2_a_day_of_23_hours_may_pass_between_two_deletions_that_keep_the_gap(duty: Any) -> None:
    zone = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 28, 23, 58, tzinfo=zone).astimezone(UTC)
    after = datetime(2026, 3, 30, 0, 10, tzinfo=zone).astimezone(UTC)
    assert after - before < DAY
    result = duty("Europe/Berlin", after, before)
    assert (Verdict.FAIL, "day-missed: not verified empty: footage on 2026-03-29") == (result.verdict, result.reason)
    assert Verdict.PASS is duty("Europe/Berlin", after - 11 * timedelta(minutes=1), before).verdict
    assert Verdict.PASS is duty("UTC", after, before).verdict
    assert Verdict.PASS is duty("Europe/Berlin", after, after - timedelta(minutes=1)).verdict


def test_edge_case_2_a_day_of_25_hours_with_a_deletion_on_it_may_still_break_the_gap(duty: Any) -> None:
    first, second = runs("Europe/Berlin", "02:30", date(2026, 10, 25), 2)
    result = duty("Europe/Berlin", second - timedelta(seconds=1), first)
    assert result.verdict is Verdict.FAIL
    assert result.reason.startswith("overdue")


def test_edge_case_2_the_days_are_those_of_the_packs_zone_and_the_gap_is_of_none(duty: Any) -> None:
    ended = datetime(2026, 11, 20, 14, 59, tzinfo=UTC)
    for zone in ("Asia/Seoul", "Europe/Berlin", "America/Santiago"):
        assert Verdict.PASS is duty(zone, ended + DAY, ended).verdict
        assert Verdict.FAIL is duty(zone, ended + DAY + timedelta(seconds=1), ended).verdict


def test_edge_case_2_daily_deletion_by_its_own_name_keeps_both_promises(world: Any, words: Any) -> None:
    ended = datetime(2026, 3, 28, 22, 58, tzinfo=UTC)
    world.stores("footage").listed("deletion.verified", VerifiedDeletion("footage", ended, ended))
    world.now = datetime(2026, 3, 29, 22, 10, tzinfo=UTC)
    rule = words.rule(words.require("deletion.daily"), name="daily")
    world.assign(replace(words.pack(rule), timezone="Europe/Berlin"))
    assert world.rule("daily").reason.startswith("day-missed")


@pytest.mark.parametrize(("took", "verdict"), [(HOUR, Verdict.FAIL), (timedelta(), Verdict.PASS)])
def test_edge_case_3_the_clock_runs_from_what_a_purge_covered_not_from_its_end(
    duty: Any, took: timedelta, verdict: Verdict
) -> None:
    ended = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    assert verdict is duty("Asia/Seoul", ended + DAY, ended, took).verdict
