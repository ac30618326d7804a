"""Which channels measure heat: by the Thermal service, by radiometry, and never by silence."""

from __future__ import annotations

from typing import Any

import pytest

from vmsguard.model.facts import Known, Unknown
from vmsguard.model.vocabulary import Layer, Why
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.faults import unable
from vmsguard.simulator.personas import PERSONAS, Persona


async def thermal(simulated: Any) -> dict[str, Any]:
    async with simulated.session() as session:
        facts = await session.read()
    return {key.channel: fact.reading for key, fact in facts.items() if key.name == "thermal.source"}


class CannotTellItsSources(Persona):
    name = "thermal-fails"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if service.name == "thermal":
            raise unable("NotReady")
        return operation.handle(call)


@pytest.fixture(autouse=True)
def _persona(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PERSONAS, CannotTellItsSources.name, CannotTellItsSources())


async def test_the_channels_of_a_bispectral_camera_are_told_apart(simulate: Any) -> None:
    async with simulate(channels=2, thermal=[2]) as simulated:
        assert await thermal(simulated) == {"source-1": Known(False), "source-2": Known(True)}
        async with simulated.session() as session:
            assert [channel.thermal for channel in await session.channels()] == [False, True]


async def test_a_device_without_the_service_says_nothing_of_heat(simulate: Any) -> None:
    async with simulate() as simulated:
        proof = "GetServices lists no Thermal service"
        assert await thermal(simulated) == {"source-1": Unknown(Why.UNSUPPORTED_UNPROVEN, proof)}


async def test_a_service_that_lists_nothing_clears_nobody(simulate: Any) -> None:
    async with simulate(thermal=True) as simulated:
        simulated.simulator.camera("cam").state.configuration.sources[0].thermal = False
        told = await thermal(simulated)
        assert told == {"source-1": Unknown(Why.UNSUPPORTED_UNPROVEN, "the Thermal service lists no source")}


async def test_a_service_that_fails_is_unknown(simulate: Any) -> None:
    async with simulate(thermal=True, persona="thermal-fails") as simulated:
        (reading,) = (await thermal(simulated)).values()
        assert (type(reading), reading.why) == (Unknown, Why.FAULT)


@pytest.mark.parametrize(("channels", "expected"), [(1, Known), (2, Unknown)])
async def test_radiometry_tells_of_the_only_sensor_there_is(simulate: Any, channels: int, expected: type) -> None:
    camera = {"thermal": True, "persona": "thermal-fails", "channels": channels, "searching": {"radiometry": True}}
    async with simulate(**camera) as simulated:
        assert {type(reading) for reading in (await thermal(simulated)).values()} == {expected}


@pytest.mark.parametrize("kind", ["ttr:RadiometryBox", "ttr:RadiometrySpot", "tt:TemperatureMeasurement"])
async def test_a_channel_that_measures_temperatures_measures_heat(simulate: Any, kind: str) -> None:
    async with simulate(channels=2, modules=[kind]) as simulated:
        simulated.simulator.camera("cam").state.configuration.analytics[0].modules.clear()
        told = await thermal(simulated)
        assert told["source-2"] == Known(True)
        assert isinstance(told["source-1"], Unknown)


async def test_an_alarm_of_body_temperature_is_a_rule_of_its_own_task(simulate: Any) -> None:
    async with simulate(thermal=True, rules=["tt:BodyTemperatureAlarm"]) as simulated, simulated.session() as session:
        facts = await session.read()
    (items,) = (
        fact.reading.value
        for key, fact in facts.items()
        if key.name == "analytics.functions" and key.layer is Layer.RUNTIME
    )
    assert [(function.type, function.task) for function in items.values] == [
        ("BodyTemperatureAlarm", "body-temperature")
    ]
    assert heat_in(facts) == Known(True)


def heat_in(facts: Any) -> Any:
    return next(fact.reading for key, fact in facts.items() if key.name == "thermal.source")
