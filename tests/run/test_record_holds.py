from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from vmsguard.evidence.log import EvidenceLog
from vmsguard.model.inventory import Camera, Inventory
from vmsguard.model.pack import Hold
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.run.fleet import Fleet
from vmsguard.run.holds import kept_in_place, with_holds
from vmsguard.run.judge import Judged
from vmsguard.run.record_holds import record_holds
from vmsguard.state.store import State

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOLD = Hold(
    id="hold-1",
    case_reference="case-17",
    cameras=("cam-1", "cam-2"),
    window_from=NOW - 3 * DAY,
    window_until=NOW - 2 * DAY,
    author="role:a",
    approver="role:b",
    starts=NOW,
    review_on=date(2027, 1, 1),
)

Record = Callable[..., list[tuple[str, str, str, str]]]


def fleet(*holds: Hold) -> Fleet:
    cameras = {name: Camera(id=name, site="s") for name in ("cam-1", "cam-2", "cam-3")}
    return Fleet(inventory=Inventory({}, cameras), rules={}, facts={}, verbs={}, controls={}, holds=holds)


@pytest.fixture
def record(
    evidence: EvidenceLog, state: State, events: Callable[[str], list[dict[str, Any]]]
) -> Callable[..., list[tuple[str, str, str, str]]]:
    """Records one run and returns what it added: event, hold, camera and reason code."""

    def run(told: Fleet, at: datetime, cameras: tuple[str, ...] = ("cam-1", "cam-2")) -> list[tuple[str, ...]]:
        begun = evidence.size
        snapshots = {
            name: CameraSnapshot(camera=told.inventory.cameras[name], endpoints=(), facts={}) for name in cameras
        }
        judged = cast(Judged, SimpleNamespace(at=at, snapshots=with_holds(snapshots, told, at)))
        record_holds(evidence, "run", told, judged, state)
        found = [one for name in ("placed", "lifted", "expired") for one in events(f"hold.{name}")]
        fresh = sorted((one for one in found if one["seq"] >= begun), key=lambda one: one["seq"])
        return [
            (one["event"].partition(".")[2], one["hold"], one["camera"], one.get("reason_code", "")) for one in fresh
        ]

    return cast(Record, run)


def test_a_hold_is_placed_once_on_each_camera_it_names(record: Record, events: Callable[[str], list[Any]]) -> None:
    assert [] == record(fleet(HOLD), NOW - timedelta(seconds=1))
    assert [("placed", "hold-1", "cam-1", ""), ("placed", "hold-1", "cam-2", "")] == record(fleet(HOLD), NOW)
    assert [] == record(fleet(HOLD), NOW + DAY)
    placed = events("hold.placed")[0]
    assert ("2026-11-22T12:00:00.000000Z", "") == (placed["starts"], placed.get("ends", ""))
    assert placed["approver"]


def test_a_hold_that_reaches_its_end_expires_once(record: Record) -> None:
    hold = replace(HOLD, ends=NOW + DAY)
    record(fleet(hold), NOW)
    assert [] == record(fleet(hold), NOW + DAY - timedelta(seconds=1))
    assert {"expired"} == {event for event, *_ in record(fleet(hold), NOW + DAY)}
    assert [] == record(fleet(hold), NOW + 2 * DAY)


def test_a_hold_without_its_file_was_lifted(record: Record) -> None:
    record(fleet(HOLD), NOW)
    expected = [("lifted", "hold-1", camera, "hold-withdrawn") for camera in ("cam-1", "cam-2")]
    assert expected == record(fleet(), NOW + DAY)
    assert [] == record(fleet(), NOW + 2 * DAY)


def test_a_hold_that_names_a_camera_no_longer_was_lifted_there(record: Record) -> None:
    record(fleet(HOLD), NOW)
    expected = [("lifted", "hold-1", "cam-2", "hold-narrowed")]
    assert expected == record(fleet(replace(HOLD, cameras=("cam-1",))), NOW + DAY)


def test_a_hold_whose_end_nobody_knew_of_was_lifted_early(record: Record) -> None:
    record(fleet(HOLD), NOW)
    expected = [("lifted", "hold-1", camera, "hold-ended-early") for camera in ("cam-1", "cam-2")]
    assert expected == record(fleet(replace(HOLD, ends=NOW + DAY)), NOW + DAY)


def test_an_end_that_is_known_before_it_comes_is_an_end(record: Record) -> None:
    hold = replace(HOLD, ends=NOW + 2 * DAY)
    record(fleet(HOLD), NOW)
    assert [] == record(fleet(hold), NOW + DAY)
    assert {"expired"} == {event for event, *_ in record(fleet(hold), NOW + 2 * DAY)}


def test_what_a_run_does_not_judge_stays_as_it_was(record: Record) -> None:
    record(fleet(HOLD), NOW)
    assert ["cam-1"] == [camera for _, _, camera, _ in record(fleet(), NOW + DAY, ("cam-1",))]
    assert ["cam-2"] == [camera for _, _, camera, _ in record(fleet(), NOW + DAY, ("cam-2",))]


def test_what_is_kept_in_place_is_known_of_the_whole_inventory() -> None:
    assert {"cam-1": (HOLD,), "cam-2": (HOLD,)} == kept_in_place(fleet(HOLD), NOW)
    assert {"cam-1": (), "cam-2": ()} == kept_in_place(fleet(HOLD), NOW - DAY)
    assert {} == kept_in_place(fleet(), NOW)


def test_a_clock_set_back_to_before_a_hold_began_does_not_set_it_aside() -> None:
    """What its window holds would be deleted, and does not come back."""
    told = fleet(HOLD)
    early = NOW - DAY
    assert {"cam-1": (HOLD,), "cam-2": (HOLD,)} == kept_in_place(told, early, NOW)
    snapshots = {
        name: CameraSnapshot(camera=camera, endpoints=(), facts={}) for name, camera in told.inventory.cameras.items()
    }
    assert [(HOLD,), (HOLD,), ()] == [one.holds for one in with_holds(snapshots, told, early, NOW).values()]
