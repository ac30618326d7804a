"""First purges wait for a person's count; only what a read-back proves enters the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from vmsguard.model.changes import Change
from vmsguard.model.fact_values import StoredRecording
from vmsguard.model.facts import Fact, FactKey, Items, Known
from vmsguard.model.held_window import HeldWindow, write_windows
from vmsguard.model.ledger import Deletion
from vmsguard.model.manifest import Identity
from vmsguard.model.plan import PlannedChange
from vmsguard.model.snapshot import TargetSeen
from vmsguard.model.vocabulary import Basis, Mode, Stage
from vmsguard.run.execute import Sent
from vmsguard.run.files_left import FilesLeft
from vmsguard.run.observe import TargetObservation
from vmsguard.run.purge import Proven, PurgeBudget, proven_deletions

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def purge(channel: str = "1", items: int = 3) -> PlannedChange:
    return PlannedChange(
        change=Change("footage.purge", "t", channel, {"cutoff": "2026-11-22T12:00:00Z"}),
        causes=(),
        mode=Mode.ENFORCE,
        stage=Stage.PURGING,
        destructive=True,
        items=items,
    )


def done(channel: str) -> Deletion:
    return Deletion(
        target="t",
        channel=channel,
        store="footage",
        cutoff=NOW,
        started=NOW,
        ended=NOW,
        count=1,
        observed=False,
        run="r",
    )


@pytest.mark.parametrize(("confirmed", "sent"), [(None, 0), (2, 0), (3, 1), (9, 1)])
def test_a_first_purge_needs_a_count_that_covers_it(confirmed: int | None, sent: int) -> None:
    admitted, waiting = PurgeBudget(confirmed, []).admit([purge()])
    assert (sent, 1 - sent) == (len(admitted), len(waiting))


def test_what_waits_is_told_the_count_it_needs() -> None:
    _, waiting = PurgeBudget(None, []).admit([purge("1"), purge("2", 4)])
    assert {"look at the plan, then run apply with --confirm-purge 7"} == {entry.next_step for entry in waiting}


def test_a_purge_that_was_proven_before_is_a_duty_and_needs_no_count() -> None:
    admitted, waiting = PurgeBudget(None, [done("1")]).admit([purge("1")])
    assert (1, 0) == (len(admitted), len(waiting))


def test_the_count_is_used_up_within_a_run() -> None:
    budget = PurgeBudget(4, [])
    budget.admit([purge("1")])
    admitted, waiting = budget.admit([purge("2")])
    assert (0, 1) == (len(admitted), len(waiting))


def test_emptying_a_gallery_is_never_a_duty_because_footage_was_purged_there() -> None:
    gallery = replace(
        purge("1"), change=Change("face_library.purge", "t", "1", {"library": "l"}), stage=Stage.GALLERIES
    )
    admitted, waiting = PurgeBudget(None, [done("1")]).admit([gallery])
    assert (0, 1) == (len(admitted), len(waiting))


def proven(
    values: tuple[StoredRecording, ...],
    *,
    complete: bool = True,
    files: int | None = None,
    written: tuple[datetime, ...] = (),
    identity: Identity | None = None,
) -> list[bool]:
    key = FactKey("t", "1", "footage.recordings")
    fact = Fact(key, Known(Items(values, complete)), Basis.READ_BACK, NOW)
    observation = TargetObservation(seen=TargetSeen(target="t", identity=identity), facts={key: fact})
    counted = {} if files is None else {("t", "1"): FilesLeft(files, *written)}
    found = proven_deletions([Sent(purge(), "accepted")], {"t": observation}, counted, run="r", started=NOW, ended=NOW)
    assert [] == found.held
    return [deletion.observed for deletion in found.deletions]


OLD = StoredRecording("r", "s", NOW - timedelta(days=1), NOW)


@pytest.mark.parametrize(
    ("values", "complete", "files", "expected"),
    [
        ((), True, None, [False]),
        ((), True, 0, [True]),
        ((), True, 5, []),
        ((), False, None, []),
        ((OLD,), True, None, []),
        ((StoredRecording("r", "s", NOW + timedelta(seconds=1), None),), True, None, [False]),
        ((StoredRecording("r", "s", None, None),), True, None, []),
        ((StoredRecording("r", "s", NOW + timedelta(hours=1), None),), True, None, []),
        ((StoredRecording("r", "s", None, None, empty=True),), True, None, [False]),
    ],
    ids=[
        "gone",
        "files-gone",
        "files-stay",
        "list-incomplete",
        "old-left",
        "newer-only",
        "no-time",
        "clock-ahead",
        "empty-container",
    ],
)
def test_only_a_read_back_proves_a_deletion(
    values: tuple[StoredRecording, ...], complete: bool, files: int | None, expected: list[bool]
) -> None:
    assert expected == proven(values, complete=complete, files=files)


NEWER = StoredRecording("n", "s", NOW + timedelta(seconds=1), None)


@pytest.mark.parametrize(
    ("values", "oldest", "newest", "expected"),
    [
        ((NEWER,), 1, 9, [True]),
        ((NEWER,), 0, 0, [True]),
        ((NEWER,), -1, 9, []),
        ((NEWER,), 1, 61, []),
        ((OLD, NEWER), 1, 9, []),
        ((), 1, 9, []),
    ],
    ids=["newer-files", "of-that-second", "older-file", "clock-of-storage-ahead", "old-listed", "none-listed"],
)
def test_where_recording_goes_on_no_file_from_before_may_be_left(
    values: tuple[StoredRecording, ...], oldest: int, newest: int, expected: list[bool]
) -> None:
    written = (NOW + timedelta(seconds=oldest), NOW + timedelta(seconds=newest))
    assert expected == proven(values, files=3, written=written)
    assert [] == proven(values, files=3)  # a count alone does not tell which they are


def test_an_empty_list_of_a_target_that_answers_anything_proves_no_deletion() -> None:
    assert [] == proven((), identity=Identity(fabricates=True))


def held_purge(window: HeldWindow) -> PlannedChange:
    change = purge().change
    return replace(purge(), change=replace(change, arguments={**change.arguments, "held": write_windows([window])}))


def proven_beside(
    window: HeldWindow, *values: StoredRecording, complete: bool = True, files: int | None = None
) -> Proven:
    key = FactKey("t", "1", "footage.recordings")
    fact = Fact(key, Known(Items(values, complete)), Basis.READ_BACK, NOW)
    seen = {"t": TargetObservation(seen=TargetSeen(target="t"), facts={key: fact})}
    counted = {} if files is None else {("t", "1"): FilesLeft(files)}
    sent = [Sent(held_purge(window), "accepted")]
    return proven_deletions(sent, seen, counted, run="r", started=NOW, ended=NOW)


LAST_DAY = HeldWindow(NOW - timedelta(days=2), NOW - timedelta(hours=1))


def test_edge_case_29_a_purge_that_left_held_footage_is_no_deletion() -> None:
    found = proven_beside(LAST_DAY, OLD, files=7)
    assert [] == found.deletions
    (held,) = found.held
    assert (1, 3, NOW, "footage") == (held.left, held.count, held.cutoff, held.store)


def test_nothing_is_proven_while_footage_outside_the_window_is_left() -> None:
    other = StoredRecording("other", "s", NOW - timedelta(days=5), NOW - timedelta(days=4))
    assert Proven([], []) == proven_beside(LAST_DAY, OLD, other)
    assert Proven([], []) == proven_beside(LAST_DAY, OLD, complete=False)


def test_where_nothing_is_left_a_hold_makes_no_lesser_deletion() -> None:
    found = proven_beside(LAST_DAY)
    assert (1, []) == (len(found.deletions), found.held)


def test_edge_case_13_what_is_deleted_only_after_an_export_is_proven_when_it_is_gone() -> None:
    """An accepted deletion whose recording is listed still, proves nothing; the look after the export does."""
    assert [] == proven((OLD,))
    assert [False] == proven(())
