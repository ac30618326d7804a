"""When a duty is aimed, warned, paged and missed: each once, none backwards, whatever the order of looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from vmsguard.agent.schedule.alarm_levels import aim_of, level_at, newly_reached, next_level_at, time_of
from vmsguard.model.duty_watch import AlarmLevel, DutyWatch
from vmsguard.model.ledger import Duty

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
DUTY = Duty(
    camera="c",
    pack="p",
    rule="r",
    target="t",
    channel="1",
    max_gap_seconds=86_400,
    next_due=NOON + DAY,
    enrolled_at=NOON,
)
WATCH = DutyWatch(camera="c", pack="p", rule="r", target="t", channel="1")


def told(level: AlarmLevel, due: datetime = DUTY.next_due) -> DutyWatch:
    return replace(WATCH, alarm=level, alarm_due=due)


@pytest.mark.parametrize(
    ("hours", "level"),
    [
        (0, AlarmLevel.NONE),
        (11.999, AlarmLevel.NONE),
        (12, AlarmLevel.AIM),
        (17.999, AlarmLevel.AIM),
        (18, AlarmLevel.WARN),
        (21.599, AlarmLevel.WARN),
        (21.6, AlarmLevel.PAGE),
        (24, AlarmLevel.PAGE),  # verified at the very end of the gap is in time
        (24.001, AlarmLevel.MISS),
        (1000, AlarmLevel.MISS),
    ],
)
def test_the_level_of_a_gap_of_24_hours(hours: float, level: AlarmLevel) -> None:
    assert level == level_at(DUTY, NOON + hours * HOUR)


def test_a_silence_that_passed_several_levels_reaches_them_in_order() -> None:
    assert [AlarmLevel.AIM, AlarmLevel.WARN, AlarmLevel.PAGE] == list(newly_reached(DUTY, WATCH, NOON + 22 * HOUR))
    assert [AlarmLevel.PAGE] == list(newly_reached(DUTY, told(AlarmLevel.WARN), NOON + 22 * HOUR))


def test_what_was_told_of_an_earlier_gap_is_not_told_of_this_one() -> None:
    before = told(AlarmLevel.PAGE, DUTY.next_due - 12 * HOUR)
    assert [AlarmLevel.AIM] == list(newly_reached(DUTY, before, NOON + 13 * HOUR))


def test_an_overdue_duty_is_aimed_at_at_once_and_tells_only_its_next_miss() -> None:
    overdue = told(AlarmLevel.MISS)
    assert [] == list(newly_reached(DUTY, overdue, NOON + 23 * HOUR))
    assert [AlarmLevel.MISS] == list(newly_reached(DUTY, overdue, NOON + 25 * HOUR))
    assert aim_of(DUTY, overdue) == NOON
    assert DUTY.next_due == next_level_at(DUTY, overdue, NOON)


def test_without_its_mark_an_overdue_duty_is_known_by_its_ledger() -> None:
    moved = replace(DUTY, next_due=NOON + 3 * DAY)  # a crash came between the miss and its mark
    assert NOON + 12 * HOUR == aim_of(moved, WATCH)
    assert NOON == aim_of(moved, WATCH, NOON - 12 * HOUR)


@given(
    gap=st.integers(1, 10**7),
    looks=st.lists(st.floats(0, 1.5), min_size=1, max_size=12).map(sorted),
)
def test_each_level_is_told_once_and_never_backwards(gap: int, looks: list[float]) -> None:
    duty = replace(DUTY, max_gap_seconds=gap, next_due=NOON + timedelta(seconds=gap))
    watch, heard = WATCH, []
    for look in looks:
        for level in newly_reached(duty, watch, NOON + timedelta(seconds=gap * look)):
            heard.append(level)
            watch = replace(watch, alarm=level, alarm_due=duty.next_due)
        if AlarmLevel.MISS in heard:
            break
    order = list(AlarmLevel)
    assert heard == sorted(set(heard), key=order.index)


@given(gap=st.integers(4, 10**7), looked=st.floats(0, 1))
def test_nothing_is_reached_before_the_time_that_was_said(gap: int, looked: float) -> None:
    duty = replace(DUTY, max_gap_seconds=gap, next_due=NOON + timedelta(seconds=gap))
    now = NOON + timedelta(seconds=gap * looked)
    watch = replace(WATCH, alarm=level_at(duty, now), alarm_due=duty.next_due)
    upcoming = next_level_at(duty, watch, now)
    assert now <= upcoming <= duty.next_due
    assert [] == list(newly_reached(duty, watch, max(now, upcoming - timedelta(microseconds=1))))
    assert time_of(duty, AlarmLevel.AIM) == aim_of(duty, None)
