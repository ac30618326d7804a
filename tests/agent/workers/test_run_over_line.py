"""The same life of the same site, once with state and log at hand and once over the line: one and the same record."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from agent_side import START, AgentSide
from sites import DEVICES, Device, Sites
from sqlalchemy import select

from vmsguard.agent.agent import Agent
from vmsguard.agent.execution.leases import StateLeases
from vmsguard.agent.execution.local_executor import LocalExecutor
from vmsguard.agent.execution.worker import Worker
from vmsguard.agent.fleet_in_force import FleetInForce
from vmsguard.agent.workers.fleet_at_worker import FleetAtWorker
from vmsguard.evidence.events import EVENTS
from vmsguard.evidence.record import ENVELOPE_MEMBERS
from vmsguard.net.pool import ConnectionPool
from vmsguard.state import tables as t

HOUR = timedelta(hours=1)
CAMERA = ("berlin", {"country": "DE", "modality": "thermal"})


def prepared(folder: Path) -> Path:
    """An installation with two cameras, and a person's word on their first deletion."""
    folder.mkdir()
    DEVICES.clear()
    sites = Sites(folder, START, state=f"sqlite:///{folder / 'state.db'}")
    sites.enrol({"berlin": "Europe/Berlin"}, {"ber-1": CAMERA, "ber-2": CAMERA})
    sites.accept()
    sites.approve()
    sites.close()
    return folder


class Life:
    """An agent over a prepared folder; its worker works beside it or over a line."""

    def __init__(self, folder: Path, *, over_line: bool) -> None:
        DEVICES.clear()
        self.sites = Sites.again(folder, START)
        self.sites._new_run = lambda: f"run-{next(self.sites._runs)}"  # type: ignore[method-assign]
        for name in ("ber-1", "ber-2"):
            DEVICES[f"t-{name}"] = Device(self.sites.clock)
        self.folder = folder
        self.over_line = over_line

    @contextmanager
    def side(self) -> Iterator[AgentSide]:
        with AgentSide(self.folder, self.sites, self.sites._state).running() as running:
            yield running

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        sites = self.sites
        with self.side() as side:
            async with ConnectionPool() as pool:
                equipment = sites._equipment(side.state, side.log, pool)
                in_force = FleetInForce(sites, side.state, side.alerts.extend)
                if self.over_line:
                    line = side.line()
                    far = sites._equipment(line.state, line.evidence, pool)  # type: ignore[arg-type]
                    fleet: FleetInForce = FleetAtWorker(sites, line.state, sites.clock, behind=timedelta())
                    worker = Worker(far, fleet, sites.settings, line.tell, sites._new_run, line.looks)
                    leases = StateLeases(line.state, sites.clock, owner=line.owner, term=900.0, seed="test")
                    fleet.refresh(sites.clock.now())
                else:
                    worker = Worker(equipment, in_force, sites.settings, side.alerts.extend, sites._new_run, side.looks)
                    leases = StateLeases(side.state, sites.clock, owner="test", term=900.0, seed="test")
                self.executor = LocalExecutor(leases, in_flight=1)
                self.agent = Agent(
                    equipment, in_force, self.executor, worker, sites.settings, side.alerts.extend, looks=side.looks
                )
                self.agent.begin()
                stop = asyncio.Event()
                serving = asyncio.ensure_future(self.executor.serve(worker, stop))
                yield
                stop.set()
                await serving
                if self.over_line:
                    assert () == line.held
                    line.close()
            self.alerts, self.waiting = list(side.alerts), list(side.looks.waiting())

    async def look(self) -> None:
        for _ in range(2):
            await self.agent.round()
            await self.executor.idle()

    async def live(self) -> None:
        """Deleted, drifted and repaired, out of reach and back."""
        clock = self.sites.clock
        async with self.living():
            for hour in range(16):
                if hour == 3:
                    DEVICES["t-ber-1"].switch_on()
                DEVICES["t-ber-2"].offline = 8 <= hour < 10
                if hour == 12:
                    DEVICES["t-ber-2"].ignores_purges = True
                    DEVICES["t-ber-2"].switch_on()
                await self.look()
                clock.passed += HOUR

    def records(self) -> list[dict[str, Any]]:
        """Every record that a run makes, without its envelope."""
        events = [one for one in self.sites.events(*EVENTS) if not one["event"].startswith("log.")]
        chance = {*ENVELOPE_MEMBERS, "salt", "prev"} - {"event", "cause", "run", "seq"}
        return [{name: one[name] for name in one if name not in chance} for one in events]

    def rows(self) -> dict[str, list[Any]]:
        found = {}
        with self.sites._state._database.read() as connection:
            for name, table in sorted(t.metadata.tables.items()):
                found[name] = [
                    tuple(value for column, value in row._mapping.items() if column != "id")
                    for row in connection.execute(select(table).order_by(*table.primary_key))
                ]
        return found


async def test_results_evidence_and_state_are_the_same(tmp_path: Path) -> None:
    here = prepared(tmp_path / "here")
    shutil.copytree(here, tmp_path / "there")
    lives = [Life(here, over_line=False), Life(tmp_path / "there", over_line=True)]
    devices = []
    for life in lives:
        for name in ("ber-1", "ber-2"):
            DEVICES[f"t-{name}"] = Device(life.sites.clock)
        async with asyncio.timeout(120):
            await life.live()
        devices.append({name: (one.purges, one.stops) for name, one in sorted(DEVICES.items())})
    near, far = lives
    events = {one["event"] for one in near.records()}
    assert {"apply.intent", "apply.result", "purge", "verify", "duty.due", "duty.met", "device.unreachable"} <= events
    assert near.records() == far.records()
    assert near.rows() == far.rows()
    assert devices[0] == devices[1]
    assert devices[0]["t-ber-1"][1]
    assert near.alerts
    assert (near.alerts, near.waiting) == (far.alerts, far.waiting)
    assert near.sites.problems() == far.sites.problems()
    for life in lives:
        life.sites.close()
    DEVICES.clear()
