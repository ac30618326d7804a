from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from vmsguard.model.held_window import HeldWindow, read_windows, write_windows

SINCE = datetime(2026, 11, 20, 5, tzinfo=UTC)
WINDOW = HeldWindow(SINCE, SINCE + timedelta(hours=2))
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("start", "end", "touches"),
    [
        (WINDOW.since - MINUTE, WINDOW.since + MINUTE, True),
        (WINDOW.since + MINUTE, WINDOW.since + 2 * MINUTE, True),
        (WINDOW.until - MINUTE, None, True),
        (WINDOW.since - MINUTE, None, True),
        (None, WINDOW.since + MINUTE, True),
        (None, None, True),
        (WINDOW.since - 2 * MINUTE, WINDOW.since - MINUTE, False),
        (None, WINDOW.since - MINUTE, False),
        (WINDOW.until + MINUTE, WINDOW.until + 2 * MINUTE, False),
        (WINDOW.until + MINUTE, None, False),
        (WINDOW.since - MINUTE, WINDOW.since, True),
        (WINDOW.until, None, True),
    ],
)
def test_what_may_hold_a_part_of_the_window_touches_it(start, end, touches) -> None:
    assert touches == WINDOW.touches(start, end)


def test_windows_are_written_once_each_in_order_and_read_again() -> None:
    seoul = timezone(timedelta(hours=9))
    later = HeldWindow(SINCE + timedelta(days=1), SINCE + timedelta(days=2))
    text = write_windows([later, WINDOW, HeldWindow(WINDOW.since.astimezone(seoul), WINDOW.until.astimezone(seoul))])
    assert "2026-11-20T05:00:00Z/2026-11-20T07:00:00Z,2026-11-21T05:00:00Z/2026-11-22T05:00:00Z" == text
    assert (WINDOW, later) == read_windows(text)
    assert () == read_windows("")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T05:00:00Z",
        "2026-11-20T05:00:00/2026-11-20T07:00:00",
        "2026-11-20T07:00:00Z/2026-11-20T05:00:00Z",
        "all",
        ",",
    ],
)
def test_what_cannot_be_read_is_an_error_and_not_no_window(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_windows(text)


def test_a_wrong_clock_widens_it() -> None:
    assert HeldWindow(WINDOW.since - MINUTE, WINDOW.until + MINUTE) == WINDOW.wider(MINUTE)
