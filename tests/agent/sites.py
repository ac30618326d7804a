"""Whole sites in one process: files as a person writes them, devices simulated here, and time that is moved."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import structlog
import yaml

from vmsguard.agent.agent import Agent
from vmsguard.agent.execution.leases import StateLeases
from vmsguard.agent.execution.local_executor import LocalExecutor
from vmsguard.agent.execution.worker import Worker
from vmsguard.agent.fleet_in_force import FleetInForce
from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.orders.approvals import approval_of_purge
from vmsguard.agent.settings import AgentSettings
from vmsguard.errors import Unreachable
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory
from vmsguard.fleet.assemble_fleet import fleet_of
from vmsguard.fleet.load_config import load_config
from vmsguard.fleet.lock_here import accept_into, lock_here
from vmsguard.model.changes import Change, Permit, Receipt
from vmsguard.model.crash_point import durable_step
from vmsguard.model.fact_values import RecordingJob, Store, StoredRecording
from vmsguard.model.facts import Fact, FactKey, Items, Known
from vmsguard.model.held_window import read_windows
from vmsguard.model.lock import Acceptance
from vmsguard.model.manifest import (
    Channel,
    DriverEntry,
    FactSupport,
    Identity,
    Manifest,
    Observation,
    Scope,
    VerbSupport,
)
from vmsguard.model.vocabulary import Basis, Layer, Support
from vmsguard.net.login import Login
from vmsguard.net.permits import PermitOffice
from vmsguard.net.pool import ConnectionPool
from vmsguard.plugin.driver import Driver
from vmsguard.plugin.registry import LoadedPlugin, RegisteredDriver, Registry
from vmsguard.policy.catalogue import Catalogue
from vmsguard.run.equipment import Equipment
from vmsguard.run.fleet import Fleet
from vmsguard.state.store import State

ORIGIN = "vmsguard.example.org/agent"
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)

PACK = """\
apiVersion: vmsguard/v1
kind: Pack
metadata:
  id: sample
  version: "1.0.0"
  title: A sample
  timezone: site
  reviewed: {on: "2026-10-01", next: "2030-01-01"}
sources:
  rule-1: {title: A rule, force: law, from: "2020-11-05", confirmed: secondary}
select:
  country: [DE, US]
rules:
  - id: saving-off
    title: Saving is switched off
    severity: high
    cites: [{source: rule-1, clause: K1}]
    select: {modality: thermal}
    require: [storage.edge.off]
    otherwise:
      - if_excepted: inevitable
        require: [deletion.daily]
  - id: daily
    title: What is stored is deleted every day
    severity: high
    cites: [{source: rule-1, clause: K2}]
    require: [deletion.daily]
exception_types:
  inevitable:
    lifts: [storage.edge.off]
    requires: [legal_basis, approver]
    max_duration: P180D
"""


class OwnClock:
    """Stands still until it is moved; the wall clock can be set apart from the seconds that really pass."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.passed = timedelta()
        self.set_by = timedelta()

    def real(self) -> datetime:
        return self.start + self.passed

    def now(self) -> datetime:
        return self.real() + self.set_by

    def monotonic(self) -> float:
        return self.passed.total_seconds()


class OwnDisk(Disk):
    """The real disk without the waiting, in a machine that runs by the test's clock."""

    def __init__(self, clock: OwnClock) -> None:
        self._clock = clock

    def boottime_ns(self) -> int:
        return int(self._clock.monotonic() * 1e9)

    def datasync(self, descriptor: int) -> None:
        durable_step()

    def sync(self, descriptor: int) -> None:
        durable_step()

    def sync_directory(self, path: Path) -> None:
        pass


@dataclass
class Device:
    """A camera with a card: records an hour at a time, deletes what it is told to, and may be out of reach."""

    clock: OwnClock
    recording: bool = True
    offline: bool = False
    firmware: str = "1.0"
    purges: list[datetime] = field(default_factory=list)
    stops: list[datetime] = field(default_factory=list)
    ignores_purges: bool = False
    _segments: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    _until: datetime | None = None
    _ids: Iterable[int] = field(default_factory=itertools.count)

    def footage(self) -> list[tuple[int, datetime, datetime]]:
        """What lies there now, by its own clock, which is right."""
        now = self.clock.real()
        at = self._until or now - HOUR
        while self.recording and at < now:
            end = min(at.replace(minute=0, second=0, microsecond=0) + HOUR, now)
            self._segments.append((next(iter(self._ids)), at, end))
            at = end
        self._until = now
        return self._segments

    def purge(self, cutoff: datetime, held: str) -> None:
        durable_step()
        self.purges.append(cutoff)
        if self.ignores_purges:
            return
        windows = read_windows(held)
        self._segments = [
            one
            for one in self.footage()
            if one[1] >= cutoff or any(window.touches(one[1], one[2]) for window in windows)
        ]

    def stop(self) -> None:
        durable_step()
        self.footage()
        self.stops.append(self.clock.real())
        self.recording = False

    def switch_on(self) -> None:
        self.footage()
        self.recording = True


DEVICES: dict[str, Device] = {}

_FACTS = ("stores", "footage.recordings", "recording.jobs", "clock.skew_seconds")


class DeviceDriver(Driver):
    """Speaks to a ``Device`` of this process."""

    name: ClassVar[str] = "device"
    catalogue: ClassVar[int] = 1

    @classmethod
    def manifest(cls, who: Identity | None) -> Manifest:
        verbs = (
            VerbSupport(verb="recording.stop", support=Support.SUPPORTED, settle_seconds=0.0),
            VerbSupport(verb="footage.purge", support=Support.SUPPORTED, settle_seconds=0.0, held="recordings"),
        )
        facts = tuple(FactSupport(name, Support.SUPPORTED) for name in _FACTS)
        return Manifest(driver="device", product="p", version="1", facts=facts, verbs=verbs)

    @property
    def device(self) -> Device:
        device = DEVICES[self.target.id]
        if device.offline:
            raise Unreachable(self.target.id, "open", "no answer")
        return device

    async def open(self) -> Identity:
        return Identity(manufacturer="Acme", model="C1", serial=self.target.id, firmware=self.device.firmware)

    async def channels(self) -> AsyncIterator[Channel]:
        yield Channel(id="1")

    async def observe(self, want: Mapping[Scope, frozenset[str]]) -> AsyncIterator[Observation]:
        device, now = self.device, self.ctx.clock.now()
        found = [StoredRecording(f"r{name}", "card", start, end) for name, start, end in device.footage()]
        jobs = Known(Items((RecordingJob("job", device.recording),)))
        values: dict[str, Any] = {
            "stores": Known(Items((Store("card", "footage"),))),
            "clock.skew_seconds": Known(int((device.clock.real() - now).total_seconds())),
            "footage.recordings": Known(Items(tuple(found))),
            "recording.jobs": jobs,
        }
        for scope, names in want.items():
            for name in names:
                layers = (Layer.RUNTIME, Layer.STORED) if name == "recording.jobs" else (Layer.RUNTIME,)
                for layer in layers:
                    key = FactKey(self.target.id, scope.channel, name, layer)
                    yield Observation((Fact(key, values[name], Basis.READ_BACK, now, "device"),))

    async def change(self, change: Change, permit: Permit) -> Receipt:
        device = self.device
        self.ctx.http.requests["write"] += 1  # type: ignore[index]
        if change.verb == "footage.purge":
            device.purge(datetime.fromisoformat(change.arguments["cutoff"]), change.arguments.get("held", ""))
        else:
            device.stop()
        return Receipt(change.id, self.ctx.clock.now(), "accepted")

    async def close(self) -> None:
        pass


class OwnRegistry(Registry):
    def driver_class(self, name: str) -> type[Driver]:
        return DeviceDriver


def own_registry() -> Registry:
    entry = DriverEntry(name="device", path="-", api=1, catalogue=1, manifest=DeviceDriver.manifest(None))
    return OwnRegistry(drivers={"device": RegisteredDriver(entry, LoadedPlugin("device", "device", "1"))})


class Sites:
    """An installation, its devices, and one agent after the other on the same state and evidence."""

    @classmethod
    def again(cls, folder: Path, start: datetime) -> Sites:
        """An installation that another process left in a folder; its devices are to be put in place."""
        sites = cls.__new__(cls)
        sites._begin(folder, start, f"sqlite:///{folder / 'state.db'}", SigningKey.load(folder / "key.pem", ORIGIN))
        return sites

    def __init__(self, folder: Path, start: datetime, *, state: str = "sqlite://") -> None:
        key = SigningKey.generate(ORIGIN)
        key.save(folder / "key.pem")
        self._begin(folder, start, state, key)
        self.write(
            "vmsguard.yaml",
            {
                "apiVersion": "vmsguard/v1",
                "kind": "Config",
                "inventory": ["inventory.yaml"],
                "packs": ["packs"],
                "assignments": ["assignments.yaml"],
                "exceptions": ["exceptions"],
                "holds": ["holds"],
                "evidence": {"dir": "evidence", "origin": ORIGIN, "key": "secret://file/key.pem"},
            },
        )
        for name in ("exceptions", "holds"):
            (folder / name).mkdir()
        self.write("packs/sample/pack.yaml", PACK)

    def _begin(self, folder: Path, start: datetime, state: str, key: SigningKey) -> None:
        self.folder = folder
        self.clock = OwnClock(start)
        self.disk = OwnDisk(self.clock)
        self.devices = DEVICES
        self.alerts: list[Alert] = []
        self.settings = AgentSettings(sweep=timedelta(minutes=54), heartbeat=HOUR, starts_per_second=100.0, seed="test")
        self.agent: Agent | None = None
        self.key = key
        self._runs = itertools.count(1)
        self._registry = own_registry()
        self._state = State.open(state, clock=self.clock)
        self.edited = True

    def write(self, name: str, value: Any) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else yaml.safe_dump(value, sort_keys=False), encoding="utf-8")
        self.edited = True

    def enrol(self, sites: Mapping[str, str], cameras: Mapping[str, tuple[str, Mapping[str, Any]]]) -> None:
        """Write the inventory: sites with their zones, cameras with their site and attributes."""
        self.write(
            "inventory.yaml",
            {
                "apiVersion": "vmsguard/v1",
                "kind": "Inventory",
                "sites": {name: {"timezone": zone} for name, zone in sites.items()},
                "targets": [
                    {"id": f"t-{name}", "site": site, "role": "device", "driver": "device", "url": "http://192.0.2.1/"}
                    for name, (site, _) in cameras.items()
                ],
                "cameras": [
                    {
                        "id": name,
                        "site": site,
                        "attributes": dict(attributes),
                        "endpoints": [{"target": f"t-{name}", "channels": ["1"]}],
                    }
                    for name, (site, attributes) in cameras.items()
                ],
            },
        )
        for name in cameras:
            self.devices.setdefault(f"t-{name}", Device(self.clock))
        self.write(
            "assignments.yaml",
            {
                "apiVersion": "vmsguard/v1",
                "kind": "Assignment",
                "metadata": {"id": "all"},
                "sites": list(sites),
                "packs": [{"pack": "sample", "mode": "enforce"}],
            },
        )

    def accept(self) -> None:
        """Lock what is assigned, as a person would."""
        config = load_config(self.folder / "vmsguard.yaml")
        catalogue = Catalogue.core().extended(pack_folders=config.packs)
        here = lock_here(config, self._registry, catalogue)
        accept_into(here, Acceptance("role:officer", self.clock.now().replace(microsecond=0)), None)
        self.edited = True

    def approve(self, count: int = 1000) -> None:
        """A person's word on the first deletion everywhere."""
        with self.state() as state:
            for target in self.devices:
                now = self.clock.now()
                state.add_approval(approval_of_purge(target, count, "role:officer", now, now + timedelta(days=1)))

    # the fleet's files

    def changed(self) -> bool:
        edited, self.edited = self.edited, False
        return edited

    def load(self) -> Fleet:
        self.edited = False
        return fleet_of(load_config(self.folder / "vmsguard.yaml"), self._registry)

    # agents

    @contextmanager
    def state(self) -> Iterator[State]:
        """The one state of all agents; in memory, because nobody pulls the plug here."""
        yield self._state

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        """An agent that begins, serves until the end of the block, and stops in order."""
        with (
            self.state() as state,
            EvidenceLog.open(
                self.folder / "evidence", origin=ORIGIN, key=self.key, clock=self.clock, disk=self.disk
            ) as evidence,
        ):
            async with ConnectionPool() as pool:
                equipment = self._equipment(state, evidence, pool)
                leases = StateLeases(state, self.clock, owner="test", term=900.0, seed=self.settings.seed)
                self.executor = LocalExecutor(leases)
                in_force = FleetInForce(self, state, self.alerts.extend)
                worker = Worker(equipment, in_force, self.settings, self.alerts.extend, self._new_run)
                self.agent = Agent(
                    equipment,
                    in_force,
                    self.executor,
                    worker,
                    self.settings,
                    self.alerts.extend,
                    give_back_left=leases.give_back_left,
                )
                self.agent.begin()
                stop = asyncio.Event()
                serving = asyncio.ensure_future(self.executor.serve(worker, stop))
                try:
                    yield
                finally:
                    stop.set()
                    await serving
                    self.agent = None

    async def look(self) -> None:
        """One round and what it leads to, and the round after it, before any time passes."""
        assert self.agent is not None
        for _ in range(2):
            await self.agent.round()
            await self.executor.idle()

    async def live(
        self, until: datetime, step: timedelta = HOUR, at: Mapping[datetime, Callable[[], None]] = {}
    ) -> None:
        """Rounds at every whole step (by the seconds that really pass) to the end, and where something happens."""
        moments = sorted(at)
        while self.clock.real() <= until:
            while moments and moments[0] <= self.clock.real():
                at[moments.pop(0)]()
            await self.look()
            self.clock.passed += step

    def _new_run(self) -> str:
        return f"run-{os.getpid()}-{next(self._runs)}"

    def _equipment(self, state: State, evidence: EvidenceLog, pool: ConnectionPool) -> Equipment:
        async def sleep(seconds: float) -> None:
            await asyncio.sleep(0)

        async def blocking(function: Callable[..., Any], /, *args: Any) -> Any:
            return function(*args)

        return Equipment(
            clock=self.clock,
            random=random.Random(1),
            registry=self._registry,
            pool=pool,
            login=lambda reference: Login(reference, "user", "password") if reference else None,
            state=state,
            evidence=evidence,
            permits=PermitOffice(self.clock),
            run_blocking=blocking,
            sleep=sleep,
            log=structlog.get_logger("test"),
        )

    def close(self) -> None:
        self._state.close()

    # what is on record

    def events(self, *names: str) -> list[dict[str, Any]]:
        """The records of these events, in order."""
        lines = [
            json.loads(line)
            for segment in sorted((self.folder / "evidence" / "log").glob("*.jsonl"))
            for line in segment.read_text().splitlines()
        ]
        return [line for line in lines if line["event"] in names]

    def problems(self) -> list[str]:
        """What an auditor finds wrong with the evidence."""
        found = verify_directory(self.folder / "evidence", trust=Trust(logs=(self.key.verifier,)), now=self.clock.now())
        return [f"{one.kind}: {one.message}" for one in found.problems]


def utc(day: int, hour: int, minute: int = 0, second: int = 0, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)
