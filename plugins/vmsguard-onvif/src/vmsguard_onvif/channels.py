"""Reading a target's channels, with the addresses that let a recorder's channel be matched to a camera."""

from __future__ import annotations

from collections.abc import AsyncIterator

from vmsguard.errors import DeviceFault, DriverError, NotSupported
from vmsguard.model.facts import Unknown
from vmsguard.model.manifest import Channel
from vmsguard.model.vocabulary import Role
from vmsguard_onvif.addresses import StreamAddress, stream_address
from vmsguard_onvif.gathering import Answered, Unanswered
from vmsguard_onvif.namespaces import MEDIA, MEDIA2, THERMAL
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.topology import CameraTopology, RecorderTopology, Topology

__all__ = ["describe", "not_listed", "read_topology", "stream_of"]


async def read_topology(readings: Readings, role: Role) -> Topology | Unanswered:
    """The target's channels, or why they could not be told."""
    return await (_recorder(readings) if role is Role.RECORDER else _camera(readings))


async def _camera(readings: Readings) -> CameraTopology | Unanswered:
    listed = await readings.video_sources()
    answers = [await readings.profiles(service) for service in (MEDIA, MEDIA2)]
    profiles = [profile for answer in answers if isinstance(answer, Answered) for profile in answer.value]
    sources = listed.value if isinstance(listed, Answered) else ()
    if not sources and not profiles:
        failed = [answer for answer in (listed, *answers) if isinstance(answer, Unanswered)]
        unknown = [answer for answer in failed if isinstance(answer.reading, Unknown)]
        if failed:
            return (unknown or failed)[0]
    return CameraTopology.of(sources, profiles)


async def _recorder(readings: Readings) -> RecorderTopology | Unanswered:
    recordings = await readings.recordings()
    if isinstance(recordings, Unanswered):
        return recordings
    jobs, receivers = await readings.jobs(), await readings.receivers()
    if isinstance(jobs, Unanswered):
        # Without the jobs nobody can say which receiver feeds which recording.
        return jobs
    return RecorderTopology.of(
        recordings.value,
        jobs.value,
        receivers.value if isinstance(receivers, Answered) else (),
    )


async def stream_of(readings: Readings, topology: Topology, channel: str) -> StreamAddress | None:
    """Where the channel's first video profile streams from, as the device says; None if it does not."""
    for profile in topology.of_channel(channel):
        if profile.has_video:
            answer = await readings.stream_uri(profile)
            return stream_address(answer.value) if isinstance(answer, Answered) else None
    return None


async def describe(readings: Readings, topology: Topology, serial: str) -> AsyncIterator[Channel]:
    """The channels with their sources. A camera's host is the enrolled one: its own word may be stale."""
    if isinstance(topology, RecorderTopology):
        for channel in topology.channels:
            receiver = topology.receiver_of.get(channel)
            source = None if receiver is None else stream_address(receiver.uri)
            yield _channel(channel, source, source.host if source else "")
        return
    thermal: Answered[tuple[str, ...]] | Unanswered | None = None
    if readings.session.services.get(THERMAL) is not None:
        thermal = await readings.thermal_sources()
    for channel in topology.channels:
        source = await stream_of(readings, topology, channel)
        yield _channel(
            channel,
            source,
            readings.session.host,
            serial=serial,
            thermal=channel in thermal.value if isinstance(thermal, Answered) and thermal.value else None,
        )


def _channel(
    channel: str, source: StreamAddress | None, host: str, *, serial: str = "", thermal: bool | None = None
) -> Channel:
    return Channel(
        id=channel,
        source_host=host,
        source_port=source.port if source else 0,
        source_path=source.path if source else "",
        serial=serial,
        thermal=thermal,
    )


def not_listed(target: str, answer: Unanswered) -> DriverError:
    """The error for a target whose channels could not be told."""
    reading = answer.reading
    if isinstance(reading, Unknown):
        return DeviceFault(target, "channels", reading.detail)
    return NotSupported(target, "channels", reading.proof)
