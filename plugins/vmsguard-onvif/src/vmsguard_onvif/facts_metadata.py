"""Facts about metadata streams: which there are, and whether they tell of the scene; ONVIF lists no attributes."""

from __future__ import annotations

from vmsguard.model.fact_values import MetadataStream
from vmsguard.model.vocabulary import Layer
from vmsguard_onvif.filled_tracks import add_tracks
from vmsguard_onvif.observed import Told, collect
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.shown_profiles import of_channel, told_profiles
from vmsguard_onvif.topology import CameraTopology, Topology

__all__ = ["metadata_streams"]


async def metadata_streams(readings: Readings, topology: Topology, channel: str) -> Told:
    """A stream that carries neither analytics nor events is off.

    What one that is on says of people shows in no setting of ONVIF, and is unknown.
    """
    running, stored = collect(readings), collect(readings)
    silent: set[str] = set()
    if isinstance(topology, CameraTopology):
        known = await told_profiles(readings, running, stored)
        states: dict[str, list[bool | None]] = {}
        for token, told in of_channel(known, channel).items():
            for profile in told:
                if profile.metadata is not None:
                    states.setdefault(f"profile:{token}", []).append(profile.metadata.describes)
        found = [MetadataStream(name, _any(said), None) for name, said in states.items()]
        running.add(found)
        stored.add(found)
        silent = {
            token
            for token, told in known.items()
            if all(profile.metadata is None or profile.metadata.describes is False for profile in told)
        }
    await add_tracks(
        readings, topology, channel, lambda recording: recording.metadata_tracks, _track, silent, running, stored
    )
    return {Layer.RUNTIME: running.reading(), Layer.STORED: stored.reading()}


def _any(said: list[bool | None]) -> bool | None:
    return True if True in said else None if None in said else False


def _track(name: str, filled: bool | None) -> MetadataStream:
    return MetadataStream(name, filled, None)
