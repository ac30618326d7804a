"""Whether a channel's view can be moved: by the PTZ service, and the profiles that hold a PTZ configuration."""

from __future__ import annotations

from vmsguard.model.facts import Known, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard_onvif.namespaces import PTZ
from vmsguard_onvif.observed import Told, collect, runtime
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.shown_profiles import of_channel, told_profiles
from vmsguard_onvif.topology import CameraTopology, Topology

__all__ = ["ptz_movable"]


async def ptz_movable(readings: Readings, topology: Topology, channel: str) -> Told:
    """A device without a PTZ service says so in its list of services."""
    if not isinstance(topology, CameraTopology):
        return runtime(Unknown(Why.NOT_READ, "a recorder does not tell which of its channels can be moved"))
    refused = readings.gathering.refused(PTZ)
    if refused is not None:
        return runtime(refused.reading)
    seen = collect(readings)
    known = await told_profiles(readings, seen)
    if any(profile.moves for told in of_channel(known, channel).values() for profile in told):
        return runtime(Known(True))
    if seen.unknown or seen.absent or not seen.answered:
        unread = seen.unknown or [Unknown(Why.NOT_READ, "no media service lists profiles")]
        return runtime(unread[0])
    if readings.session.fabricates:
        return runtime(Unknown(Why.FABRICATED, "a device that answers operations that cannot exist"))
    return runtime(Known(False))
