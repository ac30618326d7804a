from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from vmsguard.model.fact_values import RetentionSetting
from vmsguard.model.facts import Fact, FactKey, Items, Known
from vmsguard.model.inventory import Camera, Inventory
from vmsguard.model.pack import Document, Hold
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import Basis
from vmsguard.run.fleet import Fleet
from vmsguard.run.holds import with_holds
from vmsguard.run.time_notices import time_notices

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CAMERA = Camera(id="cam-1", site="s")
HOLD = Hold(
    id="hold-1",
    case_reference="case-17",
    cameras=("cam-1",),
    window_from=NOW - 3 * DAY,
    window_until=NOW - 2 * DAY,
    author="role:a",
    approver="role:b",
    starts=NOW - DAY,
    review_on=date(2027, 1, 1),
)
EXPORT = Document(
    id="e-1",
    kind="hold-export",
    sha256="0f" * 32,
    dated=date(2026, 11, 21),
    cameras=("cam-1",),
    details={"hold": "hold-1", "encrypted": True},
)


def codes(hold: Hold = HOLD, seconds: int | None = 86400, papers: tuple[Document, ...] = ()) -> list[str]:
    fleet = Fleet(inventory=Inventory({}, {"cam-1": CAMERA}), rules={}, facts={}, verbs={}, controls={}, holds=(hold,))
    key = FactKey("t", "1", "recording.retention")
    fact = Fact(key, Known(Items((RetentionSetting("sd", seconds),))), Basis.READ_BACK, NOW)
    snapshot = CameraSnapshot(camera=CAMERA, endpoints=(), facts={key: fact}, documents=papers)
    snapshots = with_holds({"cam-1": snapshot}, fleet, NOW)
    return [finding.code for finding in time_notices(fleet, snapshots, NOW, None)]


def test_a_store_that_deletes_by_itself_puts_what_is_held_at_risk() -> None:
    assert ["hold-at-risk"] == codes()
    assert [] == codes(seconds=None)


def test_an_exported_window_is_at_no_risk_and_neither_is_one_nobody_holds_any_more() -> None:
    assert [] == codes(papers=(EXPORT,))
    assert [] == codes(replace(HOLD, ends=NOW))


@pytest.mark.parametrize(("behind", "expected"), [(timedelta(minutes=5), []), (timedelta(minutes=6), ["clock-behind"])])
def test_edge_case_5_a_clock_behind_the_latest_time_is_told(behind: timedelta, expected: list[str]) -> None:
    fleet = Fleet(inventory=Inventory({}, {}), rules={}, facts={}, verbs={}, controls={})
    assert expected == [finding.code for finding in time_notices(fleet, {}, NOW, NOW + behind)]
    assert [] == list(time_notices(fleet, {}, NOW, None))
