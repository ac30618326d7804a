"""Runs without a network: a driver that plays a script, and equipment that keeps state and evidence at hand."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest
import structlog

from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.model.changes import Change, JobState, Permit, Receipt
from vmsguard.model.inventory import LoginRefs, Target
from vmsguard.model.manifest import Channel, Identity, Manifest, Observation, Scope, VerbSupport
from vmsguard.model.plan import Cause, PlannedChange
from vmsguard.model.vocabulary import Mode, Role, Stage, Support
from vmsguard.net.login import Login
from vmsguard.net.permits import PermitOffice
from vmsguard.net.pool import ConnectionPool
from vmsguard.plugin.driver import Driver
from vmsguard.plugin.loader import Registry
from vmsguard.run.equipment import Equipment
from vmsguard.state import State

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class OwnClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class Script:
    """What the driver of one target does; every step may be a value or an exception to raise."""

    identity: Identity = field(default_factory=lambda: Identity(firmware="1", as_administrator=True))
    opens: Callable[[], Any] | None = None
    changes: Callable[[Change], Any] | None = None
    polls: Callable[[], Any] | None = None
    observes: Callable[[], Any] | None = None
    asks_device: bool = True
    """Whether a change counts as a request that left."""
    channels: tuple[Channel, ...] = (Channel(id="1"),)
    sent: list[Change] = field(default_factory=list)
    closed: int = 0


SCRIPTS: dict[str, Script] = {}


async def _play(step: Callable[..., Any] | None, *args: Any) -> Any:
    result = None if step is None else step(*args)
    if asyncio.iscoroutine(result):
        result = await result
    if isinstance(result, BaseException):
        raise result
    return result


class ScriptedDriver(Driver):
    name: ClassVar[str] = "scripted"
    catalogue: ClassVar[int] = 1

    @classmethod
    def manifest(cls, who: Identity | None) -> Manifest:
        verbs = (VerbSupport(verb="recording.stop", support=Support.SUPPORTED),)
        return Manifest(driver="scripted", product="p", version="1", facts=(), verbs=verbs)

    @property
    def script(self) -> Script:
        return SCRIPTS[self.target.id]

    async def open(self) -> Identity:
        await _play(self.script.opens)
        return self.script.identity

    async def channels(self) -> AsyncIterator[Channel]:
        for channel in self.script.channels:
            yield channel

    async def observe(self, want: Mapping[Scope, frozenset[str]]) -> AsyncIterator[Observation]:
        told = await _play(self.script.observes)
        if told is not None:
            yield told

    async def change(self, change: Change, permit: Permit) -> Receipt:
        self.script.sent.append(change)
        if self.script.asks_device:
            self.ctx.http.requests["write"] += 1  # type: ignore[index]
        told = await _play(self.script.changes, change)
        return told or Receipt(change.id, self.ctx.clock.now(), "accepted")

    async def poll(self, receipt: Receipt) -> JobState:
        told: JobState = await _play(self.script.polls)
        return told

    async def close(self) -> None:
        self.script.closed += 1


class _Registry:
    failures = ()

    def driver_class(self, name: str) -> type[Driver]:
        return ScriptedDriver


@pytest.fixture
def scripts() -> Iterator[dict[str, Script]]:
    SCRIPTS.clear()
    yield SCRIPTS
    SCRIPTS.clear()


@pytest.fixture
def clock() -> OwnClock:
    return OwnClock()


@pytest.fixture
def state(clock: OwnClock) -> Iterator[State]:
    with State.open("sqlite://", clock=clock) as opened:
        yield opened


@pytest.fixture
def evidence(tmp_path: Path, clock: OwnClock) -> Iterator[EvidenceLog]:
    origin = "vmsguard.example.org/test"
    with EvidenceLog.open(tmp_path / "evidence", origin=origin, key=SigningKey.generate(origin), clock=clock) as log:
        yield log


@pytest.fixture
def events(tmp_path: Path) -> Callable[[str], list[dict[str, Any]]]:
    """The records of one event so far."""

    def read(event: str) -> list[dict[str, Any]]:
        lines = [
            json.loads(line)
            for segment in sorted((tmp_path / "evidence" / "log").glob("*.jsonl"))
            for line in segment.read_text().splitlines()
        ]
        return [line for line in lines if line["event"] == event]

    return read


@pytest.fixture
async def equipment(
    clock: OwnClock, state: State, evidence: EvidenceLog, scripts: dict[str, Script]
) -> AsyncIterator[Equipment]:
    async def sleep(seconds: float) -> None:
        clock.seconds += seconds
        await asyncio.sleep(0)

    async def blocking(function: Callable[..., Any], /, *args: Any) -> Any:
        return function(*args)

    async with ConnectionPool() as pool:
        yield Equipment(
            clock=clock,
            random=random.Random(1),
            registry=cast(Registry, _Registry()),
            pool=pool,
            login=lambda reference: Login(reference, "user", "password") if reference else None,
            state=state,
            evidence=evidence,
            permits=PermitOffice(clock),
            run_blocking=blocking,
            sleep=sleep,
            log=structlog.get_logger("test"),
        )


def target(name: str, login: str = "secret://env/LOGIN") -> Target:
    return Target(
        id=name,
        site="s",
        role=Role.DEVICE,
        driver="scripted",
        url="http://192.0.2.1/",
        login=LoginRefs(login, login),
    )


def stop(name: str, job: str = "j", **told: Any) -> PlannedChange:
    """A planned ``recording.stop`` on channel 1 of a target."""
    return PlannedChange(
        change=Change("recording.stop", name, "1", {"job": job}),
        causes=(Cause(f"cam-{name}", "p", "r", "storage.edge.off"),),
        mode=Mode.ENFORCE,
        stage=Stage.STORING,
        **told,
    )


@pytest.fixture
def make_target() -> Callable[..., Target]:
    return target


@pytest.fixture
def make_stop() -> Callable[..., PlannedChange]:
    return stop


@pytest.fixture
def make_script() -> type[Script]:
    return Script
