"""Facts about privacy masks: which there are, and whether each covers every stream of its channel."""

from __future__ import annotations

from vmsguard.model.fact_values import PrivacyMask
from vmsguard.model.facts import Absent, Items, Known, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard_onvif.gathering import Unanswered
from vmsguard_onvif.namespaces import MEDIA2
from vmsguard_onvif.observed import Told, both, collect
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.shown_profiles import of_channel, told_profiles
from vmsguard_onvif.topology import CameraTopology, Topology

__all__ = ["privacy_masks"]

_ELSEWHERE = "masks that were drawn on the device's own pages may not show in ONVIF"


async def privacy_masks(readings: Readings, topology: Topology, channel: str) -> Told:
    """A mask belongs to a video source configuration: streams that are made of another one show what it covers.

    A device without masks in ONVIF may have them in its own pages, so that their absence is never proven.
    """
    if not isinstance(topology, CameraTopology):
        return both(Unknown(Why.NOT_READ, "a recorder does not tell which of its channels are masked"))
    answer = await readings.masks()
    if isinstance(answer, Unanswered):
        if isinstance(answer.reading, Absent):
            return both(Unknown(Why.UNSUPPORTED_UNPROVEN, f"{answer.reading.proof}; {_ELSEWHERE}"))
        return both(answer.reading)
    seen = collect(readings)
    known = of_channel(await told_profiles(readings, seen), channel)
    shown = {profile.source_configuration for told in known.values() for profile in told if profile.source}
    if not shown or (not answer.value and readings.session.fabricates):
        return both(Unknown(Why.NOT_READ, "no profile tells what the channel is shown through"))
    service = readings.session.services.get(MEDIA2)
    # Media2: with SourceMask a change of one configuration's mask is applied to all of the same source.
    follows = service is not None and service.flag("SourceMask") is True
    masks = [
        PrivacyMask(f"mask:{mask.token}", mask.enabled, _every_stream(shown, mask.configuration, follows=follows))
        for mask in answer.value
        if mask.configuration in shown
    ]
    missing = "; ".join(unread.detail for unread in seen.unknown)
    return both(Known(Items(tuple(masks), not missing, missing)))


def _every_stream(shown: set[str], configuration: str, *, follows: bool) -> bool | None:
    others = shown - {configuration}
    if follows or not others:
        return True
    return None if others == {""} else False
