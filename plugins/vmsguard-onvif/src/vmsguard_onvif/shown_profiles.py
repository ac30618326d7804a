"""The profiles of a channel as both media services tell them: each may leave out what only the other can say."""

from __future__ import annotations

from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.lists import Collected
from vmsguard_onvif.namespaces import MEDIA, MEDIA2
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies.media import Profile

__all__ = ["of_channel", "told_profiles"]


async def told_profiles(readings: Readings, *collected: Collected) -> dict[str, list[Profile]]:
    """Every profile by token, as each service that the device lists tells it; what is not told is noted."""
    known: dict[str, list[Profile]] = {}
    for service in (MEDIA, MEDIA2):
        if readings.session.services.get(service) is None:
            continue
        answer = await readings.profiles(service)
        for one in collected:
            one.take(answer)
        for profile in answer.value if isinstance(answer, Answered) else ():
            known.setdefault(profile.token, []).append(profile)
    return known


def of_channel(known: dict[str, list[Profile]], channel: str) -> dict[str, list[Profile]]:
    """Those that show the channel, and those that show no source at all, which may belong to any."""
    found = {}
    for token, told in known.items():
        sources = {profile.source for profile in told if profile.source}
        if not sources or channel in sources:
            found[token] = told
    return found
