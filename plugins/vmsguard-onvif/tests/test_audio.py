"""What the driver tells of sound, and how it is switched off."""

from __future__ import annotations

from typing import Any

import pytest

from vmsguard.errors import DeviceFault, NotSupported
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import AudioSource
from vmsguard.model.facts import Fact, FactKey, Items, Known
from vmsguard.model.vocabulary import Layer, Role
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Track
from vmsguard.simulator.faults import not_supported
from vmsguard.simulator.personas import PERSONAS, Persona

PROFILE = AudioSource("profile:profile-1", "encoder", "profile", True)
IDLE = AudioSource("track:recording-1/AUDIO001", "track", "", False)
FED = AudioSource("track:recording-1/AUDIO001", "track", "recording", True)
NOTHING = Known(Items(()))


def sound(facts: dict[FactKey, Fact], layer: Layer = Layer.RUNTIME, channel: str = "source-1") -> Any:
    found = [
        fact.reading
        for key, fact in facts.items()
        if (key.name, key.layer, key.channel) == ("audio.sources", layer, channel)
    ]
    assert 1 == len(found)
    return found[0]


async def test_a_camera_without_sound_lists_none(simulate: Any) -> None:
    async with simulate() as simulated, simulated.session() as session:
        facts = await session.read()
        assert [NOTHING, NOTHING] == [sound(facts, layer) for layer in Layer]


@pytest.mark.parametrize("without", [[], ["media2"], ["media"]], ids=["both", "media", "media2"])
async def test_a_profile_with_sound_and_the_track_that_a_job_fills_from_it(simulate: Any, without: list[str]) -> None:
    async with simulate(audio=True, without=without) as simulated, simulated.session() as session:
        facts = await session.read()
        assert [Known(Items((PROFILE, FED)))] * 2 == [sound(facts, layer) for layer in Layer]


@pytest.mark.parametrize("without", [[], ["media2"], ["media"]], ids=["both", "media", "media2"])
async def test_it_is_taken_out_of_the_profile(simulate: Any, without: list[str]) -> None:
    async with simulate(audio=True, without=without) as simulated:
        change = Change("audio.stop", "cam", "source-1", {"source": PROFILE.id})
        async with simulated.session(write=True) as session:
            assert "accepted" == (await session.change(change)).reported
            assert not simulated.simulator.camera("cam").truth.hears
        async with simulated.session(write=True) as session:
            assert "already" == (await session.change(change)).reported
            facts = await session.read()
            assert [Known(Items((IDLE,)))] * 2 == [sound(facts, layer) for layer in Layer]


async def test_a_job_that_is_idle_fills_no_track(simulate: Any) -> None:
    async with simulate(audio=True, recordings={"active": False}) as simulated, simulated.session() as session:
        facts = await session.read()
        assert [Known(Items((PROFILE, IDLE)))] * 2 == [sound(facts, layer) for layer in Layer]


async def test_each_channel_has_its_own_sound(simulate: Any) -> None:
    async with simulate(audio=True, channels=2) as simulated:
        simulated.simulator.camera("cam").state.configuration.profiles[1].audio_encoder = ""
        simulated.simulator.camera("cam").state.configuration.profiles[1].audio_source = ""
        async with simulated.session() as session:
            facts = await session.read()
            assert (PROFILE, FED) == sound(facts).value.values
            second = sound(facts, channel="source-2").value.values
            assert (AudioSource("track:recording-2/AUDIO001", "track", "", False),) == second


async def test_a_media_service_that_does_not_answer_may_hide_sound(simulate: Any) -> None:
    async with simulate(persona="forgets-media2") as simulated, simulated.session() as session:
        assert not sound(await session.read()).value.complete


async def test_a_recorder_that_records_sound(simulate: Any) -> None:
    async with simulate(recorder={}) as simulated:
        state = simulated.simulator.camera("nvr").state.configuration
        async with simulated.session("nvr", Role.RECORDER) as session:
            assert NOTHING == sound(await session.read(), channel="recording-1")
        state.recordings[0].tracks.append(Track("AUDIO001", "Audio"))
        state.jobs[0].tracks.append(Track("AUDIO001", "Audio"))
        async with simulated.session("nvr", Role.RECORDER, write=True) as session:
            facts = await session.read()
            assert (FED,) == sound(facts, Layer.STORED, "recording-1").value.values
            change = Change("audio.stop", "nvr", "recording-1", {"source": FED.id})
            with pytest.raises(DeviceFault) as refused:
                await session.change(change)
            assert "NoLever" == refused.value.code


class ShowsProfilesInMedia2(Persona):
    """Its Media service lists no profile, and knows none."""

    name = "shows-profiles-in-media2"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if service.name == "media" and name == "GetProfiles":
            return ""
        return operation.handle(call)


class LacksRemoving(Persona):
    def __init__(self, name: str, *services: str) -> None:
        self.name = name  # type: ignore[misc]
        self._services = services

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if service.name in self._services and name.startswith("Remove"):
            raise not_supported()
        return operation.handle(call)


@pytest.mark.parametrize(
    ("persona", "sent"),
    [
        (ShowsProfilesInMedia2(), {"media": 0, "media2": 1}),
        (LacksRemoving("lacks-removing-in-media", "media"), {"media": 1, "media2": 1}),
    ],
    ids=lambda told: getattr(told, "name", ""),
)
async def test_it_is_asked_of_the_service_that_lists_the_profile_and_can(
    simulate: Any, monkeypatch: pytest.MonkeyPatch, persona: Persona, sent: dict[str, int]
) -> None:
    asked = {"media": 0, "media2": 0}

    class Counts(type(persona)):  # type: ignore[misc]
        def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
            if name.startswith("Remove"):
                asked[service.name] += 1
            return persona.perform(call, service, name, operation)

    counting = Counts.__new__(Counts)
    counting.name = persona.name
    monkeypatch.setitem(PERSONAS, persona.name, counting)
    async with simulate(audio=True, persona=persona.name) as simulated:
        async with simulated.session(write=True) as session:
            change = Change("audio.stop", "cam", "source-1", {"source": PROFILE.id})
            assert "accepted" == (await session.change(change)).reported
        assert (asked, simulated.simulator.camera("cam").truth.hears) == (sent, False)


async def test_a_device_that_can_do_it_in_no_service_says_so(simulate: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PERSONAS, "lacks-removing", LacksRemoving("lacks-removing", "media", "media2"))
    async with simulate(audio=True, persona="lacks-removing") as simulated, simulated.session(write=True) as session:
        with pytest.raises(NotSupported):
            await session.change(Change("audio.stop", "cam", "source-1", {"source": PROFILE.id}))


async def test_a_profile_without_sound_is_not_enough_where_a_list_is_missing(simulate: Any) -> None:
    async with simulate(persona="forgets-media2") as simulated, simulated.session(write=True) as session:
        with pytest.raises(DeviceFault):
            await session.change(Change("audio.stop", "cam", "source-1", {"source": PROFILE.id}))
