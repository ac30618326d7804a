"""What records: the state of each recording job, computed from mode, priority and source."""

from __future__ import annotations

from vmsguard.simulator.call import World
from vmsguard.simulator.device_state import Device, Job, Profile

__all__ = ["delivers", "job_state", "recording_runs"]


def delivers(profile: Profile) -> bool:
    """A profile yields pictures while it has a video source and an encoder."""
    return bool(profile.video_source and profile.video_encoder)


def job_state(device: Device, job: Job, world: World) -> str:
    """``Idle``, ``Active`` or ``Error``: mode is the wish, state is the truth (Recording Control, job state)."""
    if job.mode != "Active":
        return "Idle"
    rivals = [other for other in device.configuration.jobs if other.recording == job.recording]
    if any(other.mode == "Active" and other.priority > job.priority for other in rivals):
        return "Idle"
    if job.from_receiver:
        return _receiver_state(device, job, world)
    profile = next((found for found in device.configuration.profiles if found.token == job.source), None)
    return "Active" if profile is not None and delivers(profile) else "Error"


def _receiver_state(device: Device, job: Job, world: World) -> str:
    receiver = next((found for found in device.configuration.receivers if found.token == job.source), None)
    if receiver is None:
        return "Error"
    if receiver.mode == "NeverConnect":
        return "Idle"
    return "Active" if world.answers(receiver.media_uri) else "Error"


def recording_runs(device: Device, recording: str, world: World) -> bool:
    return any(
        job.recording == recording and job_state(device, job, world) == "Active" for job in device.configuration.jobs
    )
