"""Facts about sound: profiles that take it in, and recordings into whose audio tracks a job writes."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard.model.fact_values import AudioSource
from vmsguard.model.vocabulary import Layer
from vmsguard_onvif.facts_storage import recordings_of
from vmsguard_onvif.gathering import Answered, Unanswered
from vmsguard_onvif.lists import Collected
from vmsguard_onvif.media_replies import Profile
from vmsguard_onvif.namespaces import MEDIA, MEDIA2
from vmsguard_onvif.observed import Told, collect
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.recording_replies import Job, JobSource
from vmsguard_onvif.topology import CameraTopology, Topology

__all__ = ["audio_sources"]


async def audio_sources(readings: Readings, topology: Topology, channel: str) -> Told:
    """A profile with an audio source or encoder is on: a mute is lifted without a trace.

    A recording's audio track is on while a job fills it. One that lies idle holds no more than was recorded
    before, which is what purging is for.
    """
    running, stored = collect(readings), collect(readings)
    silent: set[str] = set()
    if isinstance(topology, CameraTopology):
        silent = await _profiles(readings, channel, running, stored)
    await _tracks(readings, topology, channel, silent, running, stored)
    return {Layer.RUNTIME: running.reading(), Layer.STORED: stored.reading()}


async def _profiles(readings: Readings, channel: str, running: Collected, stored: Collected) -> set[str]:
    """Adds the channel's profiles with sound; returns the tokens of all profiles without any.

    Media leaves out configurations that only Media2 can express, so each service's list counts.
    """
    known: dict[str, list[Profile]] = {}
    for service in (MEDIA, MEDIA2):
        if readings.session.services.get(service) is None:
            continue
        answer = await readings.profiles(service)
        running.take(answer)
        stored.take(answer)
        for profile in answer.value if isinstance(answer, Answered) else ():
            known.setdefault(profile.token, []).append(profile)
    for token, told in known.items():
        sources = {profile.source for profile in told if profile.source}
        if any(profile.has_audio for profile in told) and (not sources or channel in sources):
            found = [AudioSource(f"profile:{token}", "encoder", "profile", True)]
            running.add(found)
            stored.add(found)
    return {token for token, told in known.items() if not any(profile.has_audio for profile in told)}


async def _tracks(
    readings: Readings, topology: Topology, channel: str, silent: set[str], running: Collected, stored: Collected
) -> None:
    found = await recordings_of(readings, topology, channel)
    if isinstance(found, Unanswered):
        running.take(found)
        stored.take(found)
        return
    running.answered = stored.answered = True
    jobs = await readings.jobs()
    for recording in found:
        if recording.tracks is None:
            for collected in (running, stored):
                collected.gaps.append(f"recording {recording.token} does not list its tracks")
        for track in recording.audio_tracks:
            name = f"track:{recording.token}/{track}"
            if isinstance(jobs, Unanswered):
                for collected in (running, stored):
                    collected.take(jobs)
                    collected.add([AudioSource(name, "track", "", None)])
                continue
            feeding = [job for job in jobs.value if job.recording == recording.token and _feeds(job, track, silent)]
            stored.add([_track(name, [job.active for job in feeding])])
            running.add([_track(name, [await _runs(readings, job) for job in feeding])])


def _feeds(job: Job, track: str, silent: set[str]) -> bool:
    return any(
        not _is_silent(source, silent) and (not source.tracks or track in source.tracks) for source in job.sources
    )


def _is_silent(source: JobSource, silent: set[str]) -> bool:
    return source.kind != "receiver" and source.token in silent


async def _runs(readings: Readings, job: Job) -> bool | None:
    state = await readings.job_state(job.token)
    return state.value if isinstance(state, Answered) else None


def _track(name: str, states: Iterable[bool | None]) -> AudioSource:
    known = list(states)
    on = True if True in known else None if None in known else False
    return AudioSource(name, "track", "recording" if on else "", on)
