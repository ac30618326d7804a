"""Facts about live media: what can be asked for over the network, and what is multicast."""

from __future__ import annotations

from vmsguard.model.fact_values import StreamService
from vmsguard.model.facts import Unknown
from vmsguard.model.vocabulary import Layer
from vmsguard_onvif.gathering import Answered, Unanswered
from vmsguard_onvif.lists import Collected, opaque
from vmsguard_onvif.multicast_configurations import loose_auto_starts
from vmsguard_onvif.namespaces import MEDIA, MEDIA2
from vmsguard_onvif.observed import Told, collect
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies.media import Profile
from vmsguard_onvif.topology import CameraTopology, Topology

__all__ = ["stream_services"]

# Spec: a profile without a source or an encoder has neither stream nor snapshot.
_NOTHING_TO_SHOW = frozenset({"IncompleteConfiguration", "NoProfile"})
_NO_TUNNEL = _NOTHING_TO_SHOW | {"InvalidStreamSetup"}


async def stream_services(readings: Readings, topology: Topology, channel: str) -> Told:
    """RTSP of the device; snapshots, tunnels through the HTTP port and multicast of the channel's profiles; WebRTC.

    RTSP over HTTP or WebSocket has no switch of its own: no standard says that it goes with RTSP.
    """
    running, stored = collect(readings), collect(readings)
    loose: tuple[str, ...] = ()
    await _rtsp(readings, topology, channel, running)
    for profile in topology.of_channel(channel):
        await _http(readings, profile, running)
        _multicast(profile, running)
    if isinstance(topology, CameraTopology):
        await _unread_profiles(readings, running)
        loose = await loose_auto_starts(readings, ("video", "audio"), running)
    stored.answered, stored.unknown, stored.absent = running.answered, list(running.unknown), list(running.absent)
    stored.add(running.values)
    # Without a profile nothing is sent now; with the next one it is, without another word.
    running.add(StreamService(f"multicast-configuration:{token}", "multicast", False) for token in loose)
    stored.add(StreamService(f"multicast-configuration:{token}", "multicast", True) for token in loose)
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


async def _http(readings: Readings, profile: Profile, collected: Collected) -> None:
    """The profile's snapshot and its tunnels, each on while the device gives an address for it.

    Where there is a snapshot, RTSP over HTTP is not asked for besides: taking the picture out of the profile,
    which is the one way to stop a snapshot, ends both.
    """
    snapshot = await readings.snapshot_uri(profile)
    if isinstance(snapshot, Answered):
        collected.answered = True
        collected.add([StreamService(f"snapshot:{profile.token}", "snapshot", True)])
    elif isinstance(snapshot.reading, Unknown) and not _NOTHING_TO_SHOW & set(snapshot.codes):
        collected.unknown.append(snapshot.reading)
    if not profile.has_video:
        return
    media2 = readings.session.services.get(MEDIA2)
    if media2 is not None and (media2.told or {}).get("RTSPWebSocketUri", "").strip():
        collected.add([StreamService(f"websocket:{profile.token}", "http", True)])
    if isinstance(snapshot, Unanswered):
        tunnel = await readings.stream_uri(profile, over_http=True)
        if isinstance(tunnel, Answered):
            collected.add([StreamService(f"http:{profile.token}", "http", True)])
        elif isinstance(tunnel.reading, Unknown) and not _NO_TUNNEL & set(tunnel.codes):
            collected.unknown.append(tunnel.reading)


def _multicast(profile: Profile, collected: Collected) -> None:
    """The profile's own multicast; metadata alone is a push and not a stream of pictures."""
    carried = [multicast.running for multicast in profile.multicasts if multicast.carries != "metadata"]
    if carried:
        collected.answered = True
        on = True if any(carried) else None if None in carried else False
        collected.add([StreamService(f"multicast:{profile.token}", "multicast", on)])


async def _web_rtc(readings: Readings, running: Collected, stored: Collected) -> None:
    hidden = readings.gathering.hidden(MEDIA2)
    if hidden is not None:
        running.take(hidden)
        stored.take(hidden)
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
