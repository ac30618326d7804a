"""What the driver tells of metadata streams, and of views that can be moved."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree
from vmsguard_onvif.facts.movement import ptz_movable
from vmsguard_onvif.gathering import Answered, Unanswered
from vmsguard_onvif.namespaces import MEDIA, MEDIA2, PTZ
from vmsguard_onvif.replies.media import Metadata, Profile, media2_profiles, media_profiles
from vmsguard_onvif.topology import CameraTopology

from vmsguard.model.fact_values import MetadataStream
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known, Unknown
from vmsguard.model.vocabulary import Layer, Role, Why

TELLS = MetadataStream("profile:profile-1", True, None)
SILENT = MetadataStream("profile:profile-1", False, None)


def told(facts: dict[FactKey, Fact], name: str, layer: Layer = Layer.RUNTIME, channel: str = "source-1") -> Any:
    found = [
        fact.reading for key, fact in facts.items() if (key.name, key.layer, key.channel) == (name, layer, channel)
    ]
    assert 1 == len(found)
    return found[0]


@pytest.mark.parametrize("analytics", [True, False])
async def test_a_stream_tells_of_the_scene_if_analytics_go_with_it(simulate: Any, analytics: bool) -> None:
    async with simulate() as simulated:
        simulated.simulator.camera("cam").state.configuration.metadata[0].analytics = analytics
        async with simulated.session() as session:
            facts = await session.read()
        stream = TELLS if analytics else SILENT
        track = MetadataStream("track:recording-1/META001", analytics, None)
        assert [Known(Items((stream, track)))] * 2 == [told(facts, "metadata.streams", layer) for layer in Layer]


async def test_a_profile_without_metadata_has_no_stream(simulate: Any) -> None:
    async with simulate(recordings=None) as simulated:
        simulated.simulator.camera("cam").state.configuration.profiles[0].metadata = ""
        async with simulated.session() as session:
            assert Known(Items(())) == told(await session.read(), "metadata.streams")


async def test_a_camera_without_a_ptz_service_cannot_be_moved(simulate: Any) -> None:
    async with simulate() as simulated, simulated.session() as session:
        assert Absent("GetServices lists no PTZ service") == told(await session.read(), "ptz.movable")


async def test_a_device_that_makes_answers_up_proves_nothing(simulate: Any) -> None:
    async with simulate(persona="fabricates-empty-lists") as simulated, simulated.session() as session:
        facts = await session.read()
        readings = [fact.reading for key, fact in facts.items() if key.name == "ptz.movable"]
        assert all(isinstance(reading, Unknown) for reading in readings)


async def test_a_recorder_does_not_tell(simulate: Any) -> None:
    async with simulate(recorder={}) as simulated, simulated.session("nvr", Role.RECORDER) as session:
        reading = told(await session.read(), "ptz.movable", channel="recording-1")
        assert Why.NOT_READ is reading.why


SPACES = (
    'xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tr2="http://www.onvif.org/ver20/media/wsdl" '
    'xmlns:tt="http://www.onvif.org/ver10/schema"'
)


@pytest.mark.parametrize(
    ("inner", "describes"),
    [
        ("<tt:Analytics>true</tt:Analytics>", True),
        ("<tt:Analytics>false</tt:Analytics>", False),
        ("<tt:Analytics>false</tt:Analytics><tt:Events><tt:Filter/></tt:Events>", True),
        ("", None),
    ],
)
def test_a_metadata_configuration(inner: str, describes: bool | None) -> None:
    ours = f'<tt:MetadataConfiguration token="m1">{inner}</tt:MetadataConfiguration><tt:PTZConfiguration token="z"/>'
    theirs = ours.replace("tt:MetadataConfiguration", "tr2:Metadata").replace("tt:PTZConfiguration", "tr2:PTZ")
    first = etree.fromstring(f'<r {SPACES}><trt:Profiles token="p">{ours}</trt:Profiles></r>')
    second = etree.fromstring(
        f'<r {SPACES}><tr2:Profiles token="p"><tr2:Configurations>{theirs}</tr2:Configurations></tr2:Profiles></r>'
    )
    for (profile,) in (media_profiles(first), media2_profiles(second)):
        assert (Metadata("m1", describes, "Events" in inner), True) == (profile.metadata, profile.moves)


class PtzCamera:
    """A camera whose list of services has PTZ, as far as the reader of movement asks it."""

    def __init__(self, *answers: Any, fabricates: bool = False) -> None:
        self.gathering, self.session = self, self
        self.services = dict(zip((MEDIA, MEDIA2), answers, strict=False))
        self.fabricates = fabricates

    def refused(self, namespace: str) -> None:
        assert PTZ == namespace

    async def profiles(self, service: str) -> Any:
        return self.services[service]


def showing(*, moves: bool, source: str = "source-1") -> Answered[tuple[Profile, ...]]:
    return Answered((Profile("p", MEDIA, source, True, "", (), moves=moves),))


BLIND = Unanswered(Unknown(Why.FAULT, "GetProfiles: OutofMemory"))


@pytest.mark.parametrize(
    ("camera", "reading"),
    [
        (PtzCamera(showing(moves=True)), Known(True)),
        (PtzCamera(showing(moves=False), showing(moves=True)), Known(True)),
        (PtzCamera(showing(moves=True), BLIND), Known(True)),
        (PtzCamera(showing(moves=False)), Known(False)),
        (PtzCamera(showing(moves=True, source="source-2")), Known(False)),
        (PtzCamera(showing(moves=True, source="")), Known(True)),
        (PtzCamera(showing(moves=False), BLIND), BLIND.reading),
    ],
)
async def test_a_profile_that_holds_a_ptz_configuration_moves_its_channel(camera: Any, reading: Any) -> None:
    assert {Layer.RUNTIME: reading} == await ptz_movable(camera, CameraTopology(("source-1", "source-2")), "source-1")


async def test_with_a_ptz_service_too_a_device_that_makes_answers_up_proves_nothing() -> None:
    camera: Any = PtzCamera(showing(moves=False), fabricates=True)
    found = await ptz_movable(camera, CameraTopology(("source-1",)), "source-1")
    assert Why.FABRICATED is found[Layer.RUNTIME].why
