"""An exception that lifts nothing is told to whoever wrote it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vmsguard.model.inventory import Camera
from vmsguard.model.pack import ExceptionGrant, ExceptionType
from vmsguard.model.snapshot import CameraSnapshot, ExceptionStanding
from vmsguard.model.span import Span
from vmsguard.report.words.findings import FINDINGS
from vmsguard.run.exception_notices import exception_notices

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TYPE = ExceptionType(id="t", lifts=("a.off",), requires=("approver",), max_duration=Span(exact=30 * DAY))
SELF = "exception-self-approved: ex-1 needs an approver who is not its author"
EARLY = "exception-not-started: ex-1 starts on 2026-12-01"
LATE = "exception-expired: ex-1 expired"


def told(*reasons: str, expires: datetime = NOW + DAY, cameras: tuple[str, ...] = ("cam-1",)) -> list[tuple[str, str]]:
    grant = ExceptionGrant(
        id="ex-1",
        pack="p",
        rule="r",
        type="t",
        cameras=cameras,
        author="role:a",
        approver="role:a",
        starts=NOW - 20 * DAY,
        expires=expires,
    )
    standing = ExceptionStanding(grant=grant, type=TYPE, reasons=reasons)
    snapshots = {
        name: CameraSnapshot(camera=Camera(id=name, site="s"), endpoints=(), facts={}, exceptions=(standing,))
        for name in cameras
    }
    notices = exception_notices(snapshots, NOW)
    assert all(notice.code in FINDINGS and notice.next_step for notice in notices)
    return [(notice.code, notice.message) for notice in notices]


def test_an_exception_that_cannot_stand_is_told_once_with_its_reasons() -> None:
    expected = [("exception-refused", f"the exception lifts nothing: {SELF}")]
    assert expected == told(SELF, EARLY, cameras=("cam-1", "cam-2"))


def test_one_that_stands_or_has_not_begun_is_not_told() -> None:
    assert [] == told()
    assert [] == told(EARLY)


@pytest.mark.parametrize(("ago", "expected"), [(timedelta(0), 1), (14 * DAY, 1), (14 * DAY + timedelta(seconds=1), 0)])
def test_the_end_of_an_exception_is_told_for_as_long_as_it_was_announced(ago: timedelta, expected: int) -> None:
    notices = told(LATE, expires=NOW - ago)
    assert ["exception-ended"] * expected == [code for code, _ in notices]


def test_what_ended_long_ago_is_not_complained_about_any_more() -> None:
    assert [] == told(SELF, LATE, expires=NOW - 15 * DAY)
