"""The fact about searching: what analyses a channel's pictures, as listed and as hinted at."""

from __future__ import annotations

from vmsguard.model.fact_values import AnalyticsFunction
from vmsguard.model.facts import Unknown
from vmsguard.model.vocabulary import Layer, Why
from vmsguard_onvif import analytics_readings
from vmsguard_onvif.announced_functions import announced
from vmsguard_onvif.applications import applications, starting
from vmsguard_onvif.configured_functions import configurations, configured, of_channel
from vmsguard_onvif.door_functions import doors
from vmsguard_onvif.event_topics import Topic
from vmsguard_onvif.facts.search_functions import searches
from vmsguard_onvif.gathering import Answered, Unanswered
from vmsguard_onvif.lists import Collected
from vmsguard_onvif.namespaces import EVENTS
from vmsguard_onvif.observed import Told, collect
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.topology import Topology
from vmsguard_onvif.vendor_gaps import analytics_gap

__all__ = ["analytics_functions"]


async def analytics_functions(readings: Readings, topology: Topology, channel: str) -> Told:
    """Rules and modules of every analytics configuration, applications, search by pictures, doors, and topics
    of events that none of these explains.

    What counts as installed is what is configured or installed, running or not. A type that could be
    configured is not in the list, as long as the device names the type that its topics belong to.
    """
    running = collect(readings)
    known = await configurations(readings, running)
    mine = of_channel(readings, topology, known, channel)
    functions: list[AnalyticsFunction] = []
    for configuration in mine:
        functions += await configured(readings, configuration, known[configuration], running)
    told = await _topics(readings, running)
    installed = await applications(readings, running, told)
    functions += [application.function for application in installed]
    functions += await searches(readings, topology, channel)
    functions += await doors(readings)
    hinted = await announced(readings, told, functions, known, mine)
    gap = analytics_gap(readings.session.manufacturer)
    if gap:
        # Neither a clean list nor a missing service says anything about what the maker keeps elsewhere.
        running.unknown.append(Unknown(Why.UNSUPPORTED_UNPROVEN, gap))
    stored = collect(readings)
    stored.answered, stored.unknown, stored.absent = running.answered, list(running.unknown), list(running.absent)
    running.add([*functions, *hinted])
    stored.add([*starting(functions, installed), *hinted])
    return {Layer.RUNTIME: running.reading(), Layer.STORED: stored.reading()}


async def _topics(readings: Readings, collected: Collected) -> tuple[Topic, ...]:
    """The announced topics; where they cannot be read, nobody knows which functions show only there."""
    if readings.session.services.get(EVENTS) is None:
        return ()
    answer = await analytics_readings.topics(readings)
    if isinstance(answer, Answered):
        return answer.value
    collected.unknown.append(_unread(answer))
    return ()


def _unread(answer: Unanswered) -> Unknown:
    reading = answer.reading
    # The standard makes the operation mandatory: a device that refuses it proves nothing about its functions.
    return reading if isinstance(reading, Unknown) else Unknown(Why.UNSUPPORTED_UNPROVEN, reading.proof)
