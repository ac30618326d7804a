"""The fact about heat: which channels the Thermal service configures, or measure temperatures by radiometry."""

from __future__ import annotations

from vmsguard.model.facts import Absent, Known, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard_onvif.configured_functions import configurations
from vmsguard_onvif.gathering import Answered, Unanswered
from vmsguard_onvif.lists import Collected
from vmsguard_onvif.namespaces import ANALYTICS, THERMAL
from vmsguard_onvif.observed import Told, collect, runtime
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.topology import Topology

__all__ = ["thermal_source"]

# Analytics, annex on radiometry: these measure what only a sensor of heat can see.
_RADIOMETRY = frozenset(
    {
        "RadiometrySpot",
        "RadiometryBox",
        "RadiometryTemperatureRule",
        "TemperatureMeasurement",
        "TemperatureMeasurementRule",
        "BodyTemperatureAlarm",
    }
)


async def thermal_source(readings: Readings, topology: Topology, channel: str) -> Told:
    """Whether the channel's sensor measures heat.

    The Thermal service lists every thermal source, so a source it leaves out beside others is none. Without
    the service nothing is said: most fever cameras show nothing of their sensor over ONVIF.
    """
    answer = await readings.thermal_sources()
    if isinstance(answer, Answered) and channel in answer.value:
        return runtime(Known(True))
    if await _measures(readings, topology, channel) or _only_sensor(readings, topology, answer):
        return runtime(Known(True))
    if isinstance(answer, Answered):
        if answer.value:
            return runtime(Known(False))
        why = Why.FABRICATED if readings.session.fabricates else Why.UNSUPPORTED_UNPROVEN
        return runtime(Unknown(why, "the Thermal service lists no source"))
    return runtime(_unproven(answer.reading))


def _unproven(reading: Absent | Unknown) -> Unknown:
    return reading if isinstance(reading, Unknown) else Unknown(Why.UNSUPPORTED_UNPROVEN, reading.proof)


def _only_sensor(readings: Readings, topology: Topology, answer: Answered[tuple[str, ...]] | Unanswered) -> bool:
    """A device with one sensor that says it does radiometry needs no list to tell which."""
    service = readings.session.services.get(THERMAL)
    silent = not isinstance(answer, Answered) or not answer.value
    return silent and service is not None and bool(service.flag("Radiometry")) and len(topology.channels) == 1


async def _measures(readings: Readings, topology: Topology, channel: str) -> bool:
    """Whether a profile of the channel holds an analytics configuration that measures temperatures."""
    held = {profile.analytics for profile in topology.of_channel(channel)} - {""}
    if not held or readings.session.services.get(ANALYTICS) is None:
        return False
    unused: Collected = collect(readings)
    known = await configurations(readings, unused)
    for configuration in held:
        listed = list(known.get(configuration, ()))
        for answer in (await readings.modules(configuration), await readings.rules(configuration)):
            listed += answer.value if isinstance(answer, Answered) else ()
        if any(function.type in _RADIOMETRY for function in listed):
            return True
    return False
