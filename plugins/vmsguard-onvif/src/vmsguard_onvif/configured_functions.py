"""The rules and modules of every analytics configuration, in a profile or not, from every list that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vmsguard.model.fact_values import AnalyticsFunction
from vmsguard.model.facts import Unknown
from vmsguard_onvif.classify import names_more_than_faces
from vmsguard_onvif.function_tasks import task_of, worst
from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.lists import Collected
from vmsguard_onvif.namespaces import ANALYTICS, MEDIA, MEDIA2
from vmsguard_onvif.outside_onvif import ANALYSING, unless_outside
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies.analytics import AnalyticsConfiguration, Function
from vmsguard_onvif.topology import Topology

__all__ = ["configurations", "configured", "function_id", "of_channel"]


def function_id(configuration: str, function: Function) -> str:
    """Unique on a device: a name is unique only inside one configuration."""
    return f"{function.kind}:{configuration}/{function.name}"


async def configurations(readings: Readings, collected: Collected) -> dict[str, tuple[Function, ...]]:
    """Both media services' configurations, with the functions that these show inside them."""
    analytics = readings.gathering.refused(ANALYTICS)
    if analytics is not None:
        collected.take(unless_outside(analytics, ANALYSING))
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


def of_channel(
    readings: Readings, topology: Topology, known: Mapping[str, tuple[Function, ...]], channel: str
) -> list[str]:
    """Tokens of the channel's configurations; one that no profile holds belongs to every channel."""
    return readings.once("analytics", lambda: topology.analytics(known))[channel]


async def configured(
    readings: Readings, configuration: str, shown: Iterable[Function], collected: Collected
) -> list[AnalyticsFunction]:
    """The functions of one configuration: those its media services show, and those the Analytics service lists."""
    found = await _told(readings, configuration, shown)
    for name, function in (await _told(readings, configuration, await _listed(readings, configuration, collected))
                           ).items():  # fmt: skip
        before = found.get(name)
        # The Analytics service knows best, unless the two do not even agree on what it is.
        differs = before is not None and before.type != function.type
        found[name] = _worse(before, function) if before is not None and differs else function
    return list(found.values())


async def _listed(readings: Readings, configuration: str, collected: Collected) -> list[Function]:
    functions: list[Function] = []
    for answer in (await readings.rules(configuration), await readings.modules(configuration)):
        if isinstance(answer, Answered):
            collected.answered = True
            functions += answer.value
        elif isinstance(answer.reading, Unknown):
            collected.take(answer)
    return functions


async def _told(readings: Readings, configuration: str, functions: Iterable[Function]) -> dict[str, AnalyticsFunction]:
    found: dict[str, AnalyticsFunction] = {}
    for function in functions:
        # A configured rule or module runs: ONVIF has no switch on it, only its removal.
        told = AnalyticsFunction(
            id=function_id(configuration, function),
            kind=function.kind,
            type=function.type,
            task=await task_of(readings, configuration, function),
            enabled=True,
            keeps_pictures=function.keeps_pictures,
            other_classes=names_more_than_faces(function),
        )
        before = found.get(told.id)
        found[told.id] = told if before is None else _worse(before, told)
    return found


def _worse(one: AnalyticsFunction, other: AnalyticsFunction) -> AnalyticsFunction:
    """Of two functions of one name, which the standard does not allow, the one that must not be overlooked."""
    return one if worst((one.task, other.task)) == one.task else other
