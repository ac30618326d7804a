"""Exposure: a window opens with what was seen and closes with what was seen, never with what was not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Verdict
from vmsguard.run.standings import with_exposure
from vmsguard.state import State
from vmsguard.state.rows import from_row


def result(verdict: Verdict) -> Result:
    return Result(camera="c", pack="p", rule="r", verdict=verdict)


def run(state: State, clock: Any, verdict: Verdict, *, first: Verdict | None = None) -> tuple[Any, Any]:
    """The window after one run, an hour after the one before, as hours since the beginning."""
    clock.seconds += 3600
    repaired = [] if first is None else [result(first)]
    (told,) = with_exposure([result(verdict)], state, clock.now(), repaired=repaired)
    start = clock.now() - timedelta(seconds=clock.seconds)
    return tuple(
        None if at is None else (at - start) / timedelta(hours=1) for at in (told.exposure_from, told.exposure_to)
    )


def test_a_violation_stands_until_it_is_seen_gone(state: State, clock: Any) -> None:
    verdicts = [Verdict.FAIL, Verdict.FAIL, Verdict.PASS, Verdict.PASS]
    assert [(1, None), (1, None), (1, 3), (None, None)] == [run(state, clock, verdict) for verdict in verdicts]


def test_what_nobody_could_see_closes_no_window(state: State, clock: Any) -> None:
    verdicts = [Verdict.FAIL, Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.FAIL, Verdict.PASS]
    expected = [(1, None), (1, None), (1, None), (1, None), (1, 5)]
    assert expected == [run(state, clock, verdict) for verdict in verdicts]


def test_a_breach_that_was_mended_at_once_was_one_too(state: State, clock: Any) -> None:
    assert (1, 1) == run(state, clock, Verdict.PASS, first=Verdict.FAIL)


def test_the_window_of_a_breach_that_was_mended_at_once_begins_when_it_was_seen(state: State, clock: Any) -> None:
    seen, ended = clock.now(), clock.now() + timedelta(seconds=40)
    (told,) = with_exposure([result(Verdict.PASS)], state, ended, repaired=[result(Verdict.FAIL)], repaired_from=seen)
    assert (seen, ended) == (told.exposure_from, told.exposure_to)


def test_what_a_run_saw_before_it_changed_anything_shortens_no_window(state: State, clock: Any) -> None:
    began = clock.now()
    with_exposure([result(Verdict.FAIL)], state, began)
    clock.seconds += 3600
    (told,) = with_exposure(
        [result(Verdict.PASS)], state, clock.now(), repaired=[result(Verdict.FAIL)], repaired_from=clock.now()
    )
    assert (began, clock.now()) == (told.exposure_from, told.exposure_to)


def test_a_breach_that_could_not_be_seen_again_in_its_own_run_stands(state: State, clock: Any) -> None:
    first = run(state, clock, Verdict.UNKNOWN, first=Verdict.FAIL)
    assert [(1, None), (1, 2)] == [first, run(state, clock, Verdict.PASS)]


def test_of_a_fleet_only_the_cameras_of_the_run_are_read(
    state: State, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent runs once per target: read each time, a fleet of thousands costs thousands of times its size."""
    fleet = [Result(camera=f"c-{number}", pack="p", rule="r", verdict=Verdict.FAIL) for number in range(50)]
    with_exposure(fleet, state, clock.now())
    read: list[int] = []
    monkeypatch.setattr("vmsguard.state.store.from_row", lambda kind, row: read.append(1) or from_row(kind, row))

    with_exposure(fleet[:2], state, clock.now())

    assert 2 == len(read)
