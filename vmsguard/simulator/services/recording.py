"""The Recording Control service: recordings, tracks, and the jobs that fill them."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, Service, schema
from vmsguard.simulator.device_state import Device, Job, Recording
from vmsguard.simulator.faults import invalid_argument, invalid_arguments, not_supported
from vmsguard.simulator.footage import advance, empty_track
from vmsguard.simulator.iso_duration import duration, seconds
from vmsguard.simulator.job_state import job_state
from vmsguard.simulator.soap import boolean, element, text

__all__ = ["SERVICE", "find_recording", "recording_source"]

_LONGEST: Final = 100 * 365 * 86400
"""Seconds of retention it takes at most: a century."""
_PROFILE: Final = "http://www.onvif.org/ver10/schema/Profile"
_RECEIVER: Final = "http://www.onvif.org/ver10/schema/Receiver"


def find_recording(call: Call, token: str) -> Recording:
    for recording in call.device.configuration.recordings:
        if recording.token == token:
            return recording
    raise invalid_argument("NoRecording")


def _find_job(call: Call, token: str) -> Job:
    for job in call.device.configuration.jobs:
        if job.token == token:
            return job
    raise invalid_argument("NoRecordingJob")


def recording_source(tag: str, recording: Recording) -> str:
    return (
        f"<{tag}>{element('tt:SourceId', recording.source_id)}{element('tt:Name', recording.source_name)}"
        f"<tt:Location/><tt:Description/>{element('tt:Address', recording.address)}</{tag}>"
    )


def _configuration(tag: str, recording: Recording) -> str:
    target = ""
    if recording.target_storage:
        target = (
            f"<tt:Target>{element('tt:Storage', recording.target_storage)}<tt:Format>CMAF</tt:Format>"
            "<tt:SegmentDuration>PT10S</tt:SegmentDuration></tt:Target>"
        )
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


def _source_token(job: Job) -> str:
    kind = _RECEIVER if job.from_receiver else _PROFILE
    return f'<tt:SourceToken Type="{kind}">{element("tt:Token", job.source)}</tt:SourceToken>'


def _jobs(call: Call) -> str:
    told = []
    for job in call.device.configuration.jobs:
        tracks = "".join(
            f"<tt:Tracks>{element('tt:SourceTag', track.type)}{element('tt:Destination', track.token)}</tt:Tracks>"
            for track in job.tracks
        )
        told.append(
            f"<trc:JobItem>{element('tt:JobToken', job.token)}<tt:JobConfiguration>"
            f"{element('tt:RecordingToken', job.recording)}{element('tt:Mode', job.mode)}"
            f"<tt:Priority>{job.priority}</tt:Priority><tt:Source>{_source_token(job)}"
            f"<tt:AutoCreateReceiver>false</tt:AutoCreateReceiver>{tracks}</tt:Source>"
            "</tt:JobConfiguration></trc:JobItem>"
        )
    return "".join(told)


def _job_state(call: Call) -> str:
    job = _find_job(call, call.arguments.text("JobToken"))
    state = job_state(call.device, job, call.world)
    tracks = "".join(
        f"<tt:Track>{element('tt:SourceTag', track.type)}{element('tt:Destination', track.token)}"
        f"{element('tt:State', state)}</tt:Track>"
        for track in job.tracks
    )
    return (
        f"<trc:State>{element('tt:RecordingToken', job.recording)}{element('tt:State', state)}"
        f"<tt:Sources>{_source_token(job)}{element('tt:State', state)}<tt:Tracks>{tracks}</tt:Tracks></tt:Sources>"
        "</trc:State>"
    )


def _set_job_mode(call: Call) -> str:
    job = _find_job(call, call.arguments.text("JobToken"))
    mode = call.arguments.text("Mode")
    if mode not in ("Idle", "Active"):
        raise invalid_argument("BadMode")
    job.mode = mode
    return ""


def _delete_job(call: Call) -> str:
    call.device.configuration.jobs.remove(_find_job(call, call.arguments.text("JobToken")))
    return ""


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
    recording.target_storage = targets[0].text(schema("Storage")) if targets else ""
    return ""


def _delete_track(call: Call) -> str:
    if not call.device.dynamic_tracks:
        raise not_supported()
    recording = find_recording(call, call.arguments.text("RecordingToken"))
    track = call.arguments.text("TrackToken")
    if all(known.token != track for known in recording.tracks):
        raise invalid_argument("NoTrack")
    empty_track(call.device, recording, track, call.world)
    return ""


def _delete_recording(call: Call) -> str:
    """Takes its tracks, its jobs and the receivers that only they used with it."""
    if not call.device.dynamic_recordings:
        raise not_supported()
    recording = find_recording(call, call.arguments.text("RecordingToken"))
    for track in list(recording.tracks):
        empty_track(call.device, recording, track.token, call.world)
    have = call.device.configuration
    gone = [job for job in have.jobs if job.recording == recording.token]
    have.jobs = [job for job in have.jobs if job not in gone]
    used = {job.source for job in have.jobs if job.from_receiver}
    freed = {job.source for job in gone if job.from_receiver} - used
    have.receivers = [receiver for receiver in have.receivers if receiver.token not in freed]
    have.recordings.remove(recording)
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
    return (
        f'<trc:Capabilities DynamicRecordings="{boolean(device.dynamic_recordings)}" '
        f'DynamicTracks="{boolean(device.dynamic_tracks)}" Encoding="H264" MaxRate="16384" MaxTotalRate="65536" '
        f'MaxRecordings="{max(len(have.recordings), 1)}" MaxRecordingJobs="{max(len(have.jobs), 1)}" Options="true"/>'
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
        "GetRecordingJobs": Operation(_jobs, Access.READ_MEDIA),
        "GetRecordingJobState": Operation(_job_state, Access.READ_MEDIA),
        "SetRecordingJobMode": Operation(_set_job_mode, Access.ACTUATE, writes=True),
        "DeleteRecordingJob": Operation(_delete_job, Access.ACTUATE, writes=True),
    },
)
