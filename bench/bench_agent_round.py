"""One round of the agent over 100,000 targets, each with a duty, against the same over 1,000; SQLite and PostgreSQL.

A round is what the loop does every second: the clock, the files, the orders, the alarm clock of duties, what is due and
what is to be watched, and handing both over. As many targets are due in each fleet, and as many are watched.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from bench_due_work import NOW, servers
from measure import Measured
from sqlalchemy import text

from vmsguard.agent.agent import Agent
from vmsguard.agent.execution.executor import Handler, Health
from vmsguard.agent.execution.tasks import WATCH, Done, Outcome, TaskRef
from vmsguard.agent.fleet_in_force import FleetInForce
from vmsguard.agent.settings import AgentSettings
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.model.inventory import Camera, EndpointRef, Inventory, Target
from vmsguard.model.ledger import Duty
from vmsguard.model.vocabulary import Role
from vmsguard.net.permits import PermitOffice
from vmsguard.net.pool import ConnectionPool
from vmsguard.plugin.registry import Registry
from vmsguard.run.equipment import Equipment
from vmsguard.run.fleet import Fleet
from vmsguard.state import State
from vmsguard.state.rows import upsert
from vmsguard.state.tables import duties, work

ORIGIN = "vmsguard.example.org/bench"
DUE = 10
DAY = timedelta(days=1)


@dataclass
class Clock:
    """Moved on by a second for each round; every so often that is the round of the alarm clock and of the files."""

    passed: float = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed


@dataclass
class Handed:
    """An executor that takes tasks and does nothing: what is measured is the loop."""

    tasks: list[TaskRef] = field(default_factory=list)

    async def dispatch(self, refs: Iterable[TaskRef]) -> None:
        self.tasks.extend(refs)

    async def serve(self, handler: Handler, stop: asyncio.Event) -> None:
        await stop.wait()

    def health(self) -> Health:
        return Health(ready=True, waiting=0, running=0)


@dataclass
class Files:
    """A fleet that is there already; its files do not change."""

    fleet: Fleet

    def changed(self) -> bool:
        return False

    def load(self) -> Fleet:
        return self.fleet


def fleet_of(targets: int) -> Fleet:
    names = [(f"{n:06d}", f"site-{n % 100:03d}") for n in range(targets)]
    inventory = Inventory(
        targets={
            f"t-{n}": Target(id=f"t-{n}", site=site, role=Role.DEVICE, driver="device", url="http://192.0.2.1/")
            for n, site in names
        },
        cameras={
            f"cam-{n}": Camera(id=f"cam-{n}", site=site, endpoints=(EndpointRef(f"t-{n}", ("1",)),))
            for n, site in names
        },
    )
    return Fleet(inventory=inventory, rules={}, facts={}, verbs={}, controls={})


def fill(state: State, targets: int) -> None:
    """A duty for each, anywhere in the first two fifths of its gap, as where deletions are carried out in time."""
    rng = random.Random(targets)
    begun = [(f"{n:06d}", NOW - DAY * rng.uniform(0, 0.4)) for n in range(targets)]
    owed = (
        Duty(
            camera=f"cam-{n}",
            pack="p",
            rule="r",
            target=f"t-{n}",
            channel="1",
            max_gap_seconds=86_400,
            next_due=at + DAY,
            enrolled_at=at,
        )
        for n, at in begun
    )
    with state._database.write() as connection:
        upsert(connection, duties, owed)


def only_few_due(state: State) -> None:
    with state._database.write() as connection:
        connection.execute(work.update().values(next_due=NOW + DAY))
        first = [f"t-{n:06d}" for n in range(DUE)]
        connection.execute(work.update().where(work.c.target.in_(first)).values(next_due=NOW - DAY))
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))


def equipment_of(folder: Path, state: State, clock: Clock, pool: ConnectionPool) -> Equipment:
    log = EvidenceLog.open(folder, origin=ORIGIN, key=SigningKey.generate(ORIGIN), clock=clock)
    return Equipment(
        clock=clock,
        random=random.Random(1),
        registry=Registry(),
        pool=pool,
        login=lambda _: None,
        state=state,
        permits=PermitOffice(clock),
        run_blocking=asyncio.to_thread,
        sleep=asyncio.sleep,
        log=structlog.get_logger("bench"),
        evidence=log,
    )


async def nothing_to_do(ref: TaskRef, lease: object) -> Outcome:
    return Done()


@dataclass
class Loop:
    """An agent over so many targets, and the least seconds of its rounds: ordinary ones, and a minute's first."""

    agent: Agent
    clock: Clock
    handed: Handed
    least: dict[str, float] = field(default_factory=lambda: {"round": float("inf"), "minute": float("inf")})

    async def round(self, kind: str) -> None:
        self.clock.passed += 61.0 if kind == "minute" else 1.0
        self.handed.tasks.clear()
        began = time.perf_counter()
        await self.agent.round()
        self.least[kind] = min(self.least[kind], time.perf_counter() - began)
        if len([ref for ref in self.handed.tasks if ref.kind != WATCH]) != DUE:
            raise RuntimeError(f"{len(self.handed.tasks)} tasks were handed over")


def loop_of(folder: Path, state: State, clock: Clock, pool: ConnectionPool, targets: int) -> Loop:
    fill(state, targets)
    settings = AgentSettings(watch=timedelta(seconds=targets / DUE), starts_per_second=1000.0, seed="bench")
    in_force = FleetInForce(Files(fleet_of(targets)), state, lambda _: None)
    handed = Handed()
    equipment = equipment_of(folder, state, clock, pool)
    agent = Agent(equipment, in_force, handed, nothing_to_do, settings, lambda _: None)
    agent.begin()
    only_few_due(state)
    return Loop(agent, clock, handed)


async def measured_on(
    folder: Path, url: Callable[[], str], sizes: Iterable[int], rounds: int
) -> dict[int, dict[str, float]]:
    """By size the least seconds of a round; sizes take turns, so that a slow moment hits all of them."""
    loops: dict[int, Loop] = {}
    with ExitStack() as stack:
        async with ConnectionPool() as pool:
            for size in sizes:
                clock = Clock()
                state = stack.enter_context(State.open(url(), clock=clock))
                loops[size] = loop_of(folder / str(size), state, clock, pool, size)
                await loops[size].round("round")
            for number in range(rounds):
                for loop in loops.values():
                    await loop.round("minute" if number % 5 == 0 else "round")
            for loop in loops.values():
                loop.agent.equipment.evidence.close()
    return {size: loop.least for size, loop in loops.items()}


def measure(*, quick: bool = False) -> Measured:
    sizes = (1000, 3000) if quick else (1000, 10_000, 100_000)
    with servers() as stores, tempfile.TemporaryDirectory() as name:
        found = {
            store: asyncio.run(measured_on(Path(name) / store, url, sizes, 20 if quick else 200))
            for store, url in stores.items()
        }
    small, large = sizes[0], sizes[-1]
    worst = max(found, key=lambda store: found[store][large]["round"] / found[store][small]["round"])
    told = "; ".join(
        f"{store}: {what} " + ", ".join(f"{at[size][what] * 1000:.2f}" for size in sizes) + " ms"
        for store, at in found.items()
        for what in ("round", "minute")
    )
    return Measured(
        value=found[worst][large]["round"] / found[worst][small]["round"],
        goal=2,
        measured=found[worst][large]["round"] * 1000,
        floor=found[worst][small]["round"] * 1000,
        unit="ms",
        against=f"a round of the agent over {small} targets with {DUE} due ({worst}; here {large})",
        note=f"targets {', '.join(map(str, sizes))}: {told}",
    )


if __name__ == "__main__":
    print(measure(quick="--quick" in sys.argv))
