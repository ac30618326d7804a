"""Parsers on replies shaped like those of real devices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from lxml import etree
from vmsguard_onvif.device_clock import device_time
from vmsguard_onvif.elements import Element, Malformed, instant, number, seconds
from vmsguard_onvif.faults import Where
from vmsguard_onvif.namespaces import ANALYTICS, DEVICE, MEDIA, MEDIA2, RECORDING, SCHEMA, SEARCH
from vmsguard_onvif.replies import analytics as analytics_replies
from vmsguard_onvif.replies import device as device_replies
from vmsguard_onvif.replies import recording as recording_replies
from vmsguard_onvif.replies.media import media_profiles, media_uri
from vmsguard_onvif.reply import response
from vmsguard_onvif.services import from_capabilities, from_services, own_path

from vmsguard.errors import ProtocolViolation

T = TypeVar("T")

CAPTURES = next(
    (parent / "shared" / "captures" for parent in Path(__file__).parents if (parent / "shared" / "captures").is_dir()),
    None,
)
DATA = Path(__file__).with_name("data")
NAMES = {
    "tds": DEVICE, "tt": SCHEMA, "trc": RECORDING, "tse": SEARCH, "tan": ANALYTICS, "trt": MEDIA, "tr2": MEDIA2
}  # fmt: skip


def element(inner: str) -> Element:
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items())
    return etree.fromstring(f"<root {spaces}>{inner}</root>")


def captured(path: str, namespace: str, operation: str, parse: Callable[[Element], T]) -> T:
    if CAPTURES is None:
        pytest.skip("the captured replies are not here: they are others' data and are not copied")
    content = (CAPTURES / path).read_bytes()
    return parse(response(content, 200, namespace, Where("cam", operation)))


# -- the device service


def test_two_http_ports_are_both_kept() -> None:
    reply = element(
        "<tds:NetworkProtocols><tt:Name>HTTP</tt:Name><tt:Enabled>true</tt:Enabled><tt:Port>80</tt:Port>"
        "<tt:Port>0</tt:Port></tds:NetworkProtocols><tds:NetworkProtocols><tt:Name>RTSP</tt:Name>"
        "<tt:Enabled>0</tt:Enabled><tt:Port>554</tt:Port></tds:NetworkProtocols>"
    )
    assert device_replies.network_protocols(reply) == (
        device_replies.Protocol("HTTP", True, (80, 0)),
        device_replies.Protocol("RTSP", False, (554,)),
    )


@pytest.mark.parametrize(
    "inner",
    [
        "<tt:NetworkProtocols/>",
        "<tds:NetworkProtocols><tt:Name>RTSP</tt:Name></tds:NetworkProtocols>",
        "<tds:NetworkProtocols><tt:Enabled>true</tt:Enabled></tds:NetworkProtocols>",
        "<tds:NetworkProtocols><tt:Name>RTSP</tt:Name><tt:Enabled>maybe</tt:Enabled></tds:NetworkProtocols>",
    ],
)
def test_a_list_that_does_not_say_what_it_must_is_malformed(inner: str) -> None:
    with pytest.raises(Malformed):
        device_replies.network_protocols(element(inner))


def clock(date: str, time: str) -> Element:
    return element(
        f"<tds:SystemDateAndTime><tt:UTCDateTime><tt:Time>{time}</tt:Time><tt:Date>{date}</tt:Date>"
        "</tt:UTCDateTime></tds:SystemDateAndTime>"
    )


DATE = "<tt:Year>2026</tt:Year><tt:Month>11</tt:Month><tt:Day>22</tt:Day>"


def test_overflowing_minutes_are_carried_over() -> None:
    told = clock(DATE, "<tt:Hour>0</tt:Hour><tt:Minute>61</tt:Minute><tt:Second>16</tt:Second>")
    assert device_time(told) == datetime(2026, 11, 22, 1, 1, 16, tzinfo=UTC)


@pytest.mark.parametrize("date", ["", DATE.replace("11", "13"), DATE.replace("2026", "x")])
def test_a_clock_that_tells_no_time_is_none(date: str) -> None:
    assert device_time(clock(date, "<tt:Hour>1</tt:Hour><tt:Minute>1</tt:Minute><tt:Second>1</tt:Second>")) is None


# -- services and addresses


def test_media_and_media2_are_told_apart_by_the_whole_namespace() -> None:
    reply = element(
        f"<tds:Service><tds:Namespace>{MEDIA2}</tds:Namespace><tds:XAddr>http://10.0.0.7:8899/onvif/media2</tds:XAddr>"
        f"<tds:Capabilities><tr2:Capabilities SnapshotUri='true'><tr2:StreamingCapabilities RTPMulticast='false'/>"
        "</tr2:Capabilities></tds:Capabilities></tds:Service>"
        f"<tds:Service><tds:Namespace>{MEDIA}</tds:Namespace><tds:XAddr>http://cam/onvif/media?x=1</tds:XAddr></tds:Service>"
    )
    table = from_services(reply, host="cam", device_path="/onvif/device_service")
    media, media2 = table.get(MEDIA), table.get(MEDIA2)
    assert media is not None
    assert media2 is not None
    assert (media.path, media2.path) == ("/onvif/media?x=1", "/onvif/media2")
    assert table.foreign == ("10.0.0.7",)
    assert (media2.flag("SnapshotUri"), media2.flag("RTPMulticast"), media2.flag("WebRTC")) == (True, False, None)
    assert media.flag("SnapshotUri") is None


@pytest.mark.parametrize(
    ("address", "path", "host"),
    [
        ("http://cam/onvif/a", "/onvif/a", "cam"),
        ("https://user:pw@10.1.2.3:444/a?b=c", "/a?b=c", "10.1.2.3"),
        ("http://cam", "/", "cam"),
        ("/onvif/a", "/onvif/a", ""),
        ("", "/dev", ""),
        ("http://[broken/a", "/dev", ""),
    ],
)
def test_only_the_path_of_an_address_is_kept(address: str, path: str, host: str) -> None:
    assert own_path(address, "/dev") == (path, host)


# -- values


@pytest.mark.parametrize(
    ("told", "expected"),
    [("PT0S", 0), ("PT1H", 3600), ("P1DT1M", 86460), ("PT1.5S", 1), ("P30D", 2592000), ("1 day", None), ("P", None)],
)
def test_durations(told: str, expected: int | None) -> None:
    assert seconds(told) == expected


def test_times_are_utc() -> None:
    assert instant("2026-11-22T12:00:00+09:00") == datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert instant("2026-11-22T03:00:00Z") == instant("2026-11-22T03:00:00")
    assert instant("yesterday") is None
    assert number("1.000000") == 1


# -- recordings

TRACK = (
    "<tt:Track><tt:TrackToken>{0}</tt:TrackToken><tt:DataFrom>{1}</tt:DataFrom><tt:DataTo>{2}</tt:DataTo></tt:Track>"
)
EARLY, LATE = "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"


def span(inner: str, status: str = "Stopped") -> recording_replies.RecordingSpan:
    return recording_replies.recording_span(
        element(
            f"<tse:RecordingInformation><tt:RecordingToken>R1</tt:RecordingToken>{inner}"
            f"<tt:RecordingStatus>{status}</tt:RecordingStatus></tse:RecordingInformation>"
        )
    )


def test_one_track_with_data_makes_a_recording_not_empty() -> None:
    found = span(TRACK.format("V", EARLY, EARLY) + TRACK.format("A", EARLY, LATE))
    assert (found.empty, found.tracks, found.start, found.end) == (False, 2, instant(EARLY), instant(LATE))


NEVER = "1970-01-01T00:00:00Z"


def test_tracks_without_data_are_empty() -> None:
    for inner in ("", TRACK.format("V", NEVER, NEVER)):
        found = span(f"<tt:EarliestRecording>{NEVER}</tt:EarliestRecording>{inner}" if inner else inner)
        assert (found.empty, found.momentary, found.start, found.end) == (True, False, None, None)


FIRST_HOUR = ("1970-01-01T00:03:15Z", "1970-01-01T01:00:00Z")


@pytest.mark.parametrize(
    "inner",
    [
        TRACK.format("V", *FIRST_HOUR),
        "<tt:EarliestRecording>{}</tt:EarliestRecording><tt:LatestRecording>{}</tt:LatestRecording>".format(*FIRST_HOUR)
        + TRACK.format("V", NEVER, NEVER),
    ],
)
def test_footage_of_a_clock_that_nobody_set_is_footage(inner: str) -> None:
    found = span(inner)
    assert (found.empty, found.start, found.end) == (False, *map(instant, FIRST_HOUR))


def test_what_is_written_to_without_a_time_yet_is_not_surely_empty() -> None:
    found = span(TRACK.format("V", NEVER, NEVER), status="Recording")
    assert (found.empty, found.momentary, found.writing) == (True, True, True)


def test_a_track_of_one_moment_may_hold_what_is_shorter_than_the_clock_tells() -> None:
    found = span(TRACK.format("V", EARLY, EARLY))
    assert (found.empty, found.momentary, found.start, found.end) == (True, True, instant(EARLY), instant(EARLY))


@pytest.mark.parametrize("told", ["Earliest", "Latest"])
def test_a_first_or_last_time_is_told_only_where_there_are_data(told: str) -> None:
    found = span(f"<tt:{told}Recording>{EARLY}</tt:{told}Recording>" + TRACK.format("V", EARLY, EARLY))
    assert (found.empty, found.momentary, found.start, found.end) == (False, False, instant(EARLY), instant(EARLY))


def test_a_track_whose_times_cannot_be_read_is_not_called_empty() -> None:
    assert span(TRACK.format("V", "soon", EARLY)).empty is False


@pytest.mark.parametrize("space", ["tt", "trc"])
def test_jobs_are_read_in_either_namespace(space: str) -> None:
    reply = element(
        f"<trc:JobItem><{space}:JobToken>J</{space}:JobToken><{space}:JobConfiguration ScheduleToken='s'>"
        f"<tt:RecordingToken>R</tt:RecordingToken><tt:Mode>Idle</tt:Mode></{space}:JobConfiguration></trc:JobItem>"
    )
    assert recording_replies.jobs(reply) == (recording_replies.Job("J", "R", False, "schedule", ()),)


def test_jobs_in_another_list_element_are_not_an_empty_list() -> None:
    with pytest.raises(Malformed):
        recording_replies.jobs(element("<tt:JobItem/>"))


@pytest.mark.parametrize(
    ("state", "expected"), [("Active", True), ("PartiallyActive", True), ("Idle", False), ("Error", None), ("x", None)]
)
def test_a_job_in_error_is_not_off(state: str, expected: bool | None) -> None:
    reply = element(f"<trc:State><tt:RecordingToken>R</tt:RecordingToken><tt:State>{state}</tt:State></trc:State>")
    assert recording_replies.job_state(reply) is expected


def test_a_job_that_calls_itself_idle_while_a_track_records_is_not_off() -> None:
    inner = (
        "<trc:State><tt:RecordingToken>R</tt:RecordingToken><tt:State>Idle</tt:State><tt:Sources><tt:SourceToken/>"
        "<tt:State>Idle</tt:State><tt:Tracks><tt:Track><tt:SourceTag/><tt:Destination>V</tt:Destination>"
        "<tt:State>{}</tt:State></tt:Track></tt:Tracks></tt:Sources></trc:State>"
    )
    found = [recording_replies.job_state(element(inner.format(state))) for state in ("Idle", "Active", "Error")]
    assert found == [False, True, None]


def test_a_job_state_without_its_aggregate_is_not_off() -> None:
    inner = "<trc:State><tt:Sources><tt:State>Idle</tt:State></tt:Sources></trc:State>"
    assert recording_replies.job_state(element(inner)) is None


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<trc:HasMoreResults>false</trc:HasMoreResults>", False),
        ("<trc:HasMoreResults>true</trc:HasMoreResults>", True),
        ("<trc:Segment/><trc:HasMoreResults>false</trc:HasMoreResults>", True),
    ],
)
def test_segments(inner: str, expected: bool) -> None:
    assert recording_replies.holds_segments(element(f"<trc:Results>{inner}</trc:Results>")) is expected


@pytest.mark.parametrize("inner", ["", "<trc:Results/>", "<tt:Results/>"])
def test_segments_that_are_not_said_to_be_all_are_malformed(inner: str) -> None:
    with pytest.raises(Malformed):
        recording_replies.holds_segments(element(inner))


RECORDINGS = (DATA / "get_recordings.xml").read_bytes()
GET_RECORDINGS = Where("cam", "GetRecordings")


def test_recordings_tell_their_tracks_retention_and_targets() -> None:
    found = recording_replies.recordings(response(RECORDINGS, 200, RECORDING, GET_RECORDINGS))
    assert [(item.storage, item.has_target, item.uploads) for item in found] == [
        ("", False, False),
        ("bucket", True, True),
        ("bucket", True, False),
    ]
    assert {(item.tracks, item.audio_tracks, item.metadata_tracks, item.retention) for item in found} == {
        (("VIDEO001", "AUDIO001", "META001"), ("AUDIO001",), ("META001",), "PT1H")
    }


def test_recordings_cut_off_at_any_byte_are_no_shorter_list() -> None:
    end = len(RECORDINGS.rstrip())
    for cut in range(end):
        with pytest.raises(ProtocolViolation):
            response(RECORDINGS[:cut], 200, RECORDING, GET_RECORDINGS)
    assert len(recording_replies.recordings(response(RECORDINGS[:end], 200, RECORDING, GET_RECORDINGS))) == 3


def test_a_rule_tells_its_classes_and_whether_it_keeps_pictures() -> None:
    reply = element(
        '<tan:Rule Name="Gate" Type="tt:ObjectDetection"><tt:Parameters>'
        '<tt:SimpleItem Name="ClassFilter" Value="Person Face"/>'
        '<tt:SimpleItem Name="IncludeImage" Value="LocalStorage"/>'
        '</tt:Parameters></tan:Rule><tan:Rule Name="B" Type="FaceRecognition"><tt:Parameters>'
        '<tt:SimpleItem Name="IncludeImage" Value=""/></tt:Parameters></tan:Rule>'
    )
    assert analytics_replies.rules(reply) == (
        analytics_replies.Function("rule", "Gate", "ObjectDetection", ("Person", "Face"), True),
        analytics_replies.Function("rule", "B", "FaceRecognition", (), False),
    )


# -- what real devices answered


def test_captured_sd_card_camera() -> None:
    found = captured("ex_onvif/get_recording_jobs.xml", RECORDING, "GetRecordingJobs", recording_replies.jobs)
    assert [(job.active, job.trigger, job.sources[0].kind) for job in found] == [(True, "continuous", "profile")]
    listed = captured("ex_onvif/get_recordings.xml", RECORDING, "GetRecordings", recording_replies.recordings)
    assert [(seconds(item.retention), len(item.tracks or ())) for item in listed] == [(3600, 3)] * 3


def test_captured_milesight_protocols_and_count() -> None:
    found = captured(
        "ex_onvif/get_network_protocols.xml", DEVICE, "GetNetworkProtocols", device_replies.network_protocols
    )
    assert [(entry.name, entry.enabled, entry.ports) for entry in found] == [
        ("HTTP", True, (80, 0)),
        ("HTTPS", False, (443,)),
        ("RTSP", True, (554,)),
    ]
    count = captured(
        "ex_onvif/get_recording_summary.xml", SEARCH, "GetRecordingSummary", recording_replies.recording_count
    )
    assert count == 8


def test_captured_hikvision_modules_say_nothing_of_faces() -> None:
    found = captured("ex_onvif/get_analytics_modules.xml", ANALYTICS, "GetAnalyticsModules", analytics_replies.modules)
    assert {function.type for function in found} == {
        "CellMotionEngine",
        "LineDetectorEngine",
        "FieldDetectorEngine",
        "TamperEngine",
    }


def test_captured_bosch() -> None:
    folder = "bosch-flexidome-5100i/capture_{:03}_response.xml"
    table = captured(
        folder.format(3),
        DEVICE,
        "GetCapabilities",
        lambda reply: from_capabilities(reply, host="cam", device_path="/onvif/device_service"),
    )
    recording = table.get(RECORDING)
    assert recording is not None
    assert (recording.path, recording.flag("DynamicTracks"), recording.flag("DynamicRecordings")) == (
        "/onvif/Rec_service",
        False,
        False,
    )
    assert table.foreign == ("192.168.1.201",)
    profiles = captured(folder.format(5), MEDIA, "GetProfiles", media_profiles)
    assert len(profiles) > 1
    assert len({profile.source for profile in profiles}) == 1
    uri = captured(folder.format(6), MEDIA, "GetStreamUri", media_uri)
    assert uri.startswith("rtsp://")
    assert captured(folder.format(2), DEVICE, "GetSystemDateAndTime", device_time) == datetime(
        2023, 5, 24, 21, 25, 5, tzinfo=UTC
    )
