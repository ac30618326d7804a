"""Facts about what a device sends by itself: pushes and cloud links."""

from __future__ import annotations

from vmsguard.model.fact_values import CloudLink, PushDestination
from vmsguard.model.facts import Items, Known, Unknown
from vmsguard.model.vocabulary import Layer
from vmsguard_onvif.gathering import Answered, Unanswered
from vmsguard_onvif.lists import Collected, opaque
from vmsguard_onvif.multicast_configurations import loose_auto_starts
from vmsguard_onvif.namespaces import EVENTS, MEDIA, MEDIA2
from vmsguard_onvif.observed import Told, WholeView, collect
from vmsguard_onvif.readings import Readings

__all__ = ["announces_brokers", "cloud_links", "push_destinations"]

_NOT_PUSHES = "e-mail, FTP and HTTP uploads and vendor notifications are not in ONVIF"
_NOT_LINKS = "vendor clouds and peer-to-peer services are not in ONVIF"


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
    for token in await loose_auto_starts(readings, ("metadata",), running, stored):
        # Without a profile nothing is sent now; with the next one it is, without another word.
        name = f"multicast-configuration:{token}"
        running.add([PushDestination(name, "multicast-metadata", False)])
        stored.add([PushDestination(name, "multicast-metadata", True)])
    return {Layer.RUNTIME: _incomplete(running, _NOT_PUSHES), Layer.STORED: _incomplete(stored, _NOT_PUSHES)}


def announces_brokers(readings: Readings) -> bool:
    """With ``MaxEventBrokers`` missing or zero there are none; without any capabilities nobody said so."""
    service = readings.session.services.get(EVENTS)
    return service is not None and (service.told is None or bool(service.count("MaxEventBrokers")))


async def _brokers(view: WholeView, running: Collected, stored: Collected) -> None:
    if not announces_brokers(view.readings):
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
