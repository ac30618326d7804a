from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vmsguard_zoneminder.local_time import Opened, as_utc, naive, offset_of, opened_in
from vmsguard_zoneminder.rows import LogLine

OPENED = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def local(offset: timedelta, seconds: float = 0) -> str:
    return (OPENED + offset + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")


@given(quarters=st.integers(-48, 56), before=st.integers(0, 150))
def test_the_offset_comes_out_of_any_zone_in_use(quarters: int, before: int) -> None:
    offset = timedelta(minutes=15 * quarters)

    assert offset == offset_of([Opened(7, OPENED)], {7: local(offset, -before)})


def test_events_that_disagree_give_no_offset() -> None:
    starts = {1: local(timedelta(hours=1)), 2: local(timedelta(hours=2))}

    assert None is offset_of([Opened(1, OPENED), Opened(2, OPENED)], starts)


@pytest.mark.parametrize(
    ("offset", "seconds"), [(timedelta(0), -400), (timedelta(hours=15), 0), (timedelta(hours=9), 450)]
)
def test_a_start_that_fits_no_zone_gives_no_offset(offset: timedelta, seconds: int) -> None:
    assert None is offset_of([Opened(1, OPENED)], {1: local(offset, seconds)})


def test_events_that_are_not_known_give_no_offset() -> None:
    assert None is offset_of([Opened(1, OPENED)], {2: local(timedelta(0)), 3: None})


@pytest.mark.parametrize(
    ("component", "message", "event"),
    [
        ("zmc_m1", "m1: 049 - Opened new event 2, section start", 2),
        ("zmc_m1", "m1: 049 - Opening new event 31, alarm start", 31),
        ("zmc_m12", "Opened new event 7 Continuous", 7),
        ("web_php", "Opened new event 7 Continuous", None),
        ("zmc_m1", "m1: 050 - Closing event 1, section end forced", None),
        (None, None, None),
    ],
)
def test_only_a_capture_process_reports_new_events(
    component: str | None, message: str | None, event: int | None
) -> None:
    found = opened_in([LogLine(time_key=OPENED.timestamp(), component=component, message=message)])

    assert ([] if event is None else [(event, OPENED)]) == [(one.event, one.at) for one in found]


@pytest.mark.parametrize("text", [None, "", "yesterday", "2026-13-01 00:00:00", "0000-00-00 00:00:00"])
def test_what_is_no_time_is_none(text: str | None) -> None:
    assert None is naive(text)
    assert None is as_utc(text, timedelta(0))


def test_a_time_without_a_known_offset_is_none() -> None:
    assert None is as_utc("2026-11-22 12:00:00", None)
    assert OPENED == as_utc("2026-11-22 12:00:00", timedelta(hours=9))
