"""Looking for due work reads the rows that are due and no others, however many there are or wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from vmsguard.model.clock import SystemClock
from vmsguard.model.work import WorkEntry
from vmsguard.state import State
from vmsguard.state.tables import work

TARGETS = 5000


@pytest.fixture
def full(any_url: str, noon: datetime) -> Iterator[State]:
    """Every hundredth target is due; half of them, more overdue, wait after a failure."""
    with State.open(any_url, clock=SystemClock()) as state:
        hours = {n: -48 if n % 2 else -1 if n % 100 == 0 else 24 for n in range(TARGETS)}
        state.schedule_work(
            WorkEntry(target=f"t-{n}", site="dark" if n % 2 else "lit", next_due=noon + timedelta(hours=hours[n]))
            for n in hours
        )
        with state._database.write() as connection:
            waiting = work.update().where(work.c.site == "dark")
            connection.execute(waiting.values(not_before=noon + timedelta(hours=1)))
            connection.execute(text("ANALYZE"))
        yield state


def plans(state: State, ask: Callable[[], object]) -> list[str]:
    """How the database finds what is due, one text per query it is asked."""
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    engine = state._database._engine
    event.listen(engine, "before_cursor_execute", note)
    ask()
    event.remove(engine, "before_cursor_execute", note)
    word = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with state._database.read() as connection:
        return [
            " ".join(str(row) for row in connection.exec_driver_sql(f"{word} {statement}", parameters))
            for statement, parameters in asked
        ]


@pytest.mark.parametrize("site", [None, "lit"])
def test_each_query_goes_by_its_index(full: State, noon: datetime, site: str | None) -> None:
    suffix = "" if site is None else "_by_site"
    fresh, waited = plans(full, lambda: full.due_work(noon, 20, site))
    assert f"ix_work_next_due{suffix}" in fresh
    assert "ix_work_not_before" in waited
    for plan in (fresh, waited):
        assert "Seq Scan" not in plan
        assert "SCAN work" not in plan
        assert "B-TREE" not in plan, "sorted by hand"


def test_what_waits_is_left_out_until_its_pause_is_over(full: State, noon: datetime) -> None:
    assert {"lit"} == {one.site for one in full.due_work(noon, 100)}
    assert TARGETS // 100 == len(full.due_work(noon, 100))
    later = noon + timedelta(hours=1)
    assert {"dark"} == {one.site for one in full.due_work(later, 100)}, "it is more overdue"
    assert TARGETS // 100 + TARGETS // 2 == len(full.due_work(later, TARGETS))


def test_a_site_apart_goes_by_its_own_indexes_however_much_is_due_at_another(full: State, noon: datetime) -> None:
    (plan,) = plans(full, lambda: full.due_work_at_each(noon, ["dark", "lit"], 5))
    assert "ix_work_next_due_by_site" in plan
    assert "ix_work_not_before" in plan
    assert "Seq Scan" not in plan
    for word in ("SCAN work", "USE TEMP B-TREE"):
        assert word not in plan


def test_of_each_site_come_its_most_overdue_also_where_another_has_thousands(full: State, noon: datetime) -> None:
    later = noon + timedelta(hours=1)
    assert {"dark"} == {one.site for one in full.due_work(later, 1000)}
    found = full.due_work_at_each(later, ["dark", "lit", "nowhere"], 5)
    assert {"dark": 5, "lit": 5} == Counter(one.site for one in found)
    assert sorted(found, key=lambda one: (one.next_due, one.target)) == list(found)
    assert set(found) <= set(full.due_work(later, TARGETS))
    assert {"lit"} == {one.site for one in full.due_work_at_each(noon, ["dark", "lit"], 5)}, "nor before its pause is"
    assert () == full.due_work_at_each(later, [], 5)


def test_more_sites_than_fit_into_one_statement_are_all_asked(full: State, noon: datetime) -> None:
    names = [f"site-{n:03d}" for n in range(120)]
    full.schedule_work(WorkEntry(target=f"u-{name}", site=name, next_due=noon) for name in names)
    assert names == sorted(one.site for one in full.due_work_at_each(noon, names, 5))
