"""``metadata.stop``: what is sent, to whom, what stays as it was, and what is left where it cannot be sent."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree
from vmsguard_onvif.changes.metadata import silenced
from vmsguard_onvif.elements import Malformed
from vmsguard_onvif.namespaces import MEDIA, SCHEMA

from vmsguard.errors import DeviceFault, NotSupported, ProtocolViolation
from vmsguard.model.changes import Change
from vmsguard.model.facts import Fact, FactKey, Known
from vmsguard.model.vocabulary import Layer
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.faults import invalid_argument, not_supported
from vmsguard.simulator.personas import PERSONAS, Persona


class Lacks(Persona):
    """Answers that it does not have some operations of some service."""

    def __init__(self, name: str, *operations: str) -> None:
        self.name = name  # type: ignore[misc]
        self._operations = operations

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if f"{service.name}:{name}" in self._operations:
            raise not_supported()
        return operation.handle(call)


_SET = ("media:SetMetadataConfiguration", "media2:SetMetadataConfiguration")
_REMOVE = ("media:RemoveMetadataConfiguration", "media2:RemoveConfiguration")


class ListsNoMetadata(Persona):
    name = "lists-no-metadata"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        return "" if name == "GetMetadataConfigurations" else operation.handle(call)


class ListsInOneServiceAlone(Persona):
    """The profiles of its second media service cannot be read, however often they are asked for."""

    name = "lists-in-one-service-alone"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if (service.name, name) == ("media2", "GetProfiles"):
            raise invalid_argument("NoProfile")
        return operation.handle(call)


@pytest.fixture(autouse=True)
def _personas(monkeypatch: pytest.MonkeyPatch) -> None:
    for persona in (
        Lacks("no-setting-in-media", _SET[0]),
        Lacks("no-setting", *_SET),
        Lacks("no-metadata-levers", *_SET, *_REMOVE),
        ListsNoMetadata(),
        ListsInOneServiceAlone(),
    ):
        monkeypatch.setitem(PERSONAS, persona.name, persona)


def stop(stream: str = "profile:profile-1", channel: str = "source-1") -> Change:
    return Change("metadata.stop", "cam", channel, {"stream": stream})


def streams(facts: dict[FactKey, Fact], channel: str = "source-1") -> list[dict[str, bool | None]]:
    told = []
    for layer in (Layer.RUNTIME, Layer.STORED):
        reading = facts[FactKey("cam", channel, "metadata.streams", layer)].reading
        assert isinstance(reading, Known)
        told.append({item.id: item.enabled for item in reading.value.values if item.id.startswith("profile:")})
    return told


@pytest.mark.parametrize("without", [[], ["media"], ["media2"]])
async def test_analytics_and_events_go_and_a_restart_does_not_bring_them_back(
    simulate: Any, without: list[str]
) -> None:
    async with simulate(without=without) as simulated:
        metadata = simulated.simulator.camera("cam").state.configuration.metadata
        metadata[0].events = metadata[0].multicast.auto_start = True
        async with simulated.session(write=True) as session:
            assert streams(await session.read()) == [{"profile:profile-1": True}] * 2
            assert (await session.change(stop())).reported == "accepted"
        simulated.simulator.reboot("cam")
        metadata = simulated.simulator.camera("cam").state.configuration.metadata
        assert (metadata[0].analytics, metadata[0].events) == (False, False)
        # What the change is not about goes back as it was read.
        assert (metadata[0].multicast.auto_start, metadata[0].multicast.address) == (True, "239.255.1.1")
        async with simulated.session(write=True) as session:
            assert streams(await session.read()) == [{"profile:profile-1": False}] * 2
            assert (await session.change(stop())).reported == "already"


async def test_only_events_are_enough_to_be_stopped(simulate: Any) -> None:
    async with simulate() as simulated:
        metadata = simulated.simulator.camera("cam").state.configuration.metadata[0]
        metadata.analytics, metadata.events = False, True
        async with simulated.session(write=True) as session:
            assert (await session.change(stop())).reported == "accepted"
        assert (metadata.analytics, metadata.events) == (False, False)


async def test_the_second_media_service_is_used_where_the_first_has_no_such_operation(simulate: Any) -> None:
    async with simulate(persona="no-setting-in-media") as simulated:
        async with simulated.session(write=True) as session:
            assert (await session.change(stop())).reported == "accepted"
        have = simulated.simulator.camera("cam").state.configuration
        assert (have.metadata[0].analytics, have.profiles[0].metadata) == (False, "metadata-1")


async def test_without_a_setting_the_profile_is_left_without_metadata(simulate: Any) -> None:
    async with simulate(persona="no-setting") as simulated:
        async with simulated.session(write=True) as session:
            assert (await session.change(stop())).reported == "accepted"
        assert simulated.simulator.camera("cam").state.configuration.profiles[0].metadata == ""
        async with simulated.session() as session:
            assert streams(await session.read()) == [{}] * 2


async def test_what_another_channel_shares_is_taken_out_of_the_profile_and_stays_as_it_is(simulate: Any) -> None:
    async with simulate(channels=2) as simulated:
        have = simulated.simulator.camera("cam").state.configuration
        have.profiles[1].metadata = "metadata-1"
        async with simulated.session(write=True) as session:
            assert (await session.change(stop())).reported == "accepted"
        assert [profile.metadata for profile in have.profiles] == ["", "metadata-1"]
        assert have.metadata[0].analytics is True
        async with simulated.session() as session:
            facts = await session.read()
        assert [streams(facts, channel) for channel in ("source-1", "source-2")] == [
            [{}] * 2,
            [{"profile:profile-2": True}] * 2,
        ]


async def test_where_profiles_cannot_be_read_nobody_says_that_no_other_channel_shares_it(simulate: Any) -> None:
    async with simulate(persona="lists-in-one-service-alone") as simulated, simulated.session(write=True) as session:
        with pytest.raises(DeviceFault, match="could not be read"):
            await session.change(stop())
        assert simulated.simulator.writes_of("cam") == 0


async def test_a_device_that_has_none_of_the_ways_says_so(simulate: Any) -> None:
    async with simulate(persona="no-metadata-levers") as simulated, simulated.session(write=True) as session:
        with pytest.raises(NotSupported):
            await session.change(stop())


async def test_a_configuration_that_no_list_holds_is_not_made_up(simulate: Any) -> None:
    async with simulate(persona="lists-no-metadata") as simulated:
        before = simulated.simulator.digest("cam")
        async with simulated.session(write=True) as session:
            with pytest.raises(ProtocolViolation):
                await session.change(stop())
        assert before == simulated.simulator.digest("cam")


@pytest.mark.parametrize("stream", ["broker:0123456789ab", "track:recording-1/META001", "other:x"])
async def test_streams_without_a_lever_of_their_own_are_not_called_unsupported(simulate: Any, stream: str) -> None:
    async with simulate(brokers=["mqtts://broker.example.org"]) as simulated:
        async with simulated.session(write=True) as session:
            with pytest.raises(DeviceFault) as caught:
                await session.change(stop(stream))
        assert caught.value.code == "NoLever"
        assert simulated.simulator.writes_of("cam") == 0


def reply(inner: str) -> etree._Element:
    return etree.fromstring(
        f'<r xmlns:trt="{MEDIA}" xmlns:tt="{SCHEMA}"><trt:Configurations token="m"><tt:Name>m</tt:Name>{inner}'
        "</trt:Configurations></r>"
    )


def test_a_configuration_that_leaves_analytics_out_is_told_to_have_none_where_the_schema_wants_it() -> None:
    sent = etree.fromstring(silenced(reply("<tt:PTZStatus/><tt:Multicast/><tt:SessionTimeout/>"), MEDIA, "m"))
    assert [etree.QName(child).localname for child in sent] == [
        "Name",
        "PTZStatus",
        "Analytics",
        "Multicast",
        "SessionTimeout",
    ]
    assert sent.findtext(f"{{{SCHEMA}}}Analytics") == "false"


def test_one_without_a_place_for_it_is_malformed() -> None:
    with pytest.raises(Malformed):
        silenced(reply(""), MEDIA, "m")
