"""What an ordinary small camera answers, written out by hand from the ONVIF schemas."""

from __future__ import annotations

from datetime import UTC, datetime

from hostile_camera.server import Asked, Camera

__all__ = ["REPLIES", "envelope", "fault", "ordinary", "response"]

_SPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "tt": "http://www.onvif.org/ver10/schema",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "trc": "http://www.onvif.org/ver10/recording/wsdl",
    "tse": "http://www.onvif.org/ver10/search/wsdl",
    "tan": "http://www.onvif.org/ver20/analytics/wsdl",
    "ter": "http://www.onvif.org/ver10/error",
}
_SERVICES = ("tds", "trt", "trc", "tse", "tan")

_RECORDING = (
    "<tt:Configuration><tt:Source><tt:SourceId>src0</tt:SourceId><tt:Name>door</tt:Name><tt:Location/>"
    "<tt:Description/><tt:Address/></tt:Source><tt:Content/>"
    "<tt:MaximumRetentionTime>P1D</tt:MaximumRetentionTime></tt:Configuration>"
)

REPLIES: dict[str, tuple[str, str]] = {
    "GetDeviceInformation": (
        "tds",
        "<tds:Manufacturer>Acme</tds:Manufacturer><tds:Model>C-1</tds:Model><tds:FirmwareVersion>1.0"
        "</tds:FirmwareVersion><tds:SerialNumber>4711</tds:SerialNumber><tds:HardwareId>h1</tds:HardwareId>",
    ),
    "GetUsers": (
        "tds",
        "<tds:User><tt:Username>admin</tt:Username><tt:UserLevel>Administrator</tt:UserLevel></tds:User>",
    ),
    "GetNetworkProtocols": (
        "tds",
        "<tds:NetworkProtocols><tt:Name>HTTP</tt:Name><tt:Enabled>true</tt:Enabled><tt:Port>{port}</tt:Port>"
        "</tds:NetworkProtocols><tds:NetworkProtocols><tt:Name>RTSP</tt:Name><tt:Enabled>true</tt:Enabled>"
        "<tt:Port>{rtsp}</tt:Port></tds:NetworkProtocols>",
    ),
    "GetVideoSources": ("trt", '<trt:VideoSources token="src0"/>'),
    "GetProfiles": (
        "trt",
        '<trt:Profiles token="p0" fixed="true"><tt:Name>main</tt:Name><tt:VideoSourceConfiguration token="vsc0">'
        "<tt:SourceToken>src0</tt:SourceToken></tt:VideoSourceConfiguration>"
        '<tt:VideoEncoderConfiguration token="vec0"/></trt:Profiles>',
    ),
    "GetStreamUri": ("trt", "<trt:MediaUri><tt:Uri>rtsp://{host}:{rtsp}/live</tt:Uri></trt:MediaUri>"),
    "GetSnapshotUri": ("trt", "<trt:MediaUri><tt:Uri>http://{host}:{port}/snap.jpg</tt:Uri></trt:MediaUri>"),
    "GetRecordings": (
        "trc",
        f"<trc:RecordingItem><tt:RecordingToken>r0</tt:RecordingToken>{_RECORDING}<tt:Tracks><tt:Track>"
        "<tt:TrackToken>VIDEO001</tt:TrackToken><tt:Configuration><tt:TrackType>Video</tt:TrackType>"
        "<tt:Description/></tt:Configuration></tt:Track></tt:Tracks></trc:RecordingItem>"
        f"<trc:RecordingItem><tt:RecordingToken>r1</tt:RecordingToken>{_RECORDING}<tt:Tracks/></trc:RecordingItem>",
    ),
    "GetRecordingJobs": (
        "trc",
        "<trc:JobItem><tt:JobToken>j0</tt:JobToken><tt:JobConfiguration><tt:RecordingToken>r0</tt:RecordingToken>"
        "<tt:Mode>Active</tt:Mode><tt:Priority>1</tt:Priority><tt:Source><tt:SourceToken "
        'Type="http://www.onvif.org/ver10/schema/Profile"><tt:Token>p0</tt:Token></tt:SourceToken></tt:Source>'
        "</tt:JobConfiguration></trc:JobItem>",
    ),
    "GetRecordingJobState": (
        "trc",
        "<trc:State><tt:RecordingToken>r0</tt:RecordingToken><tt:State>Active</tt:State></trc:State>",
    ),
    "GetRecordingInformation": (
        "tse",
        "<tse:RecordingInformation><tt:RecordingToken>r0</tt:RecordingToken>"
        "<tt:EarliestRecording>2026-11-01T00:00:00Z</tt:EarliestRecording>"
        "<tt:LatestRecording>2026-11-02T00:00:00Z</tt:LatestRecording><tt:Track><tt:TrackToken>VIDEO001"
        "</tt:TrackToken><tt:TrackType>Video</tt:TrackType><tt:DataFrom>2026-11-01T00:00:00Z</tt:DataFrom>"
        "<tt:DataTo>2026-11-02T00:00:00Z</tt:DataTo></tt:Track>"
        "<tt:RecordingStatus>Recording</tt:RecordingStatus></tse:RecordingInformation>",
    ),
    "GetVideoAnalyticsConfigurations": ("trt", '<trt:Configurations token="vac0"/>'),
    "GetRules": ("tan", '<tan:Rule Name="lines" Type="tt:LineDetector"/>'),
    "GetAnalyticsModules": ("tan", '<tan:AnalyticsModule Name="motion" Type="tt:CellMotionEngine"/>'),
}
"""Prefix of the service and inside of the response, by operation."""


def envelope(body: str) -> bytes:
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _SPACES.items())
    return f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {spaces}><s:Body>{body}</s:Body></s:Envelope>'.encode()


def response(operation: str, inner: str, prefix: str = "") -> bytes:
    """The right reply to an operation, whatever is in it."""
    prefix = prefix or ("tds" if operation not in REPLIES else REPLIES[operation][0])
    return envelope(f"<{prefix}:{operation}Response>{inner}</{prefix}:{operation}Response>")


def fault(code: str = "s:Sender", subcode: str = "ter:ActionNotSupported") -> bytes:
    return envelope(
        f"<s:Fault><s:Code><s:Value>{code}</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        '<s:Reason><s:Text xml:lang="en">no</s:Text></s:Reason></s:Fault>'
    )


def ordinary(asked: Asked, camera: Camera) -> bytes:
    """What the camera would say if it meant no harm."""
    if asked.operation == "GetSystemDateAndTime":
        return response(asked.operation, clock(datetime.now(UTC)))
    if asked.operation == "GetServices":
        return response(asked.operation, services(f"{camera.origin}/onvif"))
    if asked.operation not in REPLIES:
        return fault()
    inner = REPLIES[asked.operation][1].format(host=camera.host, port=camera.port, rtsp=camera.rtsp)
    return response(asked.operation, inner)


def clock(now: datetime) -> str:
    return (
        "<tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
        f"<tt:UTCDateTime><tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
        f"<tt:Second>{now.second}</tt:Second></tt:Time><tt:Date><tt:Year>{now.year}</tt:Year>"
        f"<tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>"
    )


def services(base: str) -> str:
    return "".join(
        f"<tds:Service><tds:Namespace>{_SPACES[prefix]}</tds:Namespace><tds:XAddr>{base}/{prefix}</tds:XAddr>"
        "<tds:Version><tt:Major>2</tt:Major><tt:Minor>6</tt:Minor></tds:Version></tds:Service>"
        for prefix in _SERVICES
    )
