from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from vmsguard.model.ledger import HeldPurge
from vmsguard.state.store import State

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
PURGE = HeldPurge(target="t", channel="1", store="footage", cutoff=NOW, ended=NOW, count=3, left=2, run="r1")


def test_the_newest_purge_that_left_held_footage_is_kept(state: State) -> None:
    later = HeldPurge(target="t", channel="1", store="footage", cutoff=NOW, ended=NOW, count=3, left=1, run="r2")
    state.put_held_purge(PURGE)
    state.put_held_purge(later)
    assert (later,) == state.held_purges()
    assert () == state.deletions()


def test_holds_in_force_are_kept_until_they_are_over(state: State) -> None:
    state.change_holds_in_force({("h-1", "cam-1"): (NOW, None), ("h-1", "cam-2"): (NOW, None)}, ())
    state.change_holds_in_force({("h-1", "cam-1"): (NOW, NOW + timedelta(days=1))}, [("h-1", "cam-2")])
    assert {("h-1", "cam-1"): (NOW, NOW + timedelta(days=1))} == state.holds_in_force()


def test_edge_case_5_the_highest_time_never_goes_back(state: State) -> None:
    assert state.highest_time() is None
    state.note_time(NOW.astimezone(timezone(timedelta(hours=9))))
    state.note_time(NOW - timedelta(days=400))
    assert NOW == state.highest_time()
    state.note_time(NOW + timedelta(microseconds=1))
    assert NOW + timedelta(microseconds=1) == state.highest_time()
