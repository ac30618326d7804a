"""The other services: what they tell, what their levers do, and what they say where a function is missing."""

from __future__ import annotations

import pytest

from vmsguard.simulator.services.device import FIXED_NETWORK
from vmsguard.simulator.services.multicast import AUTO_START_STAYS

PROFILE = "<trt:ProfileToken>profile-1</trt:ProfileToken>"
PROFILE2 = "<tr2:ProfileToken>profile-1</tr2:ProfileToken>"
ANALYTICS = "<tan:ConfigurationToken>analytics-1</tan:ConfigurationToken>"
SETUP = "<trt:StreamSetup/>"


def protocol(name: str, enabled: str, port: int) -> str:
    return (
        f"<tds:NetworkProtocols><tt:Name>{name}</tt:Name><tt:Enabled>{enabled}</tt:Enabled>"
        f"<tt:Port>{port}</tt:Port></tds:NetworkProtocols>"
    )


async def test_services_that_a_camera_lacks_are_not_listed_and_their_endpoints_fault(run) -> None:
    async with run({"id": "cam", "rules": None, "modules": None, "recordings": None}) as caller:
        listed = await caller.ask("cam", "tds:GetServices", "<tds:IncludeCapability>false</tds:IncludeCapability>")
        names = [uri.removeprefix("http://www.onvif.org/") for uri in listed.texts(".//tds:Namespace")]
        assert names == ["ver10/device/wsdl", "ver10/media/wsdl", "ver20/media/wsdl", "ver10/events/wsdl"]
        answer = await caller.ask("cam", "trc:GetRecordings")
        assert (answer.status, answer.fault) == (500, ("Receiver", "ActionNotSupported", "NoSuchService"))


async def test_an_operation_that_does_not_exist_is_a_fault(run) -> None:
    async with run({"id": "cam"}) as caller:
        answer = await caller.ask("cam", "tds:GetVmsguardCanary")
        assert answer.fault == ("Receiver", "ActionNotSupported", "NotImplemented")


async def test_capabilities_agree_between_get_services_and_the_service(run) -> None:
    async with run({"id": "cam", "persona": "static-recordings"}) as caller:
        own = await caller.ask("cam", "trc:GetServiceCapabilities")
        told = await caller.ask("cam", "tds:GetServices", "<tds:IncludeCapability>true</tds:IncludeCapability>")
        found = [
            dict(element.attrib) for element in (own.entry[0], told.entry.find(".//{*}Capabilities[@DynamicTracks]"))
        ]
        assert found[0] == found[1]
        assert found[0]["DynamicTracks"] == "false"


async def test_old_capabilities_keep_recording_in_the_extension(run) -> None:
    async with run({"id": "cam"}) as caller:
        answer = await caller.ask("cam", "tds:GetCapabilities")
        assert answer.texts(".//tt:Extension/tt:Recording/tt:XAddr") == [
            caller.simulator.url("cam").replace("device_service", "recording_service")
        ]


async def test_protocols_name_the_ports_that_answer(run) -> None:
    async with run({"id": "cam", "rtsp": True}) as caller:
        answer = await caller.ask("cam", "tds:GetNetworkProtocols")
        ports = dict(zip(answer.texts(".//tt:Name"), answer.texts(".//tt:Port"), strict=True))
        simulator = caller.simulator
        assert ports == {"HTTP": str(simulator.http_port), "HTTPS": "443", "RTSP": str(simulator.rtsp_port("cam"))}


async def test_protocols_that_are_not_named_stay(run) -> None:
    async with run({"id": "cam", "rtsp": True}) as caller:
        await caller.ask("cam", "tds:SetNetworkProtocols", protocol("HTTPS", "true", 8443))
        answer = await caller.ask("cam", "tds:GetNetworkProtocols")
        names = dict(zip(answer.texts(".//tt:Name"), answer.texts(".//tt:Enabled"), strict=True))
        assert names == {"HTTP": "true", "HTTPS": "true", "RTSP": "true"}


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (protocol("FTP", "true", 21), "ServiceNotSupported"),
        (protocol("RTSP", "true", 99999), "PortInvalid"),
        ("", "ServiceNotSupported"),
    ],
)
async def test_protocols_that_make_no_sense_are_refused(run, asked, fault) -> None:
    async with run({"id": "cam"}) as caller:
        answer = await caller.ask("cam", "tds:SetNetworkProtocols", asked)
        assert answer.fault == ("Sender", "InvalidArgVal", fault)


async def test_stream_and_snapshot_addresses_end_with_their_configuration(run) -> None:
    async with run({"id": "cam", "rtsp": True}) as caller:
        port = caller.simulator.rtsp_port("cam")
        uri = (await caller.ask("cam", "trt:GetStreamUri", SETUP + PROFILE)).text(".//tt:Uri")
        assert uri == f"rtsp://127.0.0.1:{port}/profile-1"
        assert await caller.snapshot("cam") == 200
        await caller.ask("cam", "trt:RemoveVideoSourceConfiguration", PROFILE)
        for operation, inner in (("trt:GetStreamUri", SETUP + PROFILE), ("trt:GetSnapshotUri", PROFILE)):
            assert (await caller.ask("cam", operation, inner)).fault == ("Sender", "Action", "IncompleteConfiguration")
        assert await caller.snapshot("cam") == 404


async def test_media2_removes_by_type_and_shows_only_what_is_asked(run) -> None:
    async with run({"id": "cam"}) as caller:
        bare = await caller.ask("cam", "tr2:GetProfiles")
        assert bare.texts(".//tr2:Configurations") == []
        asked = f"{PROFILE2}<tr2:Configuration><tr2:Type>Metadata</tr2:Type></tr2:Configuration>"
        await caller.ask("cam", "tr2:RemoveConfiguration", asked)
        full = await caller.ask("cam", "tr2:GetProfiles", "<tr2:Type>All</tr2:Type>")
        assert [child.tag.rpartition("}")[2] for child in full.entry[0][1]] == [
            "VideoSource",
            "VideoEncoder",
            "Analytics",
        ]


async def test_multicast_starts_and_stops_and_stopping_twice_succeeds(run) -> None:
    async with run({"id": "cam", "multicast": True}) as caller:
        assert caller.simulator.camera("cam").truth.multicasts
        for _ in range(2):
            assert (await caller.ask("cam", "trt:StopMulticastStreaming", PROFILE)).fault == ()
        assert not caller.simulator.camera("cam").truth.multicasts


@pytest.mark.parametrize("prefix", ["trt", "tr2"])
async def test_multicast_shows_as_auto_start(run, prefix) -> None:
    profile = f"<{prefix}:ProfileToken>profile-1</{prefix}:ProfileToken>"
    async with run({"id": "cam", "audio": True}) as caller:
        seen = []
        for operation in ("Start", "Stop"):
            await caller.ask("cam", f"{prefix}:{operation}MulticastStreaming", profile)
            reply = await caller.ask("cam", f"{prefix}:GetProfiles", "<tr2:Type>All</tr2:Type>")
            seen.append((reply.texts(".//tt:AutoStart"), caller.simulator.camera("cam").truth.multicasts))
        assert seen == [(["true"] * 3, True), (["false"] * 3, False)]


async def test_multicast_that_stays_set_comes_back_with_a_restart(run) -> None:
    encoder = (
        '<tr2:Configuration token="encoder-1"><tt:Multicast><tt:AutoStart>false</tt:AutoStart></tt:Multicast>'
        "</tr2:Configuration>"
    )
    async with run({"id": "cam", "multicast": True}) as caller:
        camera = caller.simulator.camera("cam")
        camera.state.features.append(AUTO_START_STAYS)
        seen = []
        for operation, asked in (
            ("trt:StopMulticastStreaming", PROFILE),
            ("tds:SystemReboot", ""),
            ("tr2:SetVideoEncoderConfiguration", encoder),
            ("tds:SystemReboot", ""),
        ):
            assert (await caller.ask("cam", operation, asked)).fault == ()
            seen.append(camera.truth.multicasts)
        assert seen == [False, True, False, False]


async def test_an_encoder_that_is_not_set_to_persist_comes_back_after_a_restart(run) -> None:
    asked = (
        '<trt:Configuration token="encoder-1"><tt:Multicast><tt:AutoStart>false</tt:AutoStart></tt:Multicast>'
        "</trt:Configuration><trt:ForcePersistence>{}</trt:ForcePersistence>"
    )
    seen = []
    async with run({"id": "cam", "multicast": True}) as caller:
        for persistent in ("false", "true"):
            await caller.ask("cam", "trt:SetVideoEncoderConfiguration", asked.format(persistent))
            await caller.ask("cam", "tds:SystemReboot")
            seen.append(caller.simulator.camera("cam").truth.multicasts)
    assert seen == [True, False]


@pytest.mark.parametrize("operation", ["trt:SetVideoEncoderConfiguration", "tr2:SetAudioEncoderConfiguration"])
async def test_a_configuration_that_is_not_there_cannot_be_set(run, operation) -> None:
    prefix = operation[:3]
    asked = f'<{prefix}:Configuration token="none"/><{prefix}:ForcePersistence>true</{prefix}:ForcePersistence>'
    async with run({"id": "cam", "audio": True}) as caller:
        assert (await caller.ask("cam", operation, asked)).fault == ("Sender", "InvalidArgVal", "NoConfig")


async def test_masks_are_told_set_and_deleted(run) -> None:
    async with run({"id": "cam", "channels": 2, "masks": [True]}) as caller:
        asked = "<tr2:ConfigurationToken>source-config-2</tr2:ConfigurationToken>"
        assert (await caller.ask("cam", "tr2:GetMasks", asked)).tokens("tr2:Masks") == ["mask-2-1"]
        off = '<tr2:Mask token="mask-2-1"><tr2:Enabled>false</tr2:Enabled></tr2:Mask>'
        await caller.ask("cam", "tr2:SetMask", off)
        answer = await caller.ask("cam", "tr2:GetMasks")
        assert answer.texts(".//tr2:Enabled") == ["true", "false"]
        gone = "<tr2:Token>mask-1-1</tr2:Token>"
        assert (await caller.ask("cam", "tr2:DeleteMask", gone)).fault == ()
        assert (await caller.ask("cam", "tr2:DeleteMask", gone)).fault == ("Sender", "InvalidArgVal", "NoConfig")
    async with run({"id": "cam"}) as caller:
        assert (await caller.ask("cam", "tr2:GetMasks")).fault == ("Receiver", "ActionNotSupported", "NotImplemented")


async def test_an_address_filter_is_told_and_set(run) -> None:
    asked = (
        "<tds:IPAddressFilter><tt:Type>Deny</tt:Type><tt:IPv4Address><tt:Address>192.0.2.7</tt:Address>"
        "<tt:PrefixLength>{}</tt:PrefixLength></tt:IPv4Address></tds:IPAddressFilter>"
    )
    async with run({"id": "cam", "allowed": ["192.0.2.0/24"]}, {"id": "none"}) as caller:
        seen = []
        for prefix in ("x", "32"):
            answer = await caller.ask("cam", "tds:GetIPAddressFilter")
            seen.append((answer.text(".//tt:Type"), answer.text(".//tt:Address"), answer.text(".//tt:PrefixLength")))
            await caller.ask("cam", "tds:SetIPAddressFilter", asked.format(prefix))
        answer = await caller.ask("cam", "tds:GetIPAddressFilter")
        assert seen == [("Allow", "192.0.2.0", "24")] * 2
        assert (answer.text(".//tt:Type"), answer.text(".//tt:Address")) == ("Deny", "192.0.2.7")
        assert (await caller.ask("none", "tds:GetIPAddressFilter")).fault[1] == "ActionNotSupported"


async def test_rtsp_through_the_http_port_is_there_or_refused(run) -> None:
    over = "<trt:StreamSetup><tt:Transport><tt:Protocol>HTTP</tt:Protocol></tt:Transport></trt:StreamSetup>" + PROFILE
    over2 = f"<tr2:Protocol>RtspOverHttp</tr2:Protocol>{PROFILE2}"
    async with run({"id": "cam", "tunnels": ["http"]}, {"id": "plain"}) as caller:
        assert caller.simulator.camera("cam").truth.streams
        for operation, asked in (("trt:GetStreamUri", over), ("tr2:GetStreamUri", over2)):
            assert (await caller.ask("cam", operation, asked)).texts(".//{*}Uri")[0].startswith("http://")
            assert (await caller.ask("plain", operation, asked)).fault[-1] == "InvalidStreamSetup"


async def test_a_network_that_cannot_be_configured_says_so(run) -> None:
    async with run({"id": "cam", "rtsp": True}) as caller:
        caller.simulator.camera("cam").state.features.append(FIXED_NETWORK)
        own = await caller.ask("cam", "tds:GetServiceCapabilities")
        assert own.entry.find(".//{*}System").get("NetworkConfigNotSupported") == "true"
        for operation in ("tds:GetNetworkProtocols", "tds:SetNetworkProtocols"):
            assert (await caller.ask("cam", operation)).fault[1] == "ActionNotSupported"


async def test_metadata_that_is_not_persistent_comes_back_after_a_restart(run) -> None:
    asked = (
        '<trt:Configuration token="metadata-1"><tt:Analytics>false</tt:Analytics><tt:Multicast><tt:AutoStart>false'
        "</tt:AutoStart></tt:Multicast></trt:Configuration><trt:ForcePersistence>{}</trt:ForcePersistence>"
    )
    seen = []
    async with run({"id": "cam"}) as caller:
        for persistent in ("false", "true"):
            await caller.ask("cam", "trt:SetMetadataConfiguration", asked.format(persistent))
            await caller.ask("cam", "tds:SystemReboot")
            seen += (await caller.ask("cam", "trt:GetMetadataConfigurations")).texts(".//tt:Analytics")
    assert seen == ["true", "false"]


async def test_rules_are_deleted_all_or_none(run) -> None:
    async with run({"id": "cam", "rules": ["tt:FaceRecognition", "tt:LineDetector"]}) as caller:
        names = "<tan:RuleName>FaceRecognition-1</tan:RuleName><tan:RuleName>nobody</tan:RuleName>"
        answer = await caller.ask("cam", "tan:DeleteRules", ANALYTICS + names)
        assert answer.fault == ("Sender", "InvalidArgVal", "RuleNotExistent")
        assert caller.simulator.camera("cam").truth.rules == ("FaceRecognition-1", "LineDetector-2")
        await caller.ask("cam", "tan:DeleteRules", ANALYTICS + "<tan:RuleName>FaceRecognition-1</tan:RuleName>")
        assert caller.simulator.camera("cam").truth.rules == ("LineDetector-2",)
        assert not caller.simulator.camera("cam").truth.recognises


async def test_modified_rules_keep_the_parameters_that_are_not_named(run) -> None:
    rule = {"type": "tt:ObjectDetection", "name": "gate", "parameters": {"ClassFilter": "Face", "Sensitivity": "5"}}
    async with run({"id": "cam", "rules": [rule]}) as caller:
        asked = (
            '<tan:Rule Name="gate" Type="tt:ObjectDetection"><tt:Parameters><tt:SimpleItem Name="ClassFilter" '
            'Value="Vehicle"/></tt:Parameters></tan:Rule>'
        )
        await caller.ask("cam", "tan:ModifyRules", ANALYTICS + asked)
        answer = await caller.ask("cam", "tan:GetRules", ANALYTICS)
        items = {item.get("Name"): item.get("Value") for item in answer.entry.iter("{*}SimpleItem")}
        assert items == {"ClassFilter": "Vehicle", "Sensitivity": "5"}


async def test_an_empty_webrtc_list_deletes_all(run) -> None:
    async with run({"id": "cam", "webrtc": ["wss://a.example/", "wss://b.example/"]}) as caller:
        assert len((await caller.ask("cam", "tr2:GetWebRTCConfigurations")).entry) == 2
        await caller.ask("cam", "tr2:SetWebRTCConfigurations")
        assert caller.simulator.camera("cam").truth.webrtc == ()


async def test_a_storage_in_use_cannot_be_deleted(run) -> None:
    storages = [{"uri": "nfs://192.0.2.1/a", "used": True}, "nfs://192.0.2.1/b"]
    async with run({"id": "cam", "storages": storages}) as caller:
        answer = await caller.ask("cam", "tds:DeleteStorageConfiguration", "<tds:Token>storage-1</tds:Token>")
        assert answer.fault == ("Receiver", "Action", "ConfigurationConflict")
        await caller.ask("cam", "tds:DeleteStorageConfiguration", "<tds:Token>storage-2</tds:Token>")
        assert (await caller.ask("cam", "tds:GetStorageConfigurations")).tokens("tds:StorageConfigurations") == [
            "storage-1"
        ]


@pytest.mark.parametrize(
    ("operation", "key", "prefix"),
    [
        ("tds:GetStorageConfigurations", "storages", "tds"),
        ("tr2:GetWebRTCConfigurations", "webrtc", "tr2"),
        ("tev:GetEventBrokers", "brokers", "tev"),
    ],
)
async def test_an_optional_function_is_either_there_and_empty_or_not_supported(run, operation, key, prefix) -> None:
    async with run({"id": "with", key: []}, {"id": "without"}) as caller:
        present = await caller.ask("with", operation)
        assert (present.fault, len(present.entry)) == ((), 0)
        absent = await caller.ask("without", operation)
        assert absent.fault == ("Receiver", "ActionNotSupported", "NotImplemented")


async def test_brokers_and_uplinks_are_deleted_by_address(run) -> None:
    group = {"id": "cam", "brokers": ["mqtts://a.example:8883"], "uplinks": ["https://b.example/"]}
    async with run(group) as caller:
        for operation, tag, address in (
            ("tev:DeleteEventBroker", "tev:Address", "mqtts://a.example:8883"),
            ("tup:DeleteUplink", "tup:RemoteAddress", "https://b.example/"),
        ):
            asked = f"<{tag}>{address}</{tag}>"
            assert (await caller.ask("cam", operation, asked)).fault == ()
            assert (await caller.ask("cam", operation, asked)).fault == ("Sender", "InvalidArgVal", "InvalidAddress")
        truth = caller.simulator.camera("cam").truth
        assert (truth.brokers, truth.uplinks) == ((), ())


async def test_thermal_tells_which_sources_measure_heat(run) -> None:
    async with run({"id": "cam", "channels": 2, "thermal": [2]}) as caller:
        answer = await caller.ask("cam", "tth:GetConfigurations")
        assert answer.tokens("tth:Configurations") == ["source-2"]
