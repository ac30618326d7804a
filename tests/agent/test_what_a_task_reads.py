"""A task reads what concerns its target: as many rows of the state with a thousand cameras as with ten."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sites import Sites
from sqlalchemy import event, select

from vmsguard.agent.execution.tasks import WATCH, TaskRef
from vmsguard.state import State
from vmsguard.state.tables import metadata

START = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
LARGE = {
    table.name for table in metadata.sorted_tables if {"camera", "target"} & {column.name for column in table.columns}
} - {"approvals", "retirements", "reversals", "breaker_refusals"}
"""Tables that have rows for every camera or target of a fleet."""

OF_FEW = {"ix_target_trust_unrecorded"}
"""Indexes that hold a few rows of a large table, and may be read as a whole."""


def fill(state: State, cameras: int) -> None:
    """Give every other camera what the first one has in the state, under its own names."""
    with state._database.write() as connection:
        for table in metadata.sorted_tables:
            named = [column.name for column in table.columns if column.name in ("camera", "target", "endpoint")]
            if not named:
                continue
            known = [dict(row._mapping) for row in connection.execute(select(table))]
            mine = [row for row in known if all("cam-0" in row[name] or not row[name] for name in named)]
            rows = [
                {name: value.replace("cam-0", f"cam-{n}") if name in named else value for name, value in row.items()}
                for n in range(1, cameras)
                for row in mine
            ]
            for row in rows:
                row.pop("id", None)
            keys = [column.name for column in table.primary_key if column.name != "id"]
            there = {tuple(row[key] for key in keys) for row in known} if keys else set()
            fresh = [row for row in rows if not keys or tuple(row[key] for key in keys) not in there]
            if fresh:
                connection.execute(table.insert(), fresh)


@contextmanager
def noted(state: State) -> Iterator[tuple[Counter[str], list[tuple[str, Any]]]]:
    """How many rows reach the program, and with which statements they were asked for."""
    rows: Counter[str] = Counter()
    asked: list[tuple[str, Any]] = []

    def count(_cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> tuple[Any, ...]:
        rows[asked[-1][0]] += 1
        return row

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    engine = state._database._engine
    raw = engine.raw_connection()
    assert isinstance(raw.driver_connection, sqlite3.Connection), "in memory there is one connection"
    event.listen(engine, "before_cursor_execute", note)
    raw.driver_connection.row_factory = count
    try:
        yield rows, asked
    finally:
        raw.driver_connection.row_factory = None
        event.remove(engine, "before_cursor_execute", note)
        raw.close()


def scans(state: State, asked: list[tuple[str, Any]]) -> set[str]:
    """The statements that look through a whole large table to find their rows."""
    found = set()
    with state._database.read() as connection:
        for statement, parameters in asked:
            if not statement.startswith(("SELECT", "UPDATE", "DELETE")) or isinstance(parameters, list):
                continue
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                words = str(row[3]).split()
                if words[0] == "SCAN" and words[1] in LARGE and words[-1] not in OF_FEW:
                    found.add(f"{words[1]}: {statement}")
    return found


async def read_by_tasks(folder: Path, cameras: int) -> tuple[Counter[str], set[str]]:
    """What a whole run with a purge in it and a watch read, in a fleet of so many cameras."""
    sites = Sites(folder, START)
    sites.devices.clear()
    sites.enrol(
        {"berlin": "Europe/Berlin"},
        {f"cam-{n}": ("berlin", {"country": "DE", "modality": "thermal"}) for n in range(cameras)},
    )
    sites.accept()
    async with sites.living():
        agent = sites.agent
        assert agent is not None
        with sites.state() as state:
            await one_task(sites, "t-cam-0")
            sites.approve()
            await one_task(sites, "t-cam-0")
            fill(state, cameras)
            assert cameras == len(state.duties()) // len(state.duties(["t-cam-0"]))
            assert cameras == len({one.camera for one in state.standings()})
            await one_task(sites, "t-cam-0")
            sites.clock.passed += 13 * HOUR
            before = len(sites.devices["t-cam-0"].purges)
            with noted(state) as (rows, asked):
                await one_task(sites, "t-cam-0")
                await agent.executor.dispatch([TaskRef("berlin", "t-cam-0", WATCH)])
                await sites.executor.idle()
            assert before + 1 == len(sites.devices["t-cam-0"].purges), "the run carried a deletion out"
            return rows, scans(state, asked)


async def one_task(sites: Sites, target: str) -> None:
    assert sites.agent is not None
    state = sites.agent.equipment.state
    state.wake_work([target], sites.clock.now())
    await sites.agent.executor.dispatch([TaskRef("berlin", target)])
    await sites.executor.idle()


@pytest.mark.slow
async def test_a_task_reads_as_much_in_a_large_fleet_as_in_a_small_one(tmp_path: Path) -> None:
    found = {}
    for cameras in (10, 1000):
        (tmp_path / str(cameras)).mkdir()
        found[cameras], scanned = await read_by_tasks(tmp_path / str(cameras), cameras)
        assert set() == scanned
    assert found[10] == found[1000]
    assert 30 < found[10].total() < 300
