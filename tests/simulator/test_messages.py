"""Every message the simulator can send is valid under the official WSDL and XSD."""

from __future__ import annotations

from datetime import timedelta

import pytest

from vmsguard.simulator.device_state import Export, Receiver
from vmsguard.simulator.personas import PERSONAS
from vmsguard.simulator.services import SERVICES


def encoder(prefix: str, token: str) -> str:
    """A configuration with its AutoStart, as far as the simulator reads it."""
    return (
        f'<{prefix}:Configuration token="{token}"><tt:Multicast><tt:AutoStart>false</tt:AutoStart></tt:Multicast>'
        f"</{prefix}:Configuration>"
    )


# Arguments that reach the answer of each operation; the ones that are left out take none.
ARGUMENTS = {
    "tds:GetServices": "<tds:IncludeCapability>true</tds:IncludeCapability>",
    "tds:SetNetworkProtocols": "<tds:NetworkProtocols><tt:Name>RTSP</tt:Name><tt:Enabled>true</tt:Enabled>"
    "<tt:Port>554</tt:Port></tds:NetworkProtocols>",
    "tds:SetIPAddressFilter": "<tds:IPAddressFilter><tt:Type>Deny</tt:Type><tt:IPv4Address><tt:Address>192.0.2.7"
    "</tt:Address><tt:PrefixLength>32</tt:PrefixLength></tt:IPv4Address></tds:IPAddressFilter>",
    "tds:SetStorageConfiguration": '<tds:StorageConfiguration token="storage-1"><tds:Data type="NFS">'
    "<tds:StorageUri>nfs://192.0.2.1/x</tds:StorageUri></tds:Data></tds:StorageConfiguration>",
    "tds:DeleteStorageConfiguration": "<tds:Token>storage-2</tds:Token>",
    "trt:GetStreamUri": "<trt:StreamSetup/><trt:ProfileToken>profile-1</trt:ProfileToken>",
    "tr2:GetStreamUri": "<tr2:Protocol>RtspUnicast</tr2:Protocol><tr2:ProfileToken>profile-1</tr2:ProfileToken>",
    "trt:SetMetadataConfiguration": '<trt:Configuration token="metadata-1"><tt:Name>m</tt:Name>'
    "<tt:UseCount>1</tt:UseCount><tt:Analytics>false</tt:Analytics><tt:Multicast><tt:AutoStart>false</tt:AutoStart>"
    "</tt:Multicast></trt:Configuration><trt:ForcePersistence>true</trt:ForcePersistence>",
    "trt:SetVideoEncoderConfiguration": encoder("trt", "encoder-1")
    + "<trt:ForcePersistence>true</trt:ForcePersistence>",
    "trt:SetAudioEncoderConfiguration": encoder("trt", "audio-encoder-1")
    + "<trt:ForcePersistence>true</trt:ForcePersistence>",
    "tr2:SetVideoEncoderConfiguration": encoder("tr2", "encoder-1"),
    "tr2:SetAudioEncoderConfiguration": encoder("tr2", "audio-encoder-1"),
    "tr2:SetMetadataConfiguration": encoder("tr2", "metadata-1"),
    "tr2:StartMulticastStreaming": "<tr2:ProfileToken>profile-1</tr2:ProfileToken>",
    "tr2:StopMulticastStreaming": "<tr2:ProfileToken>profile-1</tr2:ProfileToken>",
    "tr2:SetMask": '<tr2:Mask token="mask-1-1"><tr2:ConfigurationToken>source-config-1</tr2:ConfigurationToken>'
    "<tr2:Polygon/><tr2:Type>Color</tr2:Type><tr2:Enabled>false</tr2:Enabled></tr2:Mask>",
    "tr2:DeleteMask": "<tr2:Token>mask-1-1</tr2:Token>",
    "tr2:GetProfiles": "<tr2:Type>All</tr2:Type>",
    "tr2:RemoveConfiguration": "<tr2:ProfileToken>profile-2</tr2:ProfileToken><tr2:Configuration>"
    "<tr2:Type>All</tr2:Type></tr2:Configuration>",
    "tr2:SetWebRTCConfigurations": "<tr2:WebRTCConfiguration><tr2:SignalingServer>wss://s.example/</tr2:SignalingServer>"
    "<tr2:AuthorizationServer>a</tr2:AuthorizationServer><tr2:DefaultProfile>profile-1</tr2:DefaultProfile>"
    "<tr2:Enabled>false</tr2:Enabled></tr2:WebRTCConfiguration>",
    "tan:DeleteRules": "<tan:ConfigurationToken>analytics-1</tan:ConfigurationToken>"
    "<tan:RuleName>FaceRecognition-1</tan:RuleName>",
    "tan:DeleteAnalyticsModules": "<tan:ConfigurationToken>analytics-1</tan:ConfigurationToken>"
    "<tan:AnalyticsModuleName>TamperEngine-2</tan:AnalyticsModuleName>",
    "tan:ModifyRules": '<tan:ConfigurationToken>analytics-1</tan:ConfigurationToken><tan:Rule Name="gate" '
    'Type="tt:ObjectDetection"><tt:Parameters><tt:SimpleItem Name="ClassFilter" Value="Person"/></tt:Parameters>'
    "</tan:Rule>",
    "trc:SetRecordingConfiguration": "<trc:RecordingToken>recording-1</trc:RecordingToken><trc:RecordingConfiguration>"
    "<tt:Source><tt:SourceId>urn:x</tt:SourceId><tt:Name>n</tt:Name><tt:Location/><tt:Description/>"
    "<tt:Address>urn:y</tt:Address></tt:Source><tt:Content>c</tt:Content>"
    "<tt:MaximumRetentionTime>PT24H</tt:MaximumRetentionTime></trc:RecordingConfiguration>",
    "trc:DeleteTrack": "<trc:RecordingToken>recording-1</trc:RecordingToken><trc:TrackToken>VIDEO001</trc:TrackToken>",
    "trc:DeleteRecording": "<trc:RecordingToken>recording-2</trc:RecordingToken>",
    "trc:SetRecordingJobMode": "<trc:JobToken>job-1</trc:JobToken><trc:Mode>Idle</trc:Mode>",
    "trc:GetRecordingJobState": "<trc:JobToken>job-1</trc:JobToken>",
    "trc:GetRecordingJobConfiguration": "<trc:JobToken>job-1</trc:JobToken>",
    "trc:SetRecordingJobConfiguration": "<trc:JobToken>job-1</trc:JobToken><trc:JobConfiguration><tt:RecordingToken>"
    "recording-1</tt:RecordingToken><tt:Mode>Idle</tt:Mode><tt:Priority>2</tt:Priority></trc:JobConfiguration>",
    "trc:ListRecordedSegments": "<trc:Time><tt:From>2026-11-22T00:00:00Z</tt:From><tt:Until>2026-11-22T03:00:00Z"
    "</tt:Until></trc:Time><trc:RecordingToken>recording-1</trc:RecordingToken>",
    "trc:GetExportRecordedDataState": "<trc:OperationToken>export-1</trc:OperationToken>",
    "trc:ExportRecordedData": "<trc:SearchScope/><trc:FileFormat>ONVIF</trc:FileFormat><trc:StorageDestination>"
    "<tt:StorageToken>storage-1</tt:StorageToken></trc:StorageDestination>",
    "trc:ExportRecordedSegments": "<trc:Time><tt:From>2026-11-22T00:00:00Z</tt:From><tt:Until>2026-11-22T03:00:00Z"
    "</tt:Until></trc:Time><trc:RecordingToken>recording-1</trc:RecordingToken>",
    "trc:StopExportRecordedData": "<trc:OperationToken>export-1</trc:OperationToken>",
    "trc:StopExportRecordedSegments": "<trc:OperationToken>export-3</trc:OperationToken>",
    "trc:DeleteRecordingJob": "<trc:JobToken>job-1</trc:JobToken>",
    "tse:FindRecordings": "<tse:Scope/><tse:KeepAliveTime>PT10S</tse:KeepAliveTime>",
    "tse:GetRecordingSearchResults": "<tse:SearchToken>search-1</tse:SearchToken>",
    "tse:EndSearch": "<tse:SearchToken>search-1</tse:SearchToken>",
    "trp:GetReplayUri": "<trp:StreamSetup/><trp:RecordingToken>recording-1</trp:RecordingToken>",
    "trv:GetReceiverState": "<trv:ReceiverToken>receiver-1</trv:ReceiverToken>",
    "trv:SetReceiverMode": "<trv:ReceiverToken>receiver-1</trv:ReceiverToken><trv:Mode>NeverConnect</trv:Mode>",
    "trv:DeleteReceiver": "<trv:ReceiverToken>receiver-3</trv:ReceiverToken>",
    "tev:DeleteEventBroker": "<tev:Address>mqtts://broker.example:8883</tev:Address>",
    "tan:ModifyAnalyticsModules": "<tan:ConfigurationToken>analytics-1</tan:ConfigurationToken><tan:AnalyticsModule "
    'Name="CellMotionEngine-1" Type="tt:CellMotionEngine"><tt:Parameters><tt:SimpleItem Name="Sensitivity" '
    'Value="10"/></tt:Parameters></tan:AnalyticsModule>',
    "tan:GetSupportedMetadata": "",
    "tth:SetConfiguration": "<tth:VideoSourceToken>source-2</tth:VideoSourceToken><tth:Configuration>"
    '<tth:ColorPalette token="palette-1" Type="WhiteHot"><tth:Name>white hot</tth:Name></tth:ColorPalette>'
    "<tth:Polarity>BlackHot</tth:Polarity></tth:Configuration>",
    "tcr:GetSupportedFormatTypes": "<tcr:CredentialIdentifierTypeName>pt:Face</tcr:CredentialIdentifierTypeName>",
    "tup:DeleteUplink": "<tup:RemoteAddress>https://cloud.example/uplink</tup:RemoteAddress>",
}
RECORDING = "<trc:RecordingToken>recording-1</trc:RecordingToken>"
PROFILE = "<trt:ProfileToken>profile-1</trt:ProfileToken>"
ANALYTICS = "<tan:ConfigurationToken>analytics-1</tan:ConfigurationToken>"
FULL = {
    "id": "cam",
    "channels": 2,
    "thermal": [2],
    "rtsp": True,
    "rules": [
        "tt:FaceRecognition",
        {"type": "tt:ObjectDetection", "name": "gate", "parameters": {"ClassFilter": "Face"}},
    ],
    "modules": ["tt:CellMotionEngine", "hikxsd:TamperEngine"],
    "multicast": True,
    "audio": True,
    "recordings": {"jobs": 3, "triggers": ["continuous", "schedule", "event"], "export_seconds": 60},
    "webrtc": ["wss://signal.example/ws"],
    "tunnels": ["http", "websocket"],
    "masks": [True, False],
    "allowed": ["192.0.2.0/24"],
    "brokers": ["mqtts://broker.example:8883"],
    "uplinks": ["https://cloud.example/uplink"],
    "storages": [{"uri": "nfs://192.0.2.1/a", "used": True, "user": "writer", "strategy": "Both"}, "nfs://192.0.2.1/b"],
    "applications": [{"id": "DetectorApp", "topics": ["FaceDetection"]}, {"id": "Counter", "active": False}],
    "searching": {
        "supported": [
            {"type": "acme:Matcher", "topics": ["tns1:RuleEngine/Recognition/Face"], "items": ["EnrollmentID"]},
            {"type": "tt:ObjectDetection", "classes": ["Person", "Face"]},
            {
                "type": "acme:WiseAI",
                "kind": "module",
                "sample": {
                    "classes": ["Human", "Face"],
                    "face": ["Age", "Gender", "Temperature", "Complexion", "FacialShape", "Ear", "Expression"],
                    "body": ["BodyMetric"],
                    "picture": True,
                    "label": True,
                },
            },
        ],
        "announces": ["tns1:VideoSource/tnssamsung:FaceDetection"],
        "image_search": True,
        "language_search": True,
        "credentials": ["pt:Card", "pt:Face"],
        "levels": [["pt:Card", "pt:Face"]],
        "radiometry": True,
    },
}


def arguments_of(operation: str) -> str:
    if operation in ARGUMENTS:
        return ARGUMENTS[operation]
    prefix, _, name = operation.partition(":")
    if prefix == "trc" and name in ("GetRecordingConfiguration", "GetRecordingOptions"):
        return RECORDING
    if name == "GetRecordingInformation":
        return "<tse:RecordingToken>recording-1</tse:RecordingToken>"
    if prefix == "tan" and name != "GetServiceCapabilities":
        return ANALYTICS
    if prefix == "tam" and name in ("Activate", "Deactivate", "Uninstall"):
        return "<AppID>Counter</AppID>"
    if prefix == "tth" and name not in ("GetServiceCapabilities", "GetConfigurations"):
        return "<tth:VideoSourceToken>source-2</tth:VideoSourceToken>"
    if prefix == "trt" and (name == "GetSnapshotUri" or name.startswith(("Remove", "Start", "Stop"))):
        return PROFILE
    return "<tr2:ProfileToken>profile-1</tr2:ProfileToken>" if operation == "tr2:GetSnapshotUri" else ""


def ordered_operations(name: str) -> list[str]:
    """Reads first, then writes, so that what is read is still there."""
    (service,) = (known for known in SERVICES if known.name == name)
    ranked = sorted(service.operations.items(), key=lambda item: item[1].writes)
    return [f"{service.prefix}:{operation}" for operation in ("GetServiceCapabilities", *(name for name, _ in ranked))]


@pytest.mark.parametrize(
    ("device", "name"),
    [("cam", service.name) for service in SERVICES if service.name != "receiver"]
    + [("nvr", name) for name in ("receiver", "recording", "search", "replay")],
)
async def test_responses_follow_the_official_schemas(run, device, name, official) -> None:
    async with run({**FULL, "recorder": "nvr"}, recorders=({"id": "nvr"},)) as caller:
        if device == "nvr":
            state = caller.simulator.camera("nvr").state
            state.configuration.receivers.append(Receiver("receiver-3", "rtsp://192.0.2.1/idle"))
            state.features.append("exports")
            now = caller.clock.now()
            state.exports.append(Export("export-1", ["recording-1"], now, now + timedelta(seconds=60)))
        for operation in ordered_operations(name):
            answer = await caller.ask(device, operation, arguments_of(operation))
            assert (operation, answer.status, answer.fault) == (operation, 200, ())
            official.assertValid(answer.entry)


NO_SOAP = {"silent", "empty-bodies", "stack-traces"}
NO_FAULTS = {"fabricates-empty-lists", "fabricates-besides-device"}
NO_FAULTS_OF_THE_BOOK = {"subcode-in-code"}


@pytest.mark.parametrize("persona", sorted(set(PERSONAS) - NO_SOAP - NO_FAULTS_OF_THE_BOOK))
async def test_faults_follow_the_official_schemas(run, persona, official) -> None:
    async with run({"id": "cam", "persona": persona, "rules": ["tt:FaceRecognition"]}) as caller:
        for operation, inner in (
            ("trc:GetRecordingConfiguration", "<trc:RecordingToken>none</trc:RecordingToken>"),
            ("trc:CreateRecording", ""),
            ("tup:GetUplinks", ""),
            ("tds:GetUsers", ""),
        ):
            answer = await caller.ask(
                "cam", operation, inner, **({"header": ""} if operation == "tds:GetUsers" else {})
            )
            if not answer.body:
                assert (answer.status, persona) == (401, "refuses-login-without-fault")
            elif answer.fault:
                official.assertValid(answer.entry)
            else:
                assert persona in NO_FAULTS


async def test_acknowledgements_follow_the_official_schemas(run, official) -> None:
    async with run({"id": "cam", "persona": "acknowledges-everything"}) as caller:
        for service in SERVICES:
            for name, operation in service.operations.items():
                if operation.writes and service.name in caller.simulator.camera("cam").state.services:
                    answer = await caller.ask("cam", f"{service.prefix}:{name}")
                    assert (name, answer.fault) == (name, ())
                    official.assertValid(answer.entry)


async def test_an_invalid_message_would_be_noticed(run, official) -> None:
    async with run({"id": "cam"}) as caller:
        entry = (await caller.ask("cam", "tds:GetDeviceInformation")).entry
        entry.remove(entry[0])
        assert not official.validate(entry)
