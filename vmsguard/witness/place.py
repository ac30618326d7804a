"""Where a witness point lies: at the enrolled target, or it is not looked at."""

from __future__ import annotations

from dataclasses import dataclass

from vmsguard.model.inventory import Target
from vmsguard.model.manifest import WitnessPoint
from vmsguard.net.origin import OriginError, enrolled_origin

__all__ = ["Place", "may_log_in", "place_of"]

_RTSP_PORTS = frozenset({554, 322})
"""Of RTSP and of RTSP over TLS (IANA)."""


@dataclass(frozen=True)
class Place:
    """Where a probe connects to, and how long it may take as a whole; without an ``address`` the host is one."""

    host: str
    port: int
    deadline: float
    address: str = ""


def place_of(point: WitnessPoint, target: Target) -> Place | None:
    """The address of a point, or None when it is not on the enrolled host.

    An empty host and port 0 stand for the enrolled ones. Other ports of the host are allowed: RTSP has its own.
    """
    try:
        origin = enrolled_origin(target.url)
    except OriginError:
        return None
    host = point.host.lower().strip("[]").rstrip(".") or origin.host
    port = point.port or origin.port
    if host != origin.host or not 0 < port < 65536:
        return None
    return Place(host, port, target.limits.deadline_seconds)


def may_log_in(place: Place, target: Target) -> bool:
    """Whether an RTSP login may be answered there: at RTSP's own port, or at the one the inventory states.

    Any other port was named by the device alone. Behind one address there may be many devices, and a digest
    sent to whichever of them it likes can be cracked at leisure.
    """
    return place.port in _RTSP_PORTS or str(place.port) == target.options.get("rtsp_port", "")
