"""Facts about sound: profiles that take it in, and recordings into whose audio tracks a job writes."""

from __future__ import annotations

from vmsguard.model.fact_values import AudioSource
from vmsguard.model.vocabulary import Layer
from vmsguard_onvif.facts.filled_tracks import add_tracks
from vmsguard_onvif.observed import Told, collect
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.shown_profiles import of_channel, told_profiles
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
        known = await told_profiles(readings, running, stored)
        heard = {token for token, told in known.items() if any(profile.has_audio for profile in told)}
        silent = set(known) - heard
        found = [
            AudioSource(f"profile:{token}", "encoder", "profile", True)
            for token in of_channel(known, channel)
            if token in heard
        ]
        running.add(found)
        stored.add(found)
    await add_tracks(
        readings, topology, channel, lambda recording: recording.audio_tracks, _track, silent, running, stored
    )
    return {Layer.RUNTIME: running.reading(), Layer.STORED: stored.reading()}


def _track(name: str, filled: bool | None) -> AudioSource:
    return AudioSource(name, "track", "recording" if filled else "", filled)
