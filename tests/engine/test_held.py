from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from vmsguard.controls.device_clock import CLOCK
from vmsguard.engine.blast import Claims
from vmsguard.engine.demands import Demand
from vmsguard.engine.held import held_at, held_recordings, leave_held
from vmsguard.engine.purges import purge_extent, without_named_twice
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import StoredRecording
from vmsguard.model.facts import Fact, FactKey, Items, Known
from vmsguard.model.held_window import HeldWindow, read_windows, write_windows
from vmsguard.model.inventory import Camera
from vmsguard.model.manifest import VerbSupport
from vmsguard.model.pack import Hold
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import WHOLE, Basis, Mode, Support

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOW = HeldWindow(NOW - 10 * HOUR, NOW - 8 * HOUR)
HOLD = Hold(
    id="hold-1",
    case_reference="case-17",
    cameras=("cam-1",),
    window_from=WINDOW.since,
    window_until=WINDOW.until,
    author="a",
    approver="b",
    starts=NOW - HOUR,
    review_on=date(2027, 1, 1),
)
PURGE = Change("footage.purge", "t", "1", {"cutoff": "2026-11-22T12:00:00Z", "recordings": ""})
TOLD = "held: hold-1 keeps 2026-11-22T02:00:00Z/2026-11-22T04:00:00Z"


def recording(name: str, begins: float, ends: float) -> StoredRecording:
    return StoredRecording(name, "s", NOW - begins * HOUR, NOW - ends * HOUR)


BEFORE, INSIDE, AFTER = recording("before", 12, 11), recording("inside", 9.5, 9), recording("after", 7, 6)
ACROSS = recording("across", 12, 1)


def support(held: str) -> VerbSupport:
    return VerbSupport(verb="footage.purge", support=Support.SUPPORTED, held=held)


def snapshot(skew: int | None = None) -> CameraSnapshot:
    key = FactKey("t", WHOLE, CLOCK)
    facts = {} if skew is None else {key: Fact(key, Known(skew), Basis.READ_BACK, NOW)}
    return CameraSnapshot(camera=Camera(id="cam-1", site="hq"), endpoints=(), facts=facts)


def left(recordings, held="recordings", change=PURGE, holds=(HOLD,), skew=None):
    told = None if held is None else support(held)
    return leave_held(change, holds, told, recordings, snapshot(skew))


def test_edge_case_29_what_lies_outside_the_window_is_deleted_and_the_window_travels_along() -> None:
    change, blocker = left([BEFORE, INSIDE, AFTER])
    assert "" == blocker
    assert write_windows([WINDOW]) == change.arguments["held"]
    assert {"inside"} == held_recordings(change, [BEFORE, INSIDE, AFTER])


def test_edge_case_29_a_store_that_deletes_whole_recordings_asks_for_an_export_first() -> None:
    _, blocker = left([ACROSS])
    assert f"{TOLD}; this store deletes whole recordings: export first" == blocker


def test_a_store_that_deletes_around_a_window_deletes_the_rest_of_a_recording() -> None:
    assert "" == left([ACROSS], held="windows")[1]


@pytest.mark.parametrize("held", ["recordings", "windows"])
def test_where_nothing_else_is_left_nothing_is_sent(held: str) -> None:
    assert f"{TOLD}; nothing else is left there" == left([INSIDE], held=held)[1]


def test_a_driver_that_cannot_leave_a_window_out_is_not_asked_to_purge() -> None:
    _, blocker = left([BEFORE, AFTER], held="")
    assert f"{TOLD}; this driver cannot leave it out: export first" == blocker


def test_a_shorter_retention_would_delete_what_is_held() -> None:
    change = Change("retention.set", "t", "1", {"store": "s", "seconds": "86400"})
    told, blocker = left([], change=change)
    assert change == told
    assert f"{TOLD}; the store would delete it by itself: export first" == blocker


@pytest.mark.parametrize("verb", ["recording.stop", "stream.stop", "face_library.purge"])
def test_a_hold_keeps_nothing_switched_on(verb: str) -> None:
    """Edge case 29: it never re-enables recording."""
    change = Change(verb, "t", "1", {"job": "j"})
    assert (change, "") == left([INSIDE], change=change)


def test_without_a_hold_nothing_changes() -> None:
    assert (PURGE, "") == left([ACROSS], holds=())


def test_recordings_without_times_are_taken_for_held() -> None:
    undated = StoredRecording("undated", "s", None, None)
    opened = StoredRecording("open", "s", NOW - 12 * HOUR, None, open=True)
    change, _ = left([BEFORE, undated, opened])
    assert {"undated", "open"} == held_recordings(change, [BEFORE, undated, opened])


def test_a_device_whose_clock_is_wrong_keeps_as_much_more() -> None:
    change, _ = left([BEFORE], skew=-7200)
    assert (WINDOW.wider(2 * HOUR),) == read_windows(change.arguments["held"])
    assert {"before"} == held_recordings(change, [BEFORE])


def test_the_hold_of_a_camera_outside_the_run_counts_where_both_claim_the_channel() -> None:
    claims = Claims(
        cameras={("t", "1"): ("cam-0", "cam-1"), ("t", "2"): ("cam-2",)}, listed={}, holds={"cam-1": (HOLD,)}
    )
    assert (HOLD,) == held_at(claims, PURGE, wide=False)
    assert () == held_at(claims, Change("footage.purge", "t", "2"), wide=False)
    assert (HOLD,) == held_at(claims, Change("footage.purge", "t", "2"), wide=True)
    assert (HOLD,) == held_at(claims, Change("footage.purge", "t", WHOLE), wide=False)
    assert () == held_at(claims, Change("footage.purge", "elsewhere", WHOLE), wide=True)


def test_a_hold_makes_no_other_change_of_a_purge() -> None:
    change, _ = left([BEFORE, INSIDE])
    assert PURGE.id == change.id


def test_a_purge_that_names_recordings_counts_those_alone() -> None:
    key = FactKey("t", "1", "footage.recordings")
    told = Fact(key, Known(Items((BEFORE, INSIDE, AFTER))), Basis.READ_BACK, NOW)
    seen = CameraSnapshot(camera=Camera(id="cam-1", site="hq"), endpoints=(), facts={key: told})
    named = Change("footage.purge", "t", "1", {**PURGE.arguments, "recordings": "before,after"})
    assert (2, BEFORE.start) == purge_extent(named, seen)
    assert (3, BEFORE.start) == purge_extent(PURGE, seen)
    held = Change("footage.purge", "t", "1", {**PURGE.arguments, "held": write_windows([WINDOW])})
    assert (2, BEFORE.start) == purge_extent(held, seen)


def asking(
    control: str, recordings: str = "", cutoff: datetime = NOW, mode: Mode = Mode.ENFORCE, *blockers: str
) -> Demand:
    arguments = {"cutoff": cutoff.isoformat(), "recordings": recordings}
    return Demand(
        camera="cam-1",
        pack="p",
        rule="r",
        control=control,
        endpoint="t/1",
        mode=mode,
        change=Change("footage.purge", "t", "1", arguments),
        cites=(),
        blockers=blockers,
    )


def test_recordings_that_go_with_all_others_are_not_named_again() -> None:
    everything, named = asking("storage.residue.empty"), asking("exception.expiry", "r1", NOW - HOUR)
    assert [[everything, named]] == without_named_twice([[everything], [named]])
    assert [[everything, named]] == without_named_twice([[named], [everything]])


@pytest.mark.parametrize(
    "everything",
    [
        asking("storage.residue.empty", "", NOW - 2 * HOUR),
        asking("storage.residue.empty", "", NOW, Mode.PROPOSE),
        asking("storage.residue.empty", "", NOW, Mode.ENFORCE, "attribute-not-set: modality"),
    ],
)
def test_what_asks_for_less_sets_no_more_free(everything: Demand) -> None:
    named = asking("exception.expiry", "r1", NOW - HOUR)
    assert [[everything], [named]] == without_named_twice([[everything], [named]])
