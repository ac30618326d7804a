"""A paper counts from midnight to midnight where it says, to the second, whatever the clock does that day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from vmsguard.controls.papers import flaw
from vmsguard.model.pack import Document
from vmsguard.model.paper_days import begins, day_at, ends, in_zone

SECOND = timedelta(seconds=1)
PAPER = Document(id="d-1", kind="notice", sha256="0f" * 32, dated=date(2026, 3, 8), expires=date(2026, 11, 1))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "begin", "end"),
    [
        ("", "2026-03-08T00:00:00", "2026-11-01T00:00:00"),
        ("UTC", "2026-03-08T00:00:00", "2026-11-01T00:00:00"),
        ("Asia/Seoul", "2026-03-07T15:00:00", "2026-10-31T15:00:00"),
        # Clocks change there on both days, after midnight: the first has 23 hours, the second 25.
        ("America/New_York", "2026-03-08T05:00:00", "2026-11-01T04:00:00"),
        # Where clocks change at midnight, Cairo has none on 24 April, and Havana two on 1 November.
        ("America/Havana", "2026-03-08T05:00:00", "2026-11-01T04:00:00"),
    ],
)
def test_a_day_begins_at_its_midnight_where_the_paper_is_read(zone: str, begin: str, end: str) -> None:
    (paper,) = in_zone((PAPER,), zone)
    # Of a time that comes twice Python says that it equals none elsewhere; that it is neither before nor after.
    told_end = ends(paper)
    assert told_end is not None
    assert (utc(begin), utc(end)) == (begins(paper).astimezone(UTC), told_end.astimezone(UTC))
    moments = (utc(begin) - SECOND, utc(begin), utc(end) - SECOND, utc(end))
    told = [flaw(paper, moment).partition(":")[0] for moment in moments]
    assert ["document-not-yet", "", "", "document-expired"] == told


@pytest.mark.parametrize(
    ("zone", "day", "begin"),
    [
        ("America/New_York", date(2026, 3, 9), "2026-03-09T04:00:00"),
        ("America/New_York", date(2026, 11, 2), "2026-11-02T05:00:00"),
        ("Africa/Cairo", date(2026, 4, 24), "2026-04-23T22:00:00"),
        ("Africa/Cairo", date(2026, 4, 25), "2026-04-24T21:00:00"),
    ],
)
def test_days_with_another_number_of_hours_end_where_the_next_begins(zone: str, day: date, begin: str) -> None:
    paper = replace(PAPER, timezone=zone, expires=day)
    assert utc(begin) == ends(paper)
    assert "" == flaw(paper, utc(begin) - SECOND)
    assert flaw(paper, utc(begin)).startswith("document-expired")
    assert day == day_at(paper, utc(begin))
    assert day - timedelta(days=1) == day_at(paper, utc(begin) - SECOND)


def test_the_zone_a_paper_names_is_not_that_of_the_place_it_is_read_for() -> None:
    (paper,) = in_zone((replace(PAPER, timezone="America/New_York"),), "Asia/Seoul")
    assert "America/New_York" == paper.timezone


def test_what_is_told_is_the_moment_at_which_it_ended() -> None:
    (paper,) = in_zone((PAPER,), "Asia/Seoul")
    assert "document-expired: d-1 expired on 2026-11-01T00:00:00+09:00" == flaw(paper, utc("2026-12-01T00:00:00"))
    assert "document-not-yet: d-1 counts from 2026-03-08T00:00:00+09:00" == flaw(paper, utc("2026-01-01T00:00:00"))
