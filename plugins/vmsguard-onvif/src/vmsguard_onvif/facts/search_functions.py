"""Searching recordings by a picture or a description: it finds people without any analytics rule."""

from __future__ import annotations

from vmsguard.model.fact_values import AnalyticsFunction
from vmsguard.model.facts import Absent, Items, Known
from vmsguard.model.vocabulary import Layer
from vmsguard_onvif.classify import UNCLASSIFIED
from vmsguard_onvif.facts.storage import footage
from vmsguard_onvif.namespaces import SEARCH
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.topology import Topology

__all__ = ["searches"]

_SEARCHES = {
    "ImageSearch": ("search:image", "SearchImageByImage"),
    "NLSearch": ("search:language", "SearchImageByNL"),
}
"""Capability flags of the Search service, with the operation each stands for."""


async def searches(readings: Readings, topology: Topology, channel: str) -> list[AnalyticsFunction]:
    """The searches the device offers.

    ONVIF cannot switch them off. They find what is recorded, so they are on where the channel has footage and
    off where it is shown to have none. Whether they match faces or coats shows nowhere: they stay unclassified.
    """
    service = readings.session.services.get(SEARCH)
    offered = [] if service is None else [told for flag, told in _SEARCHES.items() if service.flag(flag)]
    if not offered:
        return []
    recorded = await _recorded(readings, topology, channel)
    return [AnalyticsFunction(name, "search", operation, UNCLASSIFIED, recorded) for name, operation in offered]


async def _recorded(readings: Readings, topology: Topology, channel: str) -> bool | None:
    reading = (await footage(readings, topology, channel))[Layer.RUNTIME]
    if isinstance(reading, Absent):
        return False
    if not isinstance(reading, Known) or not isinstance(reading.value, Items):
        return None
    listed = reading.value.values
    if any(found.open or found.start is not None or found.end is not None for found in listed):
        return True
    return False if reading.value.complete and all(found.empty for found in listed) else None
