"""Facts about metadata streams: which there are, whether they tell of the scene, and what of people."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard.model.fact_values import MetadataStream
from vmsguard.model.facts import Unknown
from vmsguard.model.vocabulary import Layer
from vmsguard_onvif.facts.filled_tracks import add_tracks
from vmsguard_onvif.facts.transmission import announces_brokers
from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.lists import Collected, opaque
from vmsguard_onvif.metadata_capability import human_attributes
from vmsguard_onvif.namespaces import EVENTS
from vmsguard_onvif.observed import Told, collect
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies.media import Metadata, Profile
from vmsguard_onvif.shown_profiles import of_channel, told_profiles
from vmsguard_onvif.topology import CameraTopology, Topology

__all__ = ["metadata_streams"]


async def metadata_streams(readings: Readings, topology: Topology, channel: str) -> Told:
    """Metadata of profiles, of brokers that take it in, and of recordings' tracks.

    A stream that carries neither analytics nor events is off. What one that is on says of people is what the
    configured modules can put into it, by the samples that the device shows; without samples nobody knows.
    """
    running, stored = collect(readings), collect(readings)
    silent: set[str] = set()
    attributes: tuple[str, ...] | None = None
    if isinstance(topology, CameraTopology):
        known = await told_profiles(readings, running, stored)
        ours = of_channel(known, channel)
        for token, told in ours.items():
            found = [profile.metadata for profile in told if profile.metadata is not None]
            if found:
                stream = _of_profile(f"profile:{token}", found, await human_attributes(readings, _analytics(told)))
                running.add([stream])
                stored.add([stream])
        attributes = await human_attributes(readings, _analytics(profile for told in ours.values() for profile in told))
        silent = {
            token
            for token, told in known.items()
            if all(profile.metadata is None or profile.metadata.describes is False for profile in told)
        }
        await _brokers(readings, attributes, running, stored)
    await add_tracks(
        readings,
        topology,
        channel,
        lambda recording: recording.metadata_tracks,
        lambda name, filled: MetadataStream(name, filled, attributes),
        silent,
        running,
        stored,
    )
    return {Layer.RUNTIME: running.reading(), Layer.STORED: stored.reading()}


def _analytics(profiles: Iterable[Profile]) -> set[str]:
    return {profile.analytics for profile in profiles}


def _of_profile(name: str, found: list[Metadata], attributes: tuple[str, ...] | None) -> MetadataStream:
    said = {metadata.describes for metadata in found}
    on = True if True in said else None if None in said else False
    # What events say shows in no sample of frames.
    if not attributes and any(metadata.events for metadata in found):
        attributes = None
    return MetadataStream(name, on, attributes)


async def _brokers(
    readings: Readings, attributes: tuple[str, ...] | None, running: Collected, stored: Collected
) -> None:
    """A broker with a metadata filter is sent the metadata of every channel, whatever profiles hold."""
    service = readings.session.services.get(EVENTS)
    if service is None or not announces_brokers(readings) or service.flag("MetadataOverMQTT") is False:
        return
    answer = await readings.event_brokers()
    if not isinstance(answer, Answered):
        if isinstance(answer.reading, Unknown):
            running.unknown.append(answer.reading)
            stored.unknown.append(answer.reading)
        return
    for broker in answer.value:
        if broker.sends_metadata:
            name = opaque("broker", broker.address)
            connected = True if broker.connected is None else broker.connected
            running.add([MetadataStream(name, connected, attributes)])
            stored.add([MetadataStream(name, True, attributes)])
