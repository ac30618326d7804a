from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vmsguard.report.holds import HoldBook
from vmsguard.report.records import HoldRead

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def read(seq: int, camera: str = "cam-1", ends: datetime | None = None) -> HoldRead:
    return HoldRead(seq=seq, ts=NOW, run="r", hold="hold-1", camera=camera, approver="b", starts=NOW, ends=ends)


def told(*followed: tuple[str, HoldRead], until: datetime = NOW + DAY) -> list[tuple[str, str, tuple[str, ...]]]:
    book = HoldBook()
    for event, record in followed:
        book.follow(event, record)
    return [(one.id, one.state, one.cameras) for one in book.told(until, "log")]


def test_a_hold_is_told_once_for_all_cameras_it_is_in_force_on() -> None:
    assert [("hold-1", "in-force", ("cam-1", "cam-2"))] == told(
        ("hold.placed", read(1)), ("hold.placed", read(2, "cam-2"))
    )


@pytest.mark.parametrize(("event", "state"), [("hold.lifted", "lifted"), ("hold.expired", "ended")])
def test_the_newest_event_counts(event: str, state: str) -> None:
    found = told(("hold.placed", read(1)), ("hold.placed", read(2, "cam-2")), (event, read(3)))
    assert {("hold-1", "in-force", ("cam-2",)), ("hold-1", state, ("cam-1",))} == set(found)


def test_an_end_that_has_passed_by_the_end_of_the_report_is_an_end() -> None:
    placed = ("hold.placed", read(1, ends=NOW + DAY))
    assert [("hold-1", "ended", ("cam-1",))] == told(placed, until=NOW + DAY)
    assert [("hold-1", "in-force", ("cam-1",))] == told(placed, until=NOW + DAY - timedelta(seconds=1))


def test_without_a_hold_nothing_is_told() -> None:
    assert [] == told()
