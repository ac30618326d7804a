"""What records: the state of each recording job, computed from mode, priority and source."""

from __future__ import annotations

from vmsguard.simulator.call import World
from vmsguard.simulator.device_state import Device, Job, Profile, Receiver

__all__ = ["delivers", "job_state", "recording_runs", "running_recordings"]


def delivers(profile: Profile) -> bool:
    """A profile yields pictures while it has a video source and an encoder."""
    return bool(profile.video_source and profile.video_encoder)


def job_state(device: Device, job: Job, world: World) -> str:
    """``Idle``, ``Active`` or ``Error``: mode is the wish, state is the truth (Recording Control, job state)."""
    if not _wants(device, job):
        return "Idle"
    for other in device.configuration.jobs:
        if other.recording == job.recording and other.priority > job.priority and _wants(device, other):
            return "Idle"
    known = device.configuration.receivers if job.from_receiver else device.configuration.profiles
    return _state_of_source(next((found for found in known if found.token == job.source), None), world)


def _wants(device: Device, job: Job) -> bool:
    """It is active, its schedule (if it has one) exists and is open, and its event (if it has one) has come."""
    if job.mode != "Active" or (job.schedule and not device.schedules.get(job.schedule, False)):
        return False
    return job.triggered or not job.events


def _state_of_source(source: Profile | Receiver | None, world: World) -> str:
    if source is None:
        return "Error"
    if isinstance(source, Profile):
        return "Active" if delivers(source) else "Error"
    if source.mode == "NeverConnect":
        return "Idle"
    return "Active" if world.answers(source.media_uri) else "Error"


def recording_runs(device: Device, recording: str, world: World) -> bool:
    return any(
        job.recording == recording and job_state(device, job, world) == "Active" for job in device.configuration.jobs
    )


def running_recordings(device: Device, world: World) -> frozenset[str]:
    """The tokens of all recordings that run, in one pass: a recorder has hundreds of them."""
    have = device.configuration
    wanted = [job for job in have.jobs if _wants(device, job)]
    highest: dict[str, int] = {}
    for job in wanted:
        highest[job.recording] = max(job.priority, highest.get(job.recording, job.priority))
    sources: dict[tuple[bool, str], Profile | Receiver] = {(False, known.token): known for known in have.profiles}
    sources.update({(True, known.token): known for known in have.receivers})
    return frozenset(
        job.recording
        for job in wanted
        if job.priority == highest[job.recording]
        and _state_of_source(sources.get((job.from_receiver, job.source)), world) == "Active"
    )
