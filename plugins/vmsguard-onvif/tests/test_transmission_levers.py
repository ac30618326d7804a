"""Every lever on what leaves a device: protocols, profiles, multicast, tunnels, WebRTC, brokers, uplinks; and masks."""

from __future__ import annotations

from typing import Any

import pytest
from vmsguard_onvif.lists import opaque

from vmsguard.errors import NotSupported, Refused
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import MetadataStream, PrivacyMask, PushDestination, StreamService
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known, Unknown
from vmsguard.model.vocabulary import Layer, Role, Why
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import (
    MetadataConfiguration,
    Multicast,
    Profile,
    VideoEncoder,
    VideoSource,
)
from vmsguard.simulator.faults import not_supported
from vmsguard.simulator.personas import PERSONAS, Persona
from vmsguard.simulator.services.device import FIXED_NETWORK
from vmsguard.simulator.services.multicast import AUTO_START_STAYS

STORED, RUNTIME = Layer.STORED, Layer.RUNTIME


class Lacks(Persona):
    """Answers that it does not have some operations of its first media service."""

    def __init__(self, name: str, *operations: str) -> None:
        self.name = name  # type: ignore[misc]
        self._operations = operations

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if name in self._operations:
            raise not_supported()
        return operation.handle(call)


@pytest.fixture(autouse=True)
def _personas(monkeypatch: pytest.MonkeyPatch) -> None:
    for persona in (
        Lacks("no-snapshots", "GetSnapshotUri"),
        Lacks("no-removal-in-media", "RemoveVideoSourceConfiguration"),
        Lacks("no-stop", "StopMulticastStreaming"),
    ):
        monkeypatch.setitem(PERSONAS, persona.name, persona)


def items(facts: dict[FactKey, Fact], name: str, layer: Layer = RUNTIME) -> Items[Any]:
    (reading,) = [fact.reading for key, fact in facts.items() if (key.name, key.layer) == (name, layer)]
    assert isinstance(reading, Known), reading
    return reading.value


def on(facts: dict[FactKey, Fact], layer: Layer = RUNTIME) -> list[str]:
    return [service.id for service in items(facts, "stream.services", layer).values if service.enabled is not False]


def stop(service: str) -> Change:
    return Change("stream.stop", "cam", "source-1", {"service": service})


async def change(simulated: Any, *changes: Change) -> list[str]:
    async with simulated.session(write=True) as session:
        return [(await session.change(one)).reported for one in changes]


async def read(simulated: Any) -> dict[FactKey, Fact]:
    async with simulated.session() as session:
        facts: dict[FactKey, Fact] = await session.read()
        return facts


# -- network protocols


@pytest.mark.parametrize("persona", ["honest", "effective-after-restart"])
async def test_the_whole_list_goes_back_with_rtsp_off(simulate: Any, persona: str) -> None:
    async with simulate(persona=persona) as simulated:
        have = simulated.simulator.camera("cam").state.configuration
        http = have.protocols[0]
        http.ports = [*http.ports, 0]
        before = [(entry.name, entry.enabled, list(entry.ports)) for entry in have.protocols]
        await change(simulated, stop("rtsp"))
        after = [(entry.name, entry.enabled, list(entry.ports)) for entry in have.protocols]
        assert after == [*before[:2], ("RTSP", False, before[2][2])]


async def test_where_the_network_cannot_be_configured_nobody_knows_and_nothing_is_sent(simulate: Any) -> None:
    async with simulate() as simulated:
        simulated.simulator.camera("cam").state.features.append(FIXED_NETWORK)
        facts = await read(simulated)
        rtsp = [service for service in items(facts, "stream.services").values if service.kind == "rtsp"]
        assert rtsp == [StreamService("rtsp", "rtsp", None)]
        with pytest.raises(NotSupported):
            await change(simulated, stop("rtsp"))
        assert simulated.simulator.writes_of("cam") == 0


# -- profiles


@pytest.mark.parametrize(
    ("persona", "without"),
    [("honest", []), ("honest", ["media2"]), ("honest", ["media"]), ("no-removal-in-media", [])],
)
async def test_a_fixed_profile_is_emptied_through_whichever_media_service_can(
    simulate: Any, persona: str, without: list[str]
) -> None:
    async with simulate(persona=persona, without=without) as simulated:
        assert simulated.simulator.camera("cam").state.configuration.profiles[0].fixed
        told = await change(simulated, stop("snapshot:profile-1"), stop("snapshot:profile-1"))
        assert told == ["accepted", "already"]
        assert simulated.simulator.camera("cam").truth.snapshots is False


async def test_a_camera_that_cannot_empty_its_profiles_says_so(simulate: Any) -> None:
    async with simulate(persona="no-removal-in-media", without=["media2"]) as simulated:
        with pytest.raises(NotSupported):
            await change(simulated, stop("snapshot:profile-1"))


# -- multicast


@pytest.mark.parametrize("without", [[], ["media2"], ["media"]])
@pytest.mark.parametrize("stays", [False, True])
async def test_multicast_is_off_when_nothing_of_it_starts_again(simulate: Any, without: list[str], stays: bool) -> None:
    async with simulate(multicast=True, audio=True, without=without) as simulated:
        camera = simulated.simulator.camera("cam")
        camera.state.features += [AUTO_START_STAYS] if stays else []
        assert "multicast:profile-1" in on(await read(simulated))
        await change(simulated, stop("multicast:profile-1"))
        simulated.simulator.reboot("cam")
        assert camera.truth.multicasts is False
        facts = await read(simulated)
        assert ["multicast:profile-1" in on(facts, layer) for layer in Layer] == [False, False]


async def test_success_of_a_stop_that_stopped_nothing_shows(simulate: Any) -> None:
    async with simulate(multicast=True, persona="acknowledges-everything") as simulated:
        assert await change(simulated, stop("multicast:profile-1")) == ["accepted"]
        facts = await read(simulated)
        assert ["multicast:profile-1" in on(facts, layer) for layer in Layer] == [True, True]


async def test_without_a_stop_what_starts_by_itself_is_switched_off(simulate: Any) -> None:
    async with simulate(multicast=True, persona="no-stop") as simulated:
        await change(simulated, stop("multicast:profile-1"))
        assert simulated.simulator.camera("cam").truth.multicasts is False


@pytest.mark.parametrize("without", [[], ["media2"]])
async def test_configurations_that_no_profile_holds_start_by_themselves_too(simulate: Any, without: list[str]) -> None:
    group = Multicast("239.1.1.1", 5000, auto_start=True)
    async with simulate(without=without) as simulated:
        have = simulated.simulator.camera("cam").state.configuration
        have.encoders.append(VideoEncoder("spare", group))
        have.metadata.append(MetadataConfiguration("spare-meta", True, Multicast("239.1.1.2", 5002, auto_start=True)))
        facts = await read(simulated)
        video, metadata = "multicast-configuration:video/spare", "multicast-configuration:metadata/spare-meta"
        assert [service.id for service in items(facts, "stream.services").values if service.kind == "multicast"] == [
            "multicast:profile-1",
            video,
        ]
        for layer, sends in ((RUNTIME, False), (STORED, True)):
            # Nothing is sent without a profile, and it is set to be.
            assert (video in on(facts, layer)) is sends
            assert (
                PushDestination(metadata, "multicast-metadata", sends)
                in items(facts, "push.destinations", layer).values
            )
        push = Change("push.stop", "cam", "*", {"destination": metadata})
        assert await change(simulated, stop(video), push, stop(video)) == ["accepted", "accepted", "already"]
        simulated.simulator.reboot("cam")
        assert [entry.multicast.auto_start for entry in (have.encoders[-1], have.metadata[-1])] == [False, False]
        assert video not in on(await read(simulated), STORED)


async def test_sound_that_is_taken_out_of_a_profile_is_not_left_to_start_by_itself(simulate: Any) -> None:
    async with simulate(multicast=True, audio=True) as simulated:
        await change(simulated, Change("audio.stop", "cam", "source-1", {"source": "profile:profile-1"}))
        have = simulated.simulator.camera("cam").state.configuration
        assert (have.profiles[0].audio_encoder, have.audio_encoders[0].multicast.auto_start) == ("", False)
        assert have.encoders[0].multicast.auto_start is True


async def test_multicast_that_capabilities_rule_out_is_not_asked_for(simulate: Any, monkeypatch: Any) -> None:
    from vmsguard.simulator.services import SERVICES

    async with simulate(audio=True) as simulated:
        before = simulated.simulator.requests("cam")
        await read(simulated)
        asked = simulated.simulator.requests("cam") - before
        for service in SERVICES:
            if service.name in {"media", "media2"}:
                plain = service.capabilities

                def ruled_out(device: Any, plain: Any = plain) -> str:
                    told: str = plain(device)
                    return told.replace('Multicast="true"', 'Multicast="false"')

                monkeypatch.setitem(service.__dict__, "capabilities", ruled_out)
        before = simulated.simulator.requests("cam")
        await read(simulated)
        # Video, audio and metadata configurations, one list each.
        assert simulated.simulator.requests("cam") - before == asked - 3


# -- RTSP through the HTTP port


async def test_rtsp_through_the_http_port_goes_on_when_rtsp_is_off(simulate: Any) -> None:
    async with simulate(persona="no-snapshots", tunnels=["http"]) as simulated:
        await change(simulated, stop("rtsp"))
        facts = await read(simulated)
        assert (on(facts), on(facts, STORED)) == (["http:profile-1"], ["http:profile-1"])
        assert simulated.simulator.camera("cam").truth.streams is True
        await change(simulated, stop("http:profile-1"))
        assert simulated.simulator.camera("cam").truth.streams is False
        assert on(await read(simulated)) == []


async def test_a_camera_that_refuses_the_tunnel_has_none(simulate: Any) -> None:
    async with simulate(persona="no-snapshots") as simulated:
        services = items(await read(simulated), "stream.services")
        assert ([service.kind for service in services.values], services.complete) == (["rtsp", "multicast"], True)


async def test_a_websocket_is_a_stream_of_its_own(simulate: Any) -> None:
    async with simulate(tunnels=["websocket"]) as simulated:
        await change(simulated, stop("rtsp"))
        assert on(await read(simulated)) == ["snapshot:profile-1", "websocket:profile-1"]
        told = await change(simulated, stop("snapshot:profile-1"), stop("websocket:profile-1"))
        assert told == ["accepted", "already"]
        assert simulated.simulator.camera("cam").truth.streams is False
        assert on(await read(simulated)) == []


# -- WebRTC, brokers, uplinks


async def test_the_only_webrtc_configuration_is_switched_off_and_kept(simulate: Any) -> None:
    async with simulate(webrtc=["wss://signal.example.org"]) as simulated:
        await change(simulated, stop(opaque("webrtc", "wss://signal.example.org")))
        (entry,) = simulated.simulator.camera("cam").state.configuration.webrtc
        assert (entry.signaling_server, entry.enabled) == ("wss://signal.example.org", False)


async def test_a_broker_that_takes_metadata_is_a_metadata_stream(simulate: Any) -> None:
    broker = "mqtts://broker.example.org"
    async with simulate(brokers=[broker, "mqtts://other.example.org"]) as simulated:
        brokers = simulated.simulator.camera("cam").state.configuration.brokers
        brokers[0].status = "Offline"
        brokers[1].metadata = False
        facts = await read(simulated)
        name = opaque("broker", broker)
        found = [
            stream
            for layer in (RUNTIME, STORED)
            for stream in items(facts, "metadata.streams", layer).values
            if stream.id.startswith("broker:")
        ]
        # Offline now, and set to send as soon as it is back.
        assert found == [MetadataStream(name, False, None), MetadataStream(name, True, None)]
        await change(simulated, Change("push.stop", "cam", "*", {"destination": name}))
        left = items(await read(simulated), "metadata.streams", STORED).values
        assert [stream.id for stream in left if stream.id.startswith("broker:")] == []


@pytest.mark.parametrize("named", ["enrolled", "option"])
async def test_the_uplink_we_manage_over_is_never_deleted(simulate: Any, named: str) -> None:
    address = "https://127.0.0.1/uplink" if named == "enrolled" else "wss://Gateway.example.org:8443/up"
    options = {"uplink": "gateway.example.org"} if named == "option" else {}
    async with simulate(uplinks=[address, "https://cloud.example.org"]) as simulated:
        changes = [
            Change("cloud.disconnect", "cam", "*", {"link": opaque("uplink", found)})
            for found in ("https://cloud.example.org", address)
        ]
        async with simulated.session(write=True, **options) as session:
            assert (await session.change(changes[0])).reported == "accepted"
            with pytest.raises(Refused) as refused:
                await session.change(changes[1])
        assert refused.value.code == "ManagedThroughIt"
        assert simulated.simulator.camera("cam").truth.uplinks == (address,)


# -- who may reach it


@pytest.mark.parametrize(
    ("allowed", "limited"),
    [(["192.0.2.0/24", "198.51.100.7/32"], True), ([], False), (["192.0.2.0/24", "0.0.0.0/0"], False)],
)
async def test_an_address_filter_limits_who_reaches_the_device(
    simulate: Any, allowed: list[str], limited: bool
) -> None:
    async with simulate(allowed=allowed) as simulated:
        facts = await read(simulated)
        (found,) = [fact.reading for key, fact in facts.items() if key.name == "access.addresses_limited"]
        assert found == Known(limited)


async def test_addresses_that_are_shut_out_leave_all_others_in(simulate: Any) -> None:
    async with simulate(allowed=["192.0.2.0/24"]) as simulated:
        told = simulated.simulator.camera("cam").state.configuration.address_filter
        told.type = "Deny"
        facts = await read(simulated)
        assert [fact.reading for key, fact in facts.items() if key.name == "access.addresses_limited"] == [Known(False)]


async def test_a_device_without_an_address_filter_says_so(simulate: Any) -> None:
    async with simulate() as simulated:
        facts = await read(simulated)
        assert [fact.reading for key, fact in facts.items() if key.name == "access.addresses_limited"] == [
            Absent("the Device service says IPFilter=false")
        ]


# -- masks


def masks(facts: dict[FactKey, Fact], channel: str = "source-1") -> list[PrivacyMask]:
    readings = [fact.reading for key, fact in facts.items() if (key.name, key.channel) == ("privacy.masks", channel)]
    assert len(readings) == 2
    assert readings[0] == readings[1]
    assert isinstance(readings[0], Known)
    return list(readings[0].value.values)


async def test_masks_cover_the_streams_made_of_their_configuration(simulate: Any) -> None:
    async with simulate(channels=2, masks=[True, False]) as simulated:
        facts = await read(simulated)
        assert masks(facts, "source-2") == [
            PrivacyMask("mask:mask-2-1", True, True),
            PrivacyMask("mask:mask-2-2", False, True),
        ]


@pytest.mark.parametrize("follows", [False, True])
async def test_a_stream_made_of_another_configuration_is_not_covered(simulate: Any, follows: bool) -> None:
    async with simulate(masks=[True]) as simulated:
        state = simulated.simulator.camera("cam").state
        state.features += ["source-masks"] if follows else []
        state.configuration.sources.append(VideoSource("source-1", "source-config-wide"))
        state.configuration.profiles.append(
            Profile("profile-wide", "wide", video_source="source-config-wide", video_encoder="encoder-1")
        )
        assert masks(await read(simulated)) == [PrivacyMask("mask:mask-1-1", True, follows)]


async def test_masks_outside_onvif_may_be_there(simulate: Any) -> None:
    async with simulate() as simulated:
        readings = [fact.reading for key, fact in (await read(simulated)).items() if key.name == "privacy.masks"]
        assert [reading.why for reading in readings] == [Why.UNSUPPORTED_UNPROVEN] * 2


async def test_a_recorder_does_not_tell_of_masks(simulate: Any) -> None:
    async with simulate(recorder={}) as simulated, simulated.session("nvr", Role.RECORDER) as session:
        readings = [fact.reading for key, fact in (await session.read()).items() if key.name == "privacy.masks"]
        assert all(isinstance(reading, Unknown) for reading in readings)
