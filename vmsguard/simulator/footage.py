"""Footage as a function of the clock: it grows while a job records, and retention eats it from behind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from vmsguard.simulator.call import World
from vmsguard.simulator.device_state import Device, Footage, Job, Recording, Track
from vmsguard.simulator.job_state import recording_runs, running_recordings
from vmsguard.simulator.soap import instant

__all__ = [
    "DELETED_DATA",
    "advance",
    "advance_recording",
    "announce_deletion",
    "delete_recording",
    "delete_track",
    "footage_key",
    "recording_span",
]

DELETED_DATA: Final = "tns1:RecordingConfig/DeleteTrackData"


def footage_key(recording: str, track: str) -> str:
    return f"{recording}/{track}"


def advance(device: Device, world: World) -> None:
    """Bring footage up to now.

    Called before and after every change, so that what a job did is never lost, and by whoever reads footage;
    what else is asked of a device does not pay for it.
    """
    now = world.now()
    _end_exports(device, world)
    running = running_recordings(device, world)
    jobs: dict[str, list[Job]] = {}
    for job in device.configuration.jobs:
        jobs.setdefault(job.recording, []).append(job)
    for recording in device.configuration.recordings:
        if recording.token in running:
            _record(device, recording, jobs[recording.token], now)
        _expire(device, recording, now, world)


def advance_recording(device: Device, recording: Recording, world: World) -> None:
    """Bring the footage of one recording up to now, for a request that reads no other."""
    now = world.now()
    _end_exports(device, world)
    if recording_runs(device, recording.token, world):
        jobs = [job for job in device.configuration.jobs if job.recording == recording.token]
        _record(device, recording, jobs, now)
    _expire(device, recording, now, world)


def _record(device: Device, recording: Recording, jobs: Sequence[Job], now: datetime) -> None:
    """``jobs`` are those of the recording: an active one makes its tracks where they are missing."""
    present = {track.token for track in recording.tracks}
    for job in jobs:
        if job.mode == "Active":
            recording.tracks.extend(Track(t.token, t.type) for t in job.tracks if t.token not in present)
            present.update(track.token for track in job.tracks)
    for track in recording.tracks:
        data = device.footage.setdefault(footage_key(recording.token, track.token), Footage())
        if data.start is None:
            data.start = now
        data.end = now


def _expire(device: Device, recording: Recording, now: datetime, world: World) -> None:
    if not recording.retention_seconds:
        return
    oldest = now - timedelta(seconds=recording.retention_seconds)
    for track in recording.tracks:
        data = device.footage.get(footage_key(recording.token, track.token))
        if data is None or data.start is None or data.end is None or data.start >= oldest:
            continue
        announce_deletion(device, recording.token, track.token, data.start, min(data.end, oldest), world)
        if data.end < oldest:
            data.start = data.end = None
        else:
            data.start = oldest


def _end_exports(device: Device, world: World) -> None:
    """An export that is over lets go of what was to be deleted meanwhile."""
    if not device.exports and not device.awaiting:
        return
    now = world.now()
    device.exports = [export for export in device.exports if export.ends > now]
    waiting, device.awaiting = device.awaiting, []
    present = {recording.token: recording for recording in device.configuration.recordings}
    for entry in waiting:
        name, _, track = entry.partition("/")
        recording = present.get(name)
        if recording is not None:
            if track:
                delete_track(device, recording, track, world)
            else:
                delete_recording(device, recording, world)


def _exported(device: Device, recording: Recording, world: World) -> bool:
    now = world.now()
    return any(export.ends > now and recording.token in export.recordings for export in device.exports)


def delete_track(device: Device, recording: Recording, track: str, world: World) -> None:
    """Delete a track with its data, or note that it goes when the export that reads it is over (Recording Control)."""
    if _exported(device, recording, world):
        device.awaiting.append(footage_key(recording.token, track))
    else:
        _empty_track(device, recording, track, world)


def delete_recording(device: Device, recording: Recording, world: World) -> None:
    """Takes its tracks, its jobs and the receivers that only they used with it; waits for an export as a track does."""
    if _exported(device, recording, world):
        device.awaiting.append(recording.token)
        return
    for track in list(recording.tracks):
        _empty_track(device, recording, track.token, world)
    have = device.configuration
    gone = [job for job in have.jobs if job.recording == recording.token]
    have.jobs = [job for job in have.jobs if job not in gone]
    used = {job.source for job in have.jobs if job.from_receiver}
    freed = {job.source for job in gone if job.from_receiver} - used
    have.receivers = [receiver for receiver in have.receivers if receiver.token not in freed]
    have.recordings.remove(recording)


def announce_deletion(
    device: Device, recording: str, track: str, start: datetime, until: datetime, world: World
) -> None:
    """Whenever data are deleted, the device says so (Recording Control, data deletion)."""
    offset = timedelta(seconds=device.clock_offset)
    source = {"RecordingToken": recording, "TrackToken": track}
    told = {"StartTime": instant(start + offset), "EndTime": instant(until + offset)}
    world.announce(device, DELETED_DATA, source, told)


def _empty_track(device: Device, recording: Recording, track: str, world: World) -> None:
    """A job that still records into it makes it anew, from now on."""
    data = device.footage.setdefault(footage_key(recording.token, track), Footage())
    if data.start is not None and data.end is not None:
        announce_deletion(device, recording.token, track, data.start, data.end, world)
    data.empty()
    recording.tracks = [kept for kept in recording.tracks if kept.token != track]
    world.discard_segments(device, recording.token)


def recording_span(device: Device, recording: Recording) -> tuple[datetime, datetime] | None:
    """From the oldest to the newest data of a recording; None when it holds none."""
    spans = [
        (data.start, data.end)
        for track in recording.tracks
        if (data := device.footage.get(footage_key(recording.token, track.token))) is not None
        and data.start is not None
        and data.end is not None
    ]
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None
