"""Facts about searching: analytics functions and thermal sensors."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard.model.fact_values import AnalyticsFunction
from vmsguard.model.facts import Known, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard_onvif.analytics_replies import AnalyticsConfiguration, Function
from vmsguard_onvif.classify import SEARCH_BY_IMAGE, classify
from vmsguard_onvif.gathering import Answered, Unanswered
from vmsguard_onvif.lists import Collected
from vmsguard_onvif.namespaces import ANALYTICS, APPMGMT, MEDIA, MEDIA2, SEARCH
from vmsguard_onvif.observed import Told, both, collect, runtime
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.topology import Topology
from vmsguard_onvif.vendor_gaps import analytics_gap

__all__ = ["analytics_functions", "function_id", "thermal_source"]


def function_id(configuration: str, function: Function) -> str:
    """Unique on a device: a name is unique only inside one configuration."""
    return f"{function.kind}:{configuration}/{function.name}"


async def analytics_functions(readings: Readings, topology: Topology, channel: str) -> Told:
    """Rules and modules of every analytics configuration, in a profile or not, and applications.

    Both media services list configurations, and a configuration may show rules that GetRules does not:
    the list is the union of all.
    """
    collected = collect(readings)
    found: dict[str, AnalyticsFunction] = {}
    configurations = await _configurations(readings, collected)
    for configuration in readings.once("analytics", lambda: topology.analytics(configurations))[channel]:
        functions = [*configurations[configuration], *await _listed(readings, configuration, collected)]
        found |= {item.id: item for item in _functions(configuration, functions)}
    collected.add(found.values())
    await _applications(readings, collected)
    _image_search(readings, collected)
    gap = analytics_gap(readings.session.manufacturer)
    if gap:
        # Neither a clean list nor a missing service says anything about what the maker keeps elsewhere.
        collected.unknown.append(Unknown(Why.UNSUPPORTED_UNPROVEN, gap))
    return both(collected.reading())


async def _configurations(readings: Readings, collected: Collected) -> dict[str, tuple[Function, ...]]:
    analytics = readings.gathering.refused(ANALYTICS)
    if analytics is not None:
        collected.take(analytics)
    listed: list[AnalyticsConfiguration] = []
    for service in (MEDIA, MEDIA2):
        if readings.session.services.get(service) is None:
            continue
        answer = await readings.analytics_configurations(service)
        if isinstance(answer, Answered):
            # Configurations without an analytics service are still read, but their absence proves nothing more.
            collected.answered = collected.answered or analytics is None or bool(answer.value)
            listed += answer.value
        elif analytics is None:
            collected.take(answer)
    return readings.once("configurations", lambda: _merged(listed))


def _merged(listed: Iterable[AnalyticsConfiguration]) -> dict[str, tuple[Function, ...]]:
    merged: dict[str, tuple[Function, ...]] = {}
    for configuration in listed:
        merged[configuration.token] = (*merged.get(configuration.token, ()), *configuration.functions)
    return merged


async def _listed(readings: Readings, configuration: str, collected: Collected) -> list[Function]:
    functions: list[Function] = []
    for answer in (await readings.rules(configuration), await readings.modules(configuration)):
        if isinstance(answer, Answered):
            collected.answered = True
            functions += answer.value
        elif isinstance(answer.reading, Unknown):
            collected.take(answer)
    return functions


def _functions(configuration: str, functions: Iterable[Function]) -> Iterable[AnalyticsFunction]:
    for function in functions:
        # A configured rule or module runs: ONVIF has no switch on it, only its removal.
        yield AnalyticsFunction(
            id=function_id(configuration, function),
            kind=function.kind,
            type=function.type,
            task=classify(function),
            enabled=True,
            keeps_pictures=function.keeps_pictures,
        )


async def _applications(readings: Readings, collected: Collected) -> None:
    if readings.session.services.get(APPMGMT) is None:
        return
    answer = await readings.applications()
    if collected.take(answer) and isinstance(answer, Answered):
        for application in answer.value:
            told = Function("application", application.name, application.id)
            collected.add(
                [
                    AnalyticsFunction(
                        id=f"application:{application.id}",
                        kind="application",
                        type=application.id,
                        task=classify(told),
                        enabled=application.active,
                    )
                ]
            )


def _image_search(readings: Readings, collected: Collected) -> None:
    """Searching recordings by a picture finds people without any analytics rule."""
    service = readings.session.services.get(SEARCH)
    if service is not None and service.flag("ImageSearch"):
        collected.add([AnalyticsFunction("search:image", "application", SEARCH_BY_IMAGE, "unclassified", enabled=True)])


async def thermal_source(readings: Readings, topology: Topology, channel: str) -> Told:
    """Whether the Thermal service configures the channel's source.

    Most fever cameras show nothing of their sensor over ONVIF, so a missing service says nothing.
    """
    answer = await readings.thermal_sources()
    if isinstance(answer, Unanswered):
        reading = answer.reading
        if isinstance(reading, Unknown):
            return runtime(reading)
        return runtime(Unknown(Why.UNSUPPORTED_UNPROVEN, reading.proof))
    if not answer.value and readings.session.fabricates:
        return runtime(Unknown(Why.FABRICATED, "an empty list from a device that answers anything"))
    return runtime(Known(channel in answer.value))
