"""Functions that show only in the topics of events: a hint, which proves neither that they run nor that they do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from vmsguard.model.fact_values import AnalyticsFunction
from vmsguard_onvif import analytics_readings
from vmsguard_onvif.classify import UNCLASSIFIED, classify
from vmsguard_onvif.event_topics import Topic, task_of_topic
from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies.analytics import Function

__all__ = ["announced"]

_SEND_EVENTS = frozenset({"rule", "module", "application"})


async def announced(
    readings: Readings,
    topics: Iterable[Topic],
    listed: Sequence[AnalyticsFunction],
    known: Mapping[str, tuple[Function, ...]],
    configurations: Iterable[str],
) -> list[AnalyticsFunction]:
    """A function for each topic that speaks of faces or of body temperature and that nothing listed explains.

    ``known`` are all configurations of the device with what its media services show in them, ``configurations``
    those of the channel.

    A topic is explained by a running function of its task, on this channel or on another, and by a supported
    type that names the topic as its own: that type is not configured, or it would be listed.
    """
    hints = readings.once("hints", lambda: {topic.path: task for topic in topics if (task := task_of_topic(topic))})
    if not hints:
        return []
    running = {function.task for function in listed if function.kind in _SEND_EVENTS and function.enabled}
    running |= readings.once("shown", lambda: {classify(function) for shown in known.values() for function in shown})
    programs = {function.type for function in listed if function.kind == "application"}
    left = {
        path: task
        for path, task in hints.items()
        if not programs & set(path.split("/")) and (task == UNCLASSIFIED or task not in running)
    }
    if not left:
        return []
    owned = await _owned(readings, configurations)
    return [_hint(path, task) for path, task in left.items() if not any(_under(path, topic) for topic in owned)]


async def _owned(readings: Readings, configurations: Iterable[str]) -> frozenset[str]:
    """The topics that types of rules and modules name as theirs."""
    found: set[str] = set()
    for configuration in configurations:
        for answer in (
            await analytics_readings.rule_types(readings, configuration),
            await analytics_readings.types_of_modules(readings, configuration),
        ):
            if isinstance(answer, Answered):
                found |= {topic for known in answer.value for topic in known.topics}
    return frozenset(found)


def _under(path: str, topic: str) -> bool:
    return path == topic or path.startswith(f"{topic}/")


def _hint(path: str, task: str) -> AnalyticsFunction:
    # A topic of recognition is no recognition that is installed: what it belongs to is not known.
    told = UNCLASSIFIED if task == "face-identification" else task
    return AnalyticsFunction(f"topic:{path}", "event", path, told, None)
