"""The kit passes an honest driver and catches each way in which one can break its contract."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from xml.etree import ElementTree

import msgspec
import pytest
from aiohttp import web

from vmsguard.errors import GuardTripped, NotSupported, ProtocolViolation, Unreachable
from vmsguard.model import fact_values as v
from vmsguard.model.changes import CORE_VERBS, Change, Permit, Receipt
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known, Reading, Unknown
from vmsguard.model.inventory import Target
from vmsguard.model.manifest import (
    Channel,
    FactSupport,
    Identity,
    Manifest,
    Observation,
    RequestBound,
    Scope,
    VerbSupport,
    WitnessPoint,
)
from vmsguard.model.vocabulary import Basis, Effect, Layer, Role, Support, Why
from vmsguard.net.client import HttpAuth
from vmsguard.net.login import Login
from vmsguard.plugin.driver import Driver
from vmsguard.testing import Ability, ContractDevice, DriverContract, Fault

LOGIN = Login("secret://test", "admin", "c4nary-Pa55word")
OLD = datetime(2026, 1, 1, tzinfo=UTC)


class Toy:
    """A recorder that speaks JSON: a stream switch and two recordings per channel, over HTTP digest-less Basic."""

    def __init__(self, channels: int = 2) -> None:
        self.reshape(channels)
        self.writes = 0
        self.faults: set[Fault] = set()
        self.released = asyncio.Event()

    def reshape(self, channels: int) -> None:
        self.streams = {str(n): True for n in range(channels)}
        self.footage = {str(n): ["r1", "r2"] for n in range(channels)}

    def digest(self) -> str:
        return hashlib.sha256(json.dumps([self.streams, self.footage]).encode()).hexdigest()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if Fault.TIMEOUT in self.faults:
            await self.released.wait()
        if Fault.GARBAGE in self.faults:
            return web.Response(body=b"\x00<not json")
        if Fault.UNAUTHORIZED in self.faults or "Authorization" not in request.headers:
            return web.Response(status=401)
        if request.method == "GET":
            streams = None if Fault.NOT_SUPPORTED in self.faults else self.streams
            return web.json_response({"streams": streams, "footage": self.footage})
        self.writes += 1
        told = await request.json()
        if Fault.ACK_NO_EFFECT not in self.faults:
            if told["do"] == "stop":
                self.streams[told["channel"]] = False
            elif datetime.fromisoformat(told["cutoff"]) > OLD:
                self.footage[told["channel"]] = []
        return web.json_response({"ok": True})


class ToyDriver(Driver):
    """Keeps its contract."""

    name = "toy"
    catalogue = 1
    layers: ClassVar[tuple[Layer, ...]] = (Layer.RUNTIME, Layer.STORED)

    @classmethod
    def manifest(cls, who: Identity | None) -> Manifest:
        done = ("stream.stop", "footage.purge")
        return Manifest(
            driver="toy",
            product="Toy",
            version="1",
            facts=(
                FactSupport("stream.services", Support.SUPPORTED, cls.layers),
                FactSupport("footage.recordings", Support.SUPPORTED),
            ),
            verbs=tuple(VerbSupport(verb=verb, support=Support.SUPPORTED, settle_seconds=0) for verb in done),
            absent_verbs=tuple(verb for verb in CORE_VERBS if verb not in done),
            bound=RequestBound(3, 0),
        )

    async def state(self) -> dict[str, Any]:
        reply = await self.ctx.http.request("GET", "/", effect=Effect.READ, operation="state", auth=HttpAuth.BASIC)
        try:
            told: dict[str, Any] = json.loads(reply.body)
        except ValueError as error:
            raise ProtocolViolation(self.target.id, "state", "not JSON") from error
        return told

    async def open(self) -> Identity:
        await self.state()
        return Identity(manufacturer="Toys", model="T1", firmware="1.0", as_administrator=True)

    async def channels(self) -> AsyncIterator[Channel]:
        for channel in (await self.state())["footage"]:
            yield Channel(id=channel)

    async def observe(self, want: Mapping[Scope, frozenset[str]]) -> AsyncIterator[Observation]:
        state = await self.state()
        for scope, names in want.items():
            yield Observation(tuple(fact for name in names for fact in self.facts_of(name, scope.channel, state)))

    def facts_of(self, name: str, channel: str, state: dict[str, Any]) -> list[Fact]:
        if name == "footage.recordings":
            items = tuple(v.StoredRecording(id, "disk", OLD, OLD) for id in state["footage"][channel])
            return [self.fact(name, channel, Known(Items(items)))]
        streams = state["streams"]
        reading: Reading = Absent("the service says it has no streams")
        if streams is not None:
            reading = Known(Items((v.StreamService("rtsp", "rtsp", streams[channel]),)))
        return [self.fact(name, channel, reading, layer) for layer in self.layers]

    def fact(self, name: str, channel: str, reading: Reading, layer: Layer = Layer.RUNTIME) -> Fact:
        key = FactKey(self.target.id, channel, name, layer)
        return Fact(key, reading, Basis.READ_BACK, self.ctx.clock.now(), "state")

    async def change(self, change: Change, permit: Permit) -> Receipt:
        cutoff = change.arguments.get("cutoff", "")
        told = {"do": "stop" if change.verb == "stream.stop" else "purge", "channel": change.channel, "cutoff": cutoff}
        await self.send(json.dumps(told).encode(), permit)
        return Receipt(change.id, self.ctx.clock.now(), "accepted")

    async def send(self, body: bytes, permit: Permit) -> None:
        await self.ctx.http.request(
            "POST", "/", effect=Effect.WRITE, operation="do", permit=permit, body=body, auth=HttpAuth.BASIC
        )

    def witness_points(self, channel: str) -> Sequence[WitnessPoint]:
        return [WitnessPoint(kind="rtsp", proves="stream.answers", channel=channel, path="/live")]

    async def close(self) -> None:
        return None


class ToyDevice(ContractDevice):
    """The toy behind its port."""

    def __init__(self, toy: Toy, port: int) -> None:
        self.toy = toy
        self._target = Target(id="toy-1", site="s", role=Role.RECORDER, driver="toy", url=f"http://127.0.0.1:{port}")

    target = property(lambda self: self._target)
    read_login = property(lambda self: LOGIN)
    change_login = property(lambda self: LOGIN)

    async def digest(self) -> str:
        return self.toy.digest()

    async def writes(self) -> int:
        return self.toy.writes

    async def with_channels(self, count: int) -> None:
        self.toy.reshape(count)

    async def fault(self, kind: Fault) -> None:
        self.toy.faults.add(kind)


@pytest.fixture
async def device() -> AsyncIterator[ToyDevice]:
    toy = Toy()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", toy.answer)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield ToyDevice(toy, runner.addresses[0][1])
    toy.released.set()
    await runner.cleanup()


class TestAnHonestDriver(DriverContract):
    driver_class = ToyDriver


# --- drivers that break it -------------------------------------------------------------------------------


class WritesWhileReading(ToyDriver):
    async def open(self) -> Identity:
        await self.ctx.http.request(
            "POST", "/", effect=Effect.READ, operation="x", body=b'{"do": "stop", "channel": "0"}', auth=HttpAuth.BASIC
        )
        return await super().open()


class TakesAReplyForAnEffect(ToyDriver):
    stopped: ClassVar[set[str]] = set()

    async def change(self, change: Change, permit: Permit) -> Receipt:
        receipt = await super().change(change, permit)
        self.stopped.add(change.channel)
        return receipt

    def facts_of(self, name: str, channel: str, state: dict[str, Any]) -> list[Fact]:
        told = {**state, "streams": {**state["streams"], **dict.fromkeys(self.stopped, False)}}
        return super().facts_of(name, channel, told)


class WrongType(ToyDriver):
    def facts_of(self, name: str, channel: str, state: dict[str, Any]) -> list[Fact]:
        return [self.fact(name, channel, Known(True))]


class PlaysWitness(ToyDriver):
    def facts_of(self, name: str, channel: str, state: dict[str, Any]) -> list[Fact]:
        return [*super().facts_of(name, channel, state), self.fact("stream.answers", channel, Known(False))]


class LeavesOut(ToyDriver):
    def facts_of(self, name: str, channel: str, state: dict[str, Any]) -> list[Fact]:
        return [] if channel == "1" else super().facts_of(name, channel, state)


class OneLayerOnly(ToyDriver):
    def facts_of(self, name: str, channel: str, state: dict[str, Any]) -> list[Fact]:
        return super().facts_of(name, channel, state)[:1]


class AsksPerChannel(ToyDriver):
    async def observe(self, want: Mapping[Scope, frozenset[str]]) -> AsyncIterator[Observation]:
        for scope, names in want.items():
            async for seen in super().observe({scope: names}):
                yield seen


class Talks(ToyDriver):
    async def open(self) -> Identity:
        assert self.ctx.login is not None
        self.ctx.log.debug("opening", told=self.ctx.login.password)
        return await super().open()


class KeepsThePassword(ToyDriver):
    async def open(self) -> Identity:
        assert self.ctx.login is not None
        self.password = self.ctx.login.password
        return await super().open()


class ForgetsTheStoredLayer(ToyDriver):
    """Switches off what runs; the stored setting comes back with the next start."""

    def facts_of(self, name: str, channel: str, state: dict[str, Any]) -> list[Fact]:
        facts = super().facts_of(name, channel, state)
        if name != "stream.services":
            return facts
        return [
            facts[0],
            self.fact(name, channel, Known(Items((v.StreamService("rtsp", "rtsp", True),))), Layer.STORED),
        ]


class LosesTheList(ToyDriver):
    """Cannot read the list any more once it has changed it."""

    def facts_of(self, name: str, channel: str, state: dict[str, Any]) -> list[Fact]:
        facts = super().facts_of(name, channel, state)
        if name == "stream.services" and not state["streams"][channel]:
            return [self.fact(name, channel, Unknown(Why.FAULT), layer) for layer in self.layers]
        return facts


class HidesItsWrites(ToyDriver):
    async def send(self, body: bytes, permit: Permit) -> None:
        await self.ctx.http.request("POST", "/", effect=Effect.SESSION, operation="do", body=body, auth=HttpAuth.BASIC)


class MakesGarbageAnEmptyList(ToyDriver):
    async def state(self) -> dict[str, Any]:
        try:
            return await super().state()
        except ProtocolViolation:
            return {"streams": {"0": False}, "footage": {"0": []}}


class TakesSilenceForAbsence(ToyDriver):
    async def state(self) -> dict[str, Any]:
        try:
            return await super().state()
        except Unreachable:
            return {"streams": None, "footage": {"0": []}}


class RaisesItsOwn(ToyDriver):
    async def state(self) -> dict[str, Any]:
        reply = await self.ctx.http.request("GET", "/", effect=Effect.READ, operation="state", auth=HttpAuth.BASIC)
        told: dict[str, Any] = json.loads(reply.body)
        return told


class StopsEverything(ToyDriver):
    async def change(self, change: Change, permit: Permit) -> Receipt:
        for channel in ("0", "1"):
            told = {"do": "stop" if change.verb == "stream.stop" else "purge", "channel": channel}
            await self.send(json.dumps({**told, "cutoff": change.arguments.get("cutoff", "")}).encode(), permit)
        return Receipt(change.id, self.ctx.clock.now(), "accepted")


class IgnoresTheCutoff(ToyDriver):
    async def change(self, change: Change, permit: Permit) -> Receipt:
        later = {"cutoff": (self.ctx.clock.now() + timedelta(days=1)).isoformat()}
        return await super().change(Change(change.verb, change.target, change.channel, later), permit)


class ForgetsAVerb(ToyDriver):
    @classmethod
    def manifest(cls, who: Identity | None) -> Manifest:
        return msgspec.structs.replace(super().manifest(who), absent_verbs=())


class UnknownFact(ToyDriver):
    @classmethod
    def manifest(cls, who: Identity | None) -> Manifest:
        return msgspec.structs.replace(super().manifest(who), facts=(FactSupport("strem.services", Support.SUPPORTED),))


Test = Callable[[DriverContract, ToyDevice], Awaitable[None]]
READS: dict[type[ToyDriver], Test] = {
    WritesWhileReading: lambda kit, device: kit.test_reading_changes_nothing(device),
    WrongType: lambda kit, device: kit.test_each_fact_is_yielded_with_its_declared_shape(device, "stream.services"),
    PlaysWitness: lambda kit, device: kit.test_nothing_undeclared_is_yielded(device),
    LeavesOut: lambda kit, device: kit.test_each_fact_is_yielded_with_its_declared_shape(device, "stream.services"),
    OneLayerOnly: lambda kit, device: kit.test_each_fact_is_yielded_with_its_declared_shape(device, "stream.services"),
    AsksPerChannel: lambda kit, device: kit.test_requests_stay_within_the_declared_bound(device),
    Talks: lambda kit, device: kit.test_no_secret_is_logged_or_shown(device),
    KeepsThePassword: lambda kit, device: kit.test_no_secret_is_logged_or_shown(device),
    MakesGarbageAnEmptyList: lambda kit, device: kit.test_garbage_is_never_a_value(device),
    TakesSilenceForAbsence: lambda kit, device: kit.test_silence_is_unreachable_within_the_deadline(device),
    ForgetsAVerb: lambda kit, device: kit.test_the_manifest_answers_for_every_core_verb(),
    UnknownFact: lambda kit, device: kit.test_the_manifest_declares_registered_facts_and_their_layers(),
}
CHANGES: dict[type[ToyDriver], Test] = {
    TakesAReplyForAnEffect: lambda kit, device: kit.test_a_change_without_effect_shows(device, "stream.stop"),
    ForgetsTheStoredLayer: lambda kit, device: kit.test_an_applied_change_plans_nothing_more(device, "stream.stop"),
    LosesTheList: lambda kit, device: kit.test_a_change_shows_in_every_layer(device, "stream.stop"),
    HidesItsWrites: lambda kit, device: kit.test_a_change_without_a_live_permit_is_stopped(device, "stream.stop"),
    StopsEverything: lambda kit, device: kit.test_a_change_leaves_other_channels_alone(device, "stream.stop"),
    IgnoresTheCutoff: lambda kit, device: kit.test_footage_after_the_cutoff_is_spared(device, "footage.purge"),
}
CAUGHT = {**READS, **CHANGES}


def kit_for(driver: type[Driver]) -> DriverContract:
    kit = type("Kit", (DriverContract,), {"driver_class": driver})()
    kit._properties = []
    return kit


@pytest.mark.parametrize(("driver", "test"), CAUGHT.items(), ids=[driver.__name__ for driver in CAUGHT])
async def test_a_driver_that_breaks_its_contract_is_caught(device: ToyDevice, driver: type[Driver], test: Test) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        await test(kit_for(driver), device)


@pytest.mark.parametrize(("driver", "test"), CAUGHT.items(), ids=[driver.__name__ for driver in CAUGHT])
async def test_the_same_test_passes_an_honest_one(device: ToyDevice, driver: type[Driver], test: Test) -> None:
    await test(kit_for(ToyDriver), device)


async def test_an_error_outside_the_tree_comes_through(device: ToyDevice) -> None:
    with pytest.raises(json.JSONDecodeError):
        await kit_for(RaisesItsOwn).test_garbage_is_never_a_value(device)


async def test_what_a_device_cannot_do_is_skipped_with_its_reason(device: ToyDevice) -> None:
    device.cannot = {Ability.CHANNELS: "it is a real camera"}
    with pytest.raises(pytest.skip.Exception, match="cannot with_channels: it is a real camera"):
        await kit_for(ToyDriver).test_requests_stay_within_the_declared_bound(device)


async def test_a_planning_session_cannot_be_talked_into_writing(device: ToyDevice) -> None:
    kit = kit_for(ToyDriver)
    async with kit.reading(device) as session:
        change = Change("stream.stop", "toy-1", "0", {"service": "rtsp"})
        with pytest.raises(GuardTripped):
            await session.change(change)
    assert device.toy.writes == 0


async def test_a_driver_without_channels_has_none(device: ToyDevice) -> None:
    class ListsNone(ToyDriver):
        async def channels(self) -> AsyncIterator[Channel]:
            raise NotSupported(self.target.id, "channels", "none")
            yield

    async with kit_for(ListsNone).reading(device) as session:
        assert await session.channels() == ()


def test_each_test_is_stamped_with_driver_product_and_level(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    chosen = "TestAnHonestDriver and (each_fact or deletion_shows)"
    subprocess.run(
        [sys.executable, "-m", "pytest", __file__, "-q", "-k", chosen, f"--junitxml={junit}"],
        check=True,
        capture_output=True,
        cwd=Path(__file__).parents[2],
    )
    stamped = {
        case.get("name"): {found.get("name"): found.get("value") for found in case.iter("property")}
        for case in ElementTree.parse(junit).iter("testcase")
    }
    assert {"stream.services", "footage.recordings", "footage.purge"} == {
        name.partition("[")[2].rstrip("]") for name in stamped
    }
    assert {("toy", "Toys T1 1.0", "read"), ("toy", "Toys T1 1.0", "delete")} == {
        (found["driver"], found["product"], found["level"]) for found in stamped.values()
    }
