"""What a process knows of its targets' last looks, and what it does not claim."""

from __future__ import annotations

from datetime import UTC, datetime

from vmsguard.agent.execution.last_looks import LastLooks
from vmsguard.model.changes import Change
from vmsguard.model.plan import Plan, PlannedChange
from vmsguard.model.results import Unreached
from vmsguard.model.vocabulary import Mode, Stage, Why
from vmsguard.run.outcome import EvidenceHead, RunOutcome, Skipped

AT = datetime(2026, 11, 22, tzinfo=UTC)


def outcome(*, unreached: bool = False, purges: tuple[int, ...] = (), waits: bool = True) -> RunOutcome:
    planned = tuple(
        PlannedChange(
            change=Change("footage.purge", "t-1", f"ch{number}"),
            causes=(),
            mode=Mode.ENFORCE,
            stage=Stage.PURGING,
            destructive=True,
            items=items,
        )
        for number, items in enumerate(purges)
    )
    why = "a first purge of 2 recordings needs a person's confirmation" if waits else "the run was interrupted"
    return RunOutcome(
        run="run-1",
        command="agent",
        started=AT,
        ended=AT,
        results=(),
        unreachable=(Unreached("t-1", Why.UNREACHABLE, "no answer"),) if unreached else (),
        plan=Plan(id="p-1", made_at=AT, changes=planned),
        skipped=tuple(Skipped(one.change.id, why) for one in planned),
        evidence=EvidenceHead("example.org/test", 1, "00" * 32),
        exit_code=0,
    )


def test_who_was_not_asked_yet_is_silent_where_tries_came_to_nothing() -> None:
    looks = LastLooks()
    assert [False, True] == [looks.silent("t-1", attempt) for attempt in (0, 3)]


def test_who_answered_and_did_not_obey_is_not_silent() -> None:
    looks = LastLooks()
    looks.note_run("t-1", outcome())
    assert not looks.silent("t-1", 3)
    looks.note_run("t-1", outcome(unreached=True))
    assert looks.silent("t-1", 4)
    looks.note("t-1", answered=True)
    assert not looks.silent("t-1", 4)


def test_first_deletions_that_wait_are_counted_until_they_wait_no_more() -> None:
    looks = LastLooks()
    looks.note_run("t-1", outcome(purges=(2, 5)))
    looks.note_run("t-2", outcome(purges=(2, 5)))
    assert [("t-1", 7)] == list(looks.waiting()), "what is planned elsewhere is not counted here"
    looks.note_run("t-1", outcome(purges=(2,), waits=False))
    assert [] == list(looks.waiting())
