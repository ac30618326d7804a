"""Facts about sending: media services, pushes and cloud links."""

from __future__ import annotations

from vmsguard.model.fact_values import CloudLink, PushDestination, StreamService
from vmsguard.model.facts import Items, Known, Unknown
from vmsguard.model.vocabulary import Layer
from vmsguard_onvif.gathering import Answered, Unanswered
from vmsguard_onvif.lists import Collected, opaque
from vmsguard_onvif.media_replies import Profile
from vmsguard_onvif.namespaces import EVENTS, MEDIA, MEDIA2
from vmsguard_onvif.observed import Told, WholeView, collect
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.topology import CameraTopology, Topology

__all__ = ["cloud_links", "push_destinations", "stream_services"]

# Spec: a profile without a source or an encoder has neither stream nor snapshot.
_NOTHING_TO_SHOW = frozenset({"IncompleteConfiguration", "NoProfile"})
_NOT_PUSHES = "e-mail, FTP and HTTP uploads and vendor notifications are not in ONVIF"
_NOT_LINKS = "vendor clouds and peer-to-peer services are not in ONVIF"


async def stream_services(readings: Readings, topology: Topology, channel: str) -> Told:
    """RTSP of the device; snapshots and multicast of the channel's profiles; WebRTC.

    RTSP over HTTP or WebSocket has no switch of its own in ONVIF: it goes with RTSP.
    """
    running, stored = collect(readings), collect(readings)
    await _rtsp(readings, topology, channel, running)
    for profile in topology.of_channel(channel):
        await _snapshot(readings, profile, running)
        _multicast(profile, running)
    if isinstance(topology, CameraTopology):
        await _unread_profiles(readings, running)
    stored.answered, stored.unknown, stored.absent = running.answered, list(running.unknown), list(running.absent)
    stored.add(running.values)
    await _web_rtc(readings, running, stored)
    return {Layer.RUNTIME: running.reading(), Layer.STORED: stored.reading()}


async def _unread_profiles(readings: Readings, collected: Collected) -> None:
    """Profiles that one of the media services did not show may stream what the other's do not."""
    for service in (MEDIA, MEDIA2):
        answer = await readings.profiles(service)
        if readings.session.services.get(service) is not None and isinstance(answer, Unanswered):
            collected.take(answer)


async def _rtsp(readings: Readings, topology: Topology, channel: str, collected: Collected) -> None:
    answer = await readings.protocols()
    if collected.take(answer) and isinstance(answer, Answered):
        found = [protocol for protocol in answer.value if protocol.name.upper() == "RTSP"]
        collected.add([StreamService("rtsp", "rtsp", any(protocol.enabled for protocol in found))] if found else [])
        return
    # The device hands out addresses but shows no switch: there is RTSP, and nobody says whether it is on.
    if any(profile.has_video for profile in topology.of_channel(channel)):
        collected.add([StreamService("rtsp", "rtsp", None)])


async def _snapshot(readings: Readings, profile: Profile, collected: Collected) -> None:
    answer = await readings.snapshot_uri(profile)
    if isinstance(answer, Answered):
        collected.answered = True
        collected.add([StreamService(f"snapshot:{profile.token}", "snapshot", True)])
    elif isinstance(answer.reading, Unknown) and not _NOTHING_TO_SHOW & set(answer.codes):
        collected.unknown.append(answer.reading)


def _multicast(profile: Profile, collected: Collected) -> None:
    """The profile's own multicast; metadata alone is a push and not a stream of pictures."""
    carried = [multicast.running for multicast in profile.multicasts if multicast.carries != "metadata"]
    if carried:
        collected.answered = True
        on = True if any(carried) else None if None in carried else False
        collected.add([StreamService(f"multicast:{profile.token}", "multicast", on)])


async def _web_rtc(readings: Readings, running: Collected, stored: Collected) -> None:
    service = readings.session.services.get(MEDIA2)
    if service is None or (service.told is not None and not service.count("WebRTC")):
        return
    answer = await readings.web_rtc()
    if not isinstance(answer, Answered):
        if isinstance(answer.reading, Unknown):
            running.unknown.append(answer.reading)
            stored.unknown.append(answer.reading)
        return
    for entry in answer.value:
        name = opaque("webrtc", entry.server)
        connected = entry.connected if entry.connected is not None else entry.enabled
        running.add([StreamService(name, "webrtc", connected, encrypted=True)])
        stored.add([StreamService(name, "webrtc", entry.enabled, encrypted=True)])


async def push_destinations(view: WholeView) -> Told:
    """Event brokers, uploads of recordings, multicast metadata; never complete."""
    readings = view.readings
    running, stored = collect(readings), collect(readings)
    await _brokers(view, running, stored)
    recordings = await readings.recordings()
    if isinstance(recordings, Answered):
        uploads = [
            PushDestination(f"upload:{recording.token}", "upload", True)
            for recording in recordings.value
            if recording.uploads
        ]
        running.add(uploads)
        stored.add(uploads)
    elif isinstance(recordings.reading, Unknown):
        running.gaps.append(recordings.reading.detail)
        stored.gaps.append(recordings.reading.detail)
    metadata = await _metadata_pushes(readings)
    running.add(metadata)
    stored.add(metadata)
    return {Layer.RUNTIME: _incomplete(running, _NOT_PUSHES), Layer.STORED: _incomplete(stored, _NOT_PUSHES)}


async def _brokers(view: WholeView, running: Collected, stored: Collected) -> None:
    """An announced broker list only: with ``MaxEventBrokers`` missing or zero the operation does not exist."""
    service = view.session.services.get(EVENTS)
    if service is None or not service.count("MaxEventBrokers"):
        return
    answer = await view.readings.event_brokers()
    if isinstance(answer, Unanswered):
        if isinstance(answer.reading, Unknown):
            running.gaps.append(answer.reading.detail)
            stored.gaps.append(answer.reading.detail)
        return
    for broker in answer.value:
        name = opaque("broker", broker.address)
        # A broker that is offline sends as soon as it is back; only one never connected may be idle.
        running.add([PushDestination(name, "mqtt", True if broker.connected is None else broker.connected)])
        stored.add([PushDestination(name, "mqtt", True)])


async def _metadata_pushes(readings: Readings) -> list[PushDestination]:
    found: dict[str, PushDestination] = {}
    for service in (MEDIA, MEDIA2):
        answer = await readings.profiles(service)
        for profile in answer.value if isinstance(answer, Answered) else ():
            for multicast in profile.multicasts:
                if multicast.carries == "metadata":
                    name = f"multicast-metadata:{profile.token}"
                    found[name] = PushDestination(name, "multicast-metadata", multicast.running)
    return list(found.values())


async def cloud_links(view: WholeView) -> Told:
    """Uplinks; never complete. An uplink that is configured connects by itself, so stored is "on"."""
    answer = await view.readings.uplinks()
    running, stored = collect(view.readings), collect(view.readings)
    if isinstance(answer, Answered):
        for uplink in answer.value:
            name = opaque("uplink", uplink.address)
            running.add([CloudLink(name, "uplink", uplink.connected)])
            stored.add([CloudLink(name, "uplink", True)])
    elif isinstance(answer.reading, Unknown):
        running.gaps.append(answer.reading.detail)
        stored.gaps.append(answer.reading.detail)
    return {Layer.RUNTIME: _incomplete(running, _NOT_LINKS), Layer.STORED: _incomplete(stored, _NOT_LINKS)}


def _incomplete(collected: Collected, missing: str) -> Known:
    """A list that ONVIF cannot complete whatever a device answers."""
    gaps = [*collected.gaps, *(unknown.detail for unknown in collected.unknown), missing]
    return Known(Items(tuple(collected.values), complete=False, missing="; ".join(dict.fromkeys(gaps))))
