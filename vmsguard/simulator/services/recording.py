"""The Recording Control service: recordings, tracks, and the jobs that fill them."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Arguments, Call, Operation, Service, schema
from vmsguard.simulator.device_state import Device, Recording
from vmsguard.simulator.faults import invalid_argument, invalid_arguments, not_supported
from vmsguard.simulator.footage import advance, delete_recording, delete_track
from vmsguard.simulator.iso_duration import duration, seconds
from vmsguard.simulator.services import recording_exports, recording_jobs
from vmsguard.simulator.soap import boolean, element, text

__all__ = ["SERVICE", "find_recording", "recording_source"]

_LONGEST: Final = 100 * 365 * 86400
"""Seconds of retention it takes at most: a century."""
_STRATEGIES: Final = ("", "External", "Local", "Both")


def find_recording(call: Call, token: str) -> Recording:
    for recording in call.device.configuration.recordings:
        if recording.token == token:
            return recording
    raise invalid_argument("NoRecording")


def recording_source(tag: str, recording: Recording) -> str:
    return (
        f"<{tag}>{element('tt:SourceId', recording.source_id)}{element('tt:Name', recording.source_name)}"
        f"<tt:Location/><tt:Description/>{element('tt:Address', recording.address)}</{tag}>"
    )


def _target(recording: Recording) -> str:
    prefix = element("tt:Prefix", recording.target_prefix) if recording.target_prefix else ""
    strategy = element("tt:StorageStrategy", recording.target_strategy) if recording.target_strategy else ""
    return (
        f"<tt:Target>{element('tt:Storage', recording.target_storage)}{element('tt:Format', recording.target_format)}"
        f"{prefix}{element('tt:SegmentDuration', recording.target_segment)}{strategy}</tt:Target>"
    )


def _configuration(tag: str, recording: Recording) -> str:
    target = ""
    if recording.target_storage:
        target = _target(recording)
    return (
        f"<{tag}>{recording_source('tt:Source', recording)}{element('tt:Content', recording.content)}"
        f"{element('tt:MaximumRetentionTime', duration(recording.retention_seconds))}{target}</{tag}>"
    )


def _recordings(call: Call) -> str:
    advance(call.device, call.world)
    told = []
    for recording in call.device.configuration.recordings:
        tracks = "".join(
            f"<tt:Track>{element('tt:TrackToken', track.token)}<tt:Configuration>"
            f"{element('tt:TrackType', track.type)}<tt:Description/></tt:Configuration></tt:Track>"
            for track in recording.tracks
        )
        told.append(
            f"<trc:RecordingItem>{element('tt:RecordingToken', recording.token)}"
            f"{_configuration('tt:Configuration', recording)}<tt:Tracks>{tracks}</tt:Tracks></trc:RecordingItem>"
        )
    return "".join(told)


def _get_configuration(call: Call) -> str:
    return _configuration("trc:RecordingConfiguration", find_recording(call, call.arguments.text("RecordingToken")))


def _set_configuration(call: Call) -> str:
    recording = find_recording(call, call.arguments.text("RecordingToken"))
    asked = call.arguments.child("RecordingConfiguration")
    source = asked.child(schema("Source"))
    retention = seconds(asked.text(schema("MaximumRetentionTime")))
    if retention is None:
        raise invalid_arguments("MaximumRetentionTime is not a duration")
    if retention > _LONGEST:
        raise invalid_argument("BadConfiguration")
    recording.retention_seconds = retention
    recording.content = asked.text(schema("Content"))
    recording.source_id = source.text(schema("SourceId"))
    recording.source_name = source.text(schema("Name"))
    recording.address = source.text(schema("Address"))
    targets = asked.children(schema("Target"))
    if targets:
        _set_target(recording, targets[0])
    else:
        recording.target_storage = ""
    return ""


def _set_target(recording: Recording, asked: Arguments) -> None:
    strategy = asked.optional(schema("StorageStrategy"))
    if strategy not in _STRATEGIES:
        raise invalid_argument("BadConfiguration")
    recording.target_storage = asked.text(schema("Storage"))
    recording.target_format = asked.text(schema("Format"))
    recording.target_prefix = asked.optional(schema("Prefix"))
    recording.target_segment = asked.text(schema("SegmentDuration"))
    recording.target_strategy = strategy


def _delete_track(call: Call) -> str:
    if not call.device.dynamic_tracks:
        raise not_supported()
    recording = find_recording(call, call.arguments.text("RecordingToken"))
    track = call.arguments.text("TrackToken")
    if all(known.token != track for known in recording.tracks):
        raise invalid_argument("NoTrack")
    delete_track(call.device, recording, track, call.world)
    return ""


def _delete_recording(call: Call) -> str:
    if not call.device.dynamic_recordings:
        raise not_supported()
    recording = find_recording(call, call.arguments.text("RecordingToken"))
    delete_recording(call.device, recording, call.world)
    return ""


def _options(call: Call) -> str:
    find_recording(call, call.arguments.text("RecordingToken"))
    sources = [profile.token for profile in call.device.configuration.profiles]
    compatible = f' CompatibleSources="{text(" ".join(sources))}"' if sources else ""
    spare = 1 if call.device.dynamic_tracks else 0
    return (
        f'<trc:Options><trc:Job Spare="1"{compatible}/><trc:Track SpareTotal="{spare}" SpareVideo="{spare}" '
        'SpareAudio="0" SpareMetadata="0"/></trc:Options>'
    )


def _capabilities(device: Device) -> str:
    have = device.configuration
    exports = ' SupportedExportFileFormats="ONVIF" SegmentExport="true"' if "exports" in device.features else ""
    targets = ' SupportedTargetFormats="CMAF MP4"' if "storages" in device.features else ""
    return (
        f'<trc:Capabilities DynamicRecordings="{boolean(device.dynamic_recordings)}" '
        f'DynamicTracks="{boolean(device.dynamic_tracks)}" Encoding="H264" MaxRate="16384" MaxTotalRate="65536" '
        f'MaxRecordings="{max(len(have.recordings), 1)}" MaxRecordingJobs="{max(len(have.jobs), 1)}" Options="true"'
        f"{exports}{targets}/>"
    )


SERVICE: Final = Service(
    name="recording",
    prefix="trc",
    path="recording_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={
        "GetRecordings": Operation(_recordings, Access.READ_MEDIA),
        "GetRecordingOptions": Operation(_options, Access.READ_MEDIA),
        "GetRecordingConfiguration": Operation(_get_configuration, Access.READ_MEDIA),
        "SetRecordingConfiguration": Operation(_set_configuration, Access.ACTUATE, writes=True),
        "DeleteRecording": Operation(_delete_recording, Access.ACTUATE, writes=True),
        "DeleteTrack": Operation(_delete_track, Access.ACTUATE, writes=True),
        **recording_jobs.OPERATIONS,
        **recording_exports.OPERATIONS,
    },
)
