"""What a target announced as deleted and still lists is a finding; what it does not list, or begins later, is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vmsguard.engine.announced import announced_left
from vmsguard.engine.findings import fleet_findings
from vmsguard.model.fact_values import AnnouncedDeletion, StoredRecording

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def recording(start: datetime | None, name: str = "r-1", *, empty: bool = False) -> StoredRecording:
    return StoredRecording(name, "onboard", start, None, empty=empty)


@pytest.mark.parametrize(
    ("deletion", "listed", "left"),
    [
        (AnnouncedDeletion("r-1", "V", NOON - HOUR, NOON), recording(NOON - HOUR), ("r-1",)),
        (AnnouncedDeletion("r-1", "V", None, NOON), recording(NOON - HOUR), ("r-1",)),
        # A ring: what is left begins where the deletion ended, in the same second or after it.
        (AnnouncedDeletion("r-1", "V", NOON - HOUR, NOON), recording(NOON), ()),
        (AnnouncedDeletion("r-1", "V", NOON - HOUR, NOON), recording(NOON - timedelta(seconds=1)), ()),
        # A piece from the middle leaves the beginning.
        (AnnouncedDeletion("r-1", "V", NOON - HOUR, NOON), recording(NOON - 2 * HOUR), ()),
        (AnnouncedDeletion("r-1", "V", NOON - HOUR, None), recording(NOON - HOUR), ()),
        (AnnouncedDeletion("r-1", "V", NOON - HOUR, NOON), recording(None), ()),
        (AnnouncedDeletion("r-1", "V", NOON - HOUR, NOON), recording(NOON - HOUR, empty=True), ()),
        (AnnouncedDeletion("r-1", "V", NOON - HOUR, NOON), recording(NOON - HOUR, "r-2"), ()),
    ],
)
def test_only_footage_that_begins_inside_of_the_deletion_is_left(deletion, listed, left):
    assert left == announced_left([deletion, deletion], [listed])


def findings(world) -> list[tuple[str, str, str]]:
    snapshots = {name: world.snapshot(name) for name in world.cameras}
    told = fleet_findings([world.evaluate(name) for name in world.cameras], snapshots, world.claims)
    return [(finding.code, finding.subject, finding.message) for finding in told]


def test_a_channel_is_named_with_what_is_left(world):
    world.listed("deletion.announced", AnnouncedDeletion("r-1", "V", None, NOON), complete=False)
    world.listed("footage.recordings", recording(NOON - HOUR))
    ((code, subject, message),) = findings(world)
    assert (code, subject) == ("announced-deletion-left", "t-1/ch1")
    assert message == "the target announced that footage was deleted, and still lists it (r-1)"


def test_without_both_lists_nothing_is_said(world):
    world.listed("deletion.announced", AnnouncedDeletion("r-1", "V", None, NOON), complete=False)
    assert [] == findings(world)
    world.unknown("deletion.announced")
    world.listed("footage.recordings", recording(NOON - HOUR))
    assert [] == findings(world)
