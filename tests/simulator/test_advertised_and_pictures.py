"""Devices whose lists are odd, whose pictures are none, and the shapes of captured devices that came with them."""

from __future__ import annotations

import asyncio

import pytest
from lxml import etree

from vmsguard.simulator import Simulator


def camera(persona: str, **more):
    return {"id": "cam", "persona": persona, "rtsp": True, "rules": [], **more}


async def listed(caller) -> dict[str, str]:
    answer = await caller.ask("cam", "tds:GetServices", "<tds:IncludeCapability>true</tds:IncludeCapability>")
    return dict(zip(answer.texts("tds:Service/tds:Namespace"), answer.texts("tds:Service/tds:XAddr"), strict=True))


async def test_one_address_answers_for_every_service(run) -> None:
    async with run(camera("one-address")) as caller:
        assert {caller.simulator.url("cam").replace("device_service", "")} == set((await listed(caller)).values())
        for operation in ("tds:GetScopes", "trc:GetRecordings", "trt:GetProfiles", "tr2:GetProfiles"):
            assert (await caller.ask("cam", operation, path="?")).status == 200
        assert (await caller.ask("cam", "tds:GetScopes")).status == 200


async def test_media2_is_listed_before_media_and_both_are_where_they_say(run) -> None:
    async with run(camera("media2-first")) as caller:
        names = [name for name in await listed(caller) if "/media/" in name]
        assert names == ["http://www.onvif.org/ver20/media/wsdl", "http://www.onvif.org/ver10/media/wsdl"]


async def test_what_is_claimed_is_not_there(run) -> None:
    async with run(camera("claims-too-much", storages=None, brokers=None)) as caller:
        told = (await caller.ask("cam", "trc:GetServiceCapabilities")).body
        assert b'DynamicTracks="true"' in told
        assert b'"false"' not in told
        assert b'MaxEventBrokers="4"' in (await caller.ask("cam", "tev:GetServiceCapabilities")).body
        for operation in ("tev:GetEventBrokers", "tds:GetStorageConfigurations"):
            assert (await caller.ask("cam", operation)).fault == ("Receiver", "ActionNotSupported", "NotImplemented")


async def test_its_topics_are_no_xml_and_the_rest_is(run) -> None:
    async with run(camera("invalid-event-xml")) as caller:
        told = (await caller.ask("cam", "tev:GetEventProperties")).body
        with pytest.raises(etree.XMLSyntaxError):
            etree.fromstring(told)
        assert (await caller.ask("cam", "tev:GetServiceCapabilities")).status == 200


@pytest.mark.parametrize(
    ("persona", "kind", "size"), [("snapshot-login-page", "text/html", 88), ("snapshot-empty", "image/jpeg", 0)]
)
async def test_a_snapshot_is_no_picture(run, persona, kind, size) -> None:
    async with run(camera(persona)) as caller:
        url = caller.simulator.url("cam").replace("onvif/device_service", "snapshot.jpg")
        async with caller.http.get(url) as reply:
            assert (reply.status, reply.content_type, len(await reply.read())) == (200, kind, size)


async def test_no_stream_is_described_and_the_port_is_open(run) -> None:
    async with run(camera("rtsp-sessions-exhausted")) as caller:
        port = caller.simulator.rtsp_port("cam")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"DESCRIBE rtsp://127.0.0.1:{port}/profile-1 RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        assert await reader.readline() == b"RTSP/1.0 453 Not Enough Bandwidth\r\n"
        writer.close()
        assert caller.simulator.camera("cam").truth.streams


async def test_a_detector_of_people_shows_in_its_sample_that_it_sees_faces(run) -> None:
    async with run(camera("wise-ai")) as caller:
        answer = await caller.ask("cam", "tan:GetSupportedMetadata")
        shown = "tan:AnalyticsModule/tan:SampleFrame/tt:Object/tt:Appearance"
        assert answer.texts(f"{shown}/tt:Class/tt:Type") == ["Human", "Head", "Face"]


async def test_a_camera_that_keeps_faces_elsewhere_lists_none(run) -> None:
    async with run(camera("hikvision-like")) as caller:
        inner = "<tan:ConfigurationToken>analytics-1</tan:ConfigurationToken>"
        told = (await caller.ask("cam", "tan:GetAnalyticsModules", inner)).entry
        kinds = [module.get("Type") for module in told]
        assert kinds == [
            "tt:CellMotionEngine",
            "tt:LineDetectorEngine",
            "tt:FieldDetectorEngine",
            "hikxsd:TamperEngine",
        ]


async def test_a_face_is_announced_and_no_rule_explains_it(run) -> None:
    async with run(camera("reolink-like")) as caller:
        assert b"FaceDetect" in (await caller.ask("cam", "tev:GetEventProperties")).body
        assert caller.simulator.camera("cam").truth.rules == ()


async def test_an_application_starts_with_the_device_or_stays_off() -> None:
    programs = [
        {"id": "returns", "active": False, "autostart": True},
        {"id": "stays-off", "active": True, "autostart": False},
    ]
    async with Simulator({"groups": [{"id": "cam", "applications": programs}]}) as simulator:
        simulator.reboot("cam")
        found = simulator.camera("cam").state.configuration.applications
        assert [(program.id, program.active) for program in found] == [("returns", True), ("stays-off", False)]
