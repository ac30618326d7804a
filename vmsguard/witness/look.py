"""Goes to one witness point and comes back with a sighting; nothing a device does makes it raise."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from vmsguard.model.clock import Clock
from vmsguard.model.inventory import Target
from vmsguard.model.manifest import WitnessPoint
from vmsguard.model.vocabulary import Why
from vmsguard.net.login import Login
from vmsguard.net.names import NameRefused, Names
from vmsguard.witness.files import look_files
from vmsguard.witness.http import look_http
from vmsguard.witness.place import may_log_in, place_of
from vmsguard.witness.rtsp import look_rtsp
from vmsguard.witness.sighting import Sighting, proves_nothing
from vmsguard.witness.tcp import look_tcp

__all__ = ["look"]


async def look(
    point: WitnessPoint,
    target: Target,
    *,
    clock: Clock,
    login: Login | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    names: Names | None = None,
) -> Sighting:
    """What the point shows from here and now; bounded by the target's deadline and the point's interval.

    Points on another host than the enrolled one are not gone to, and with the ``names`` of the run's pool no
    other address than the requests went to. ``fact`` points are asked of another target through its driver,
    which is not a look.
    """
    if point.kind == "file":
        return await look_files(target.options.get("storage_path"), point.path, point.interval_seconds, sleep)
    place = place_of(point, target)
    if place is None:
        return proves_nothing("the point is not on the enrolled host; it was not gone to")
    names = Names() if names is None else names
    try:
        async with asyncio.timeout(place.deadline):
            place = replace(place, address=(await names.addresses(place.host))[0])
    except NameRefused as error:
        return proves_nothing(f"{error}; it was not gone to", Why.PROTOCOL)
    except (OSError, TimeoutError):
        return proves_nothing("the host name does not resolve", Why.UNREACHABLE)
    match point.kind:
        case "tcp":
            return await look_tcp(place)
        case "rtsp":
            return await look_rtsp(place, point.path, login if may_log_in(place, target) else None)
        case "http":
            if place_of(WitnessPoint(kind="http", proves=point.proves), target) != replace(place, address=""):
                return proves_nothing("the point is not on the enrolled port; it was not gone to")
            return await look_http(place, point.path, target, clock=clock, login=login, names=names)
    return proves_nothing("points of this kind are not looked at")
