"""Facts about exports: what copies recorded data out of the device once, begun by whoever asked for it."""

from __future__ import annotations

from vmsguard.model.fact_values import ExportJob, ExternalDestination
from vmsguard.model.facts import Items, Known, Unknown
from vmsguard_onvif.analytics_readings import topics
from vmsguard_onvif.announcements import EXPORTS, running_exports
from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.namespaces import RECORDING
from vmsguard_onvif.observed import Told, both
from vmsguard_onvif.outside_onvif import unless_outside
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.topology import Topology

__all__ = ["EXPORT", "export_destinations", "export_jobs"]

EXPORT = "export:"
"""What the id of a running export begins with; the rest is the token of the operation."""

_ON_ITS_PAGES = "exports that are begun on the device's own pages are not in ONVIF"
_UNLISTED = "ONVIF lists no running exports: only who started one can ask for its state"
_MORE_TO_TELL = f"{_UNLISTED}, and the device had more events to tell than are taken in one session"
_UNHEARD = f"{_UNLISTED}, and the device's events tell of them only who subscribes (event_subscription)"


async def export_jobs(readings: Readings, topology: Topology, channel: str) -> Told:
    """A list nobody can complete; unknown where the Recording service names no way to export, or there is none.

    Running ones are in it where the device's events tell of them, which takes a subscription.
    """
    refused = readings.gathering.refused(RECORDING)
    if refused is not None:
        return both(unless_outside(refused, _ON_ITS_PAGES).reading)
    service = readings.session.services.get(RECORDING)
    if service is not None and service.told is not None and not service.exports():
        absence = readings.gathering.absence("the Recording service names no format to export")
        return both(unless_outside(absence, _ON_ITS_PAGES).reading)
    running = tuple(
        ExportJob(f"{EXPORT}{token}", "footage", True) for token in running_exports(readings.listener.heard)
    )
    # A subscriber is told of each that runs; that he was told of all is in no specification.
    return both(Known(Items(running, complete=False, missing=_UNLISTED)))


async def export_destinations(readings: Readings) -> tuple[tuple[ExternalDestination, ...], str]:
    """Running exports as the places they write to, and why others may run that nobody told of; empty if none can.

    A device that lists the topic has to tell a new subscriber of every operation that runs (Core, property
    events); one that does not list it, or was not listened to, leaves it open.
    """
    service = readings.session.services.get(RECORDING)
    if service is None or (service.told is not None and not service.exports()):
        return (), ""
    found = running_exports(readings.listener.heard)
    running = tuple(ExternalDestination(f"{EXPORT}{token}", "export", True) for token in found)
    if not readings.listener.wanted:
        return running, _UNHEARD
    if (why := readings.listener.why) is not None and isinstance(why.reading, Unknown):
        return running, f"{_UNLISTED}, and the device's events could not be heard: {why.reading.detail}"
    if not readings.listener.drained:
        return running, _MORE_TO_TELL
    announced = await topics(readings)
    listed = isinstance(announced, Answered) and any(topic.path == EXPORTS for topic in announced.value)
    return running, "" if listed else "the device lists no event that tells of running exports"
