"""Configurations that are set to be multicast by themselves although no profile holds them."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.lists import Collected
from vmsguard_onvif.namespaces import MEDIA, MEDIA2
from vmsguard_onvif.readings import Readings

__all__ = ["loose_auto_starts", "of_service"]


async def loose_auto_starts(readings: Readings, kinds: Iterable[str], *collected: Collected) -> tuple[str, ...]:
    """``kind/token`` of those with AutoStart that no profile was seen to hold.

    They are sent as soon as a profile takes them in, and GetProfiles does not show them.
    """
    service = of_service(readings)
    if service is None:
        return ()
    held: set[str] = set()
    for known in (MEDIA, MEDIA2):
        answer = await readings.profiles(known)
        if isinstance(answer, Answered):
            held.update(multicast.configuration for profile in answer.value for multicast in profile.multicasts)
    found: list[str] = []
    for kind in kinds:
        answered = await readings.multicasts(service, kind)
        if isinstance(answered, Answered):
            found += [
                f"{kind}/{multicast.configuration}"
                for multicast in answered.value
                if multicast.running and multicast.configuration not in held
            ]
            continue
        for one in collected:
            one.take(answered)
    return tuple(found)


def of_service(readings: Readings) -> str | None:
    """The media service that is asked; None where neither is listed, or multicast is ruled out by capabilities."""
    for name in (MEDIA2, MEDIA):
        service = readings.session.services.get(name)
        if service is not None:
            ruled_out = service.flag("RTPMulticast") is False and not service.flag("AutoStartMulticast")
            return None if ruled_out else name
    return None
