"""Each property is seen to break: a history that is in order is doctored in one place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from history import (
    Asked,
    broken_sequence,
    false_deletions,
    interleaved_runs,
    late_deletions,
    overlapping_runs,
    still_recording,
    unannounced_writes,
)

READ, STOP, PURGE, READ_BACK = range(4)


def at(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


def run(name: str, begun: float, process: int, intent: int) -> list[Asked]:
    """A look, two writes in a session of their own, and a look again."""
    return [
        Asked(begun, begun + 0.1, "t-1", "read", process, f"{name}-a"),
        Asked(begun + 1, begun + 1.1, "t-1", "stop", process, f"{name}-b", name, intent),
        Asked(begun + 2, begun + 2.1, "t-1", "purge", process, f"{name}-b", name, intent + 1, begun, 0),
        Asked(begun + 3, begun + 3.1, "t-1", "read", process, f"{name}-c"),
    ]


def recorded(name: str, begun: float, seq: int) -> list[dict[str, Any]]:
    def record(number: int, event: str, moment: float, **more: Any) -> dict[str, Any]:
        return {"seq": seq + number, "event": event, "run": name, "target": "t-1", "ts": at(moment), **more}

    return [
        record(0, "apply.intent", begun + 0.9),
        record(1, "apply.intent", begun + 1.9),
        record(2, "duty.met", begun + 4, rule="daily", at=at(begun + 3.5)),
    ]


@pytest.fixture
def asked() -> list[Asked]:
    return [*run("run-1", 1000.0, 11, 0), *run("run-2", 1050.0, 22, 3)]


@pytest.fixture
def records() -> list[dict[str, Any]]:
    return [*recorded("run-1", 1000.0, 0), *recorded("run-2", 1050.0, 3)]


def test_a_history_in_order_breaks_nothing(asked: list[Asked], records: list[dict[str, Any]]) -> None:
    assert [] == overlapping_runs(asked)
    assert [] == interleaved_runs(records)
    assert [] == unannounced_writes(asked, records)
    assert [] == false_deletions(asked, records, [("t-1", 1000.0), ("t-1", 1050.0)])
    assert [] == late_deletions(asked, {"t-1"}, 990.0, 1100.0, 60.0)
    assert [] == still_recording(asked, {"t-1"})
    assert [] == broken_sequence(records)


@pytest.mark.parametrize("moment", [0.5, 1.05, 1.5])
def test_a_write_between_what_another_run_saw_and_did_is_an_overlap(asked: list[Asked], moment: float) -> None:
    asked[STOP + 4] = replace(asked[STOP + 4], began=1000 + moment, ended=1000 + moment + 0.1)
    assert any("stop of run-2 while run-1" in told for told in overlapping_runs(asked))


def test_two_runs_of_one_process_overlap_too(asked: list[Asked]) -> None:
    moved = [replace(one, process=11, began=one.began - 49.5, ended=one.ended - 49.5) for one in asked[4:]]
    assert overlapping_runs([*asked[:4], *moved])


def test_a_run_that_goes_on_after_another_began_is_told(records: list[dict[str, Any]]) -> None:
    records[2], records[3] = records[3], records[2]
    assert ["t-1: duty.met 2 of run-1 after run-2 had begun", "t-1: apply.intent 4 of run-2 after run-1 had begun"] == (
        interleaved_runs(records)
    )


def test_what_is_said_for_a_run_that_was_cut_short_is_no_interleaving(records: list[dict[str, Any]]) -> None:
    records.append({**records[0], "seq": 6, "event": "apply.result", "outcome": "interrupted"})
    assert [] == interleaved_runs(records)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("intent", 99, "has no intent"),
        ("run", "run-3", "has no intent"),
        ("intent", 1, "was sent twice on intent 1"),
        ("began", 1000.5, "came before its intent 0"),
    ],
)
def test_a_write_without_leave_of_its_own_is_told(
    asked: list[Asked], records: list[dict[str, Any]], field: str, value: Any, says: str
) -> None:
    asked[STOP] = replace(asked[STOP], **{field: value})
    assert any(says in told for told in unannounced_writes(asked, records))


def test_a_purge_that_left_something_is_no_deletion(asked: list[Asked], records: list[dict[str, Any]]) -> None:
    asked[PURGE] = replace(asked[PURGE], left=1)
    assert ["t-1: duty.met 2 and nothing was deleted"] == false_deletions(asked, records)


def test_one_purge_is_not_two_deletions(asked: list[Asked], records: list[dict[str, Any]]) -> None:
    del asked[PURGE + 4]
    assert ["t-1: duty.met 5 and nothing was deleted"] == false_deletions(asked, records)


def test_a_purge_that_came_after_it_was_told_of_is_no_deletion(
    asked: list[Asked], records: list[dict[str, Any]]
) -> None:
    asked[PURGE] = replace(asked[PURGE], began=1010.0, ended=1011.0)
    assert ["t-1: duty.met 2 and nothing was deleted"] == false_deletions(asked, records)


@pytest.mark.parametrize(("field", "value"), [("left", 1), ("run", "run-2"), ("cutoff", 990.0), ("ended", 1005.0)])
def test_a_deletion_on_record_that_its_run_did_not_carry_out_is_told(
    asked: list[Asked], field: str, value: Any
) -> None:
    said = {"seq": 7, "event": "purge", "run": "run-1", "target": "t-1", "ts": at(1003.0), "cutoff": at(1000.0)}
    assert [] == false_deletions(asked, [{**said, "after": 0}])
    asked[PURGE] = replace(asked[PURGE], **{field: value})
    assert [] == false_deletions(asked, [{**said, "after": 1}])
    assert ["t-1: purge 7 and nothing was deleted"] == false_deletions(asked, [{**said, "after": 0}])


def test_a_deletion_in_the_ledger_that_nobody_carried_out_is_told(asked: list[Asked]) -> None:
    assert ["t-1: the ledger has a deletion up to 1020.0 that no purge carried out"] == (
        false_deletions(asked, [], [("t-1", 1020.0)])
    )


@pytest.mark.parametrize(("begun", "ended", "allowed"), [(900, 1100, 60), (990, 1111, 60), (990, 1100, 52)])
def test_a_duty_that_was_not_done_in_time_is_told(
    asked: list[Asked], begun: float, ended: float, allowed: float
) -> None:
    assert 1 == len(late_deletions(asked, {"t-1"}, begun, ended, allowed))


def test_a_camera_that_nobody_ever_reached_is_late(asked: list[Asked]) -> None:
    assert ["t-2: 110.0 s from one deletion to the next, 60.0 allowed"] == (
        late_deletions(asked, {"t-2"}, 990.0, 1100.0, 60.0)
    )


def test_a_camera_that_was_switched_on_and_left_so_is_told(asked: list[Asked]) -> None:
    asked.append(Asked(1080, 1080, "t-1", "by-hand"))
    assert ["t-1: records since by-hand", "t-2: records since the beginning"] == (
        sorted(still_recording(asked, {"t-1", "t-2"}))
    )


def test_a_record_that_is_gone_or_moved_is_told(records: list[dict[str, Any]]) -> None:
    assert 5 == len(broken_sequence(records[1:]))
    records[3]["ts"] = records[0]["ts"]
    assert ["record 3 is dated before the one in front of it"] == broken_sequence(records)
