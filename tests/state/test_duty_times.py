"""What is to be told of duties is found by index, and is the same as whoever reads them all would find."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from vmsguard.agent.schedule.alarm_levels import SHARES, newly_reached, next_level_at
from vmsguard.model.clock import SystemClock
from vmsguard.model.duty_watch import AlarmLevel, LastCamera
from vmsguard.model.ledger import Duty
from vmsguard.model.standing_counts import SiteAge, StandingCounts
from vmsguard.model.work import WorkEntry
from vmsguard.state import State

HOUR = timedelta(hours=1)
GAPS = (3600, 86_400, 30 * 86_400)


def duty(n: int, gap: int, next_due: datetime) -> Duty:
    return Duty(
        camera=f"cam-{n:03d}",
        pack="p",
        rule="r",
        target=f"t-{n:03d}",
        channel="1",
        max_gap_seconds=gap,
        next_due=next_due,
        enrolled_at=next_due - timedelta(seconds=gap),
    )


@pytest.fixture
def populated(state: State, noon: datetime) -> State:
    """Duties of three gaps anywhere in theirs, at the edges of levels too; some were told of this gap or another."""
    rng = random.Random(7)
    for n in range(180):
        gap = rng.choice(GAPS)
        percent = rng.choice((rng.uniform(0, 140), 50, 75, 90, 100))
        one = duty(n, gap, noon + timedelta(seconds=gap) * (100 - percent) / 100)
        state.put_duty(one)
        told = rng.choice((None, *AlarmLevel))
        if told is not None:
            state.tell_alarm(one, told, noon)
        if rng.random() < 0.2:
            state.put_duty(duty(n, gap, one.next_due + timedelta(seconds=rng.choice((-1, 1)))))
    return state


def test_what_is_to_be_told_is_what_the_levels_say(populated: State, noon: datetime) -> None:
    watches = {watch.camera: watch for watch in populated.duty_watches()}
    expected = {one.camera for one in populated.duties() if list(newly_reached(one, watches[one.camera], noon))}
    assert 40 < len(expected) < 170
    found = populated.duties_to_tell(noon, SHARES)
    assert expected == {one.camera for one, watch in found if list(newly_reached(one, watch, noon))}
    assert all(watches[one.camera] == watch for one, watch in found)
    assert sorted(one.next_due for one, _ in found) == [one.next_due for one, _ in found]
    needless = {one.camera for one, _ in found} - expected
    assert all(one.next_due == noon for one, _ in found if one.camera in needless), "only the edge of the last level"


def test_the_next_time_is_never_later_than_that_of_any_duty(populated: State, noon: datetime) -> None:
    watches = {watch.camera: watch for watch in populated.duty_watches()}
    ahead = [
        at
        for one in populated.duties()
        if not list(newly_reached(one, watches[one.camera], noon))
        and (at := next_level_at(one, watches[one.camera], noon)) > noon
    ]
    found = populated.next_level_time(noon, SHARES)
    assert found is not None
    assert noon <= found <= min(ahead)


def test_nothing_owed_is_nothing_to_tell(state: State, noon: datetime) -> None:
    assert () == state.duties_to_tell(noon, SHARES)
    assert None is state.next_level_time(noon, SHARES)
    assert () == state.gap_ages(noon)
    assert StandingCounts(targets=0, due=0, late=0) == state.standing_counts(noon)


def test_no_query_reads_the_fleet(url: str, noon: datetime) -> None:
    with State.open(url, clock=SystemClock()) as state:
        for n in range(50):
            state.put_duty(duty(n, 86_400, noon + 20 * HOUR))
        asked: list[tuple[str, Any]] = []

        def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
            if statement.startswith("SELECT"):
                asked.append((statement, parameters))

        engine = state._database._engine
        event.listen(engine, "before_cursor_execute", note)
        assert () == state.duties_to_tell(noon, SHARES)
        assert noon + 8 * HOUR == state.next_level_time(noon, SHARES)
        event.remove(engine, "before_cursor_execute", note)
        with state._database.read() as connection:
            for statement, parameters in asked:
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plan = " ".join(str(row) for row in rows)
                assert "SEARCH duties USING" in plan, statement
                assert "ix_duties_max_gap_seconds" in plan, statement


def test_numbers_are_counted_by_site(state: State, noon: datetime) -> None:
    state.schedule_work([WorkEntry(target=f"t-{n}", site="s", next_due=noon + (n - 1) * HOUR) for n in range(4)])
    state.put_duty(duty(1, 86_400, noon + 6 * HOUR))
    state.put_duty(duty(2, 86_400, noon - HOUR))
    state.put_duty(duty(3, 3600, noon + HOUR / 2))
    state.remember_enrolled([], [LastCamera(camera=f"cam-{n:03d}", site="s", enrolled="{}", at=noon) for n in (1, 2)])
    assert StandingCounts(targets=4, due=2, late=1) == state.standing_counts(noon)
    assert (
        SiteAge(site="", oldest_cutoff=noon - HOUR / 2, share=0.5, duties=1, missed=0),
        SiteAge(site="s", oldest_cutoff=noon - 25 * HOUR, share=pytest.approx(25 / 24), duties=2, missed=1),
    ) == state.gap_ages(noon)
