"""What may be sent of a saved plan, and what a proof adds to a run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from vmsguard.model.plan import Plan, PlannedChange
from vmsguard.model.vocabulary import Mode, Stage
from vmsguard.run.execute import Sent
from vmsguard.run.plan_file import newly_asked


def plan(*changes: PlannedChange) -> Plan:
    return Plan(id="p", made_at=datetime(2026, 11, 22, tzinfo=UTC), changes=changes)


def asked(now: PlannedChange, first: PlannedChange | None, outcome: str | None) -> bool:
    sent = [] if outcome is None else [Sent(now, outcome)]
    return bool(newly_asked(plan(now), plan(*([first] if first else [])), sent, frozenset({"a"})))


def test_what_was_not_to_be_had_before_is_sent(make_stop: Any) -> None:
    stop = make_stop("a")
    assert asked(stop, None, None)
    assert asked(stop, replace(stop, mode=Mode.PROPOSE), None)


def test_what_was_offered_and_held_back_stays_at_home(make_stop: Any) -> None:
    assert not asked(make_stop("a"), make_stop("a"), None)


def test_other_targets_are_left_alone(make_stop: Any) -> None:
    assert not asked(make_stop("b"), None, None)


@pytest.mark.parametrize(
    ("stage", "outcome", "again"),
    [
        (Stage.STORING, "accepted", False),
        (Stage.STORING, "failed", False),
        (Stage.PURGING, "accepted", True),
        (Stage.PURGING, "failed", False),
        (Stage.PURGING, "refused", False),
    ],
)
def test_nothing_is_sent_twice_but_a_purge_that_was_accepted(
    make_stop: Any, stage: Stage, outcome: str, again: bool
) -> None:
    change = replace(make_stop("a"), stage=stage)
    assert again is asked(change, change, outcome)
