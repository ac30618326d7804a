"""Programs on the device: which there are, what they do, whether they run, and whether a restart starts them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from vmsguard.model.fact_values import AnalyticsFunction
from vmsguard_onvif import analytics_readings
from vmsguard_onvif.classify import UNCLASSIFIED, classify
from vmsguard_onvif.event_topics import Topic, task_of_topic
from vmsguard_onvif.function_tasks import worst
from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.lists import Collected
from vmsguard_onvif.namespaces import APPMGMT
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies.analytics import Application, Function

__all__ = ["Installed", "applications", "starting"]


@dataclass(frozen=True)
class Installed:
    """One application as a function; ``starts`` says whether a restart of the device starts it."""

    function: AnalyticsFunction
    starts: bool | None


async def applications(readings: Readings, collected: Collected, topics: Iterable[Topic]) -> list[Installed]:
    """The union of both lists of applications: one that shows no state is neither on nor off."""
    hidden = readings.gathering.hidden(APPMGMT)
    if hidden is not None:
        collected.take(hidden)
    if readings.session.services.get(APPMGMT) is None:
        return []
    found: dict[str, Application] = {}
    for answer in (await analytics_readings.installed_applications(readings), await readings.applications()):
        if collected.take(answer) and isinstance(answer, Answered):
            found |= {application.id: application for application in answer.value}
    return [
        Installed(
            AnalyticsFunction(
                id=f"application:{application.id}",
                kind="application",
                type=application.id,
                task=_task(application, topics),
                enabled=application.active,
            ),
            application.starts,
        )
        for application in found.values()
    ]


def _task(application: Application, topics: Iterable[Topic]) -> str:
    """By its id and name, else by the events it sends, whose topics hold one of them (App Management, events)."""
    task = classify(Function("application", application.name, application.id))
    if task != UNCLASSIFIED:
        return task
    own = {application.id, application.name} - {""}
    sent = [topic for topic in topics if own & set(topic.path.split("/"))]
    return worst(told for told in map(task_of_topic, sent) if told != UNCLASSIFIED) or UNCLASSIFIED


def starting(functions: Iterable[AnalyticsFunction], installed: Iterable[Installed]) -> list[AnalyticsFunction]:
    """The same functions as a restart leaves them: an application that is off may start with the device."""
    starts = {one.function.id: one.starts for one in installed if one.starts is not None}
    return [
        replace(function, enabled=starts[function.id]) if function.id in starts else function for function in functions
    ]
