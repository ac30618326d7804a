"""The task of a function that its own words leave open, from what the device says its type can do."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard_onvif import analytics_readings
from vmsguard_onvif.classify import FILTERED, UNCLASSIFIED, classify
from vmsguard_onvif.event_topics import Topic, task_of_items, task_of_topic
from vmsguard_onvif.face_names import is_face_class
from vmsguard_onvif.gathering import Answered
from vmsguard_onvif.namespaces import ANALYTICS
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies.analytics import Function
from vmsguard_onvif.replies.capability import SampleFrame, SupportedType

__all__ = ["task_of", "task_of_sample", "task_of_type", "worst"]

_WORST_FIRST = (
    "face-identification",
    UNCLASSIFIED,
    "face-verification",
    "emotion",
    "biometric-categorisation",
    "face-attributes",
    "face-detection",
    "body-temperature",
    "other",
)


def worst(tasks: Iterable[str]) -> str:
    """Of several tasks the one that asks for most care; empty if there is none."""
    return min((task for task in tasks if task), key=_WORST_FIRST.index, default="")


async def task_of(readings: Readings, configuration: str, function: Function) -> str:
    """The task of a configured function; the device is asked about its type only where that is open."""
    task = classify(function)
    if task != UNCLASSIFIED:
        return task
    asked = _task_of_rule if function.kind == "rule" else _task_of_module
    return await asked(readings, configuration, function) or UNCLASSIFIED


async def _task_of_rule(readings: Readings, configuration: str, rule: Function) -> str:
    service = readings.session.services.get(ANALYTICS)
    if rule.type in FILTERED and service is not None and service.flag("RuleOptionsSupported"):
        options = await analytics_readings.class_options(readings, configuration)
        told = options.value if isinstance(options, Answered) else ()
        classes = [name for kind, names in told if kind in {"", rule.type} for name in names]
        if classes:
            # Without a filter it reports every class it can tell.
            return "face-detection" if is_face_class(classes) else "other"
    types = await analytics_readings.rule_types(readings, configuration)
    return _described(types.value if isinstance(types, Answered) else (), rule.type)


async def _task_of_module(readings: Readings, configuration: str, module: Function) -> str:
    types = await analytics_readings.types_of_modules(readings, configuration)
    described = _described(types.value if isinstance(types, Answered) else (), module.type)
    service = readings.session.services.get(ANALYTICS)
    if described or service is None or not service.flag("SupportedMetadata"):
        return described
    samples = await analytics_readings.metadata_samples(readings)
    told = samples.value if isinstance(samples, Answered) else ()
    return worst(task_of_sample(sample) for sample in told if sample.type == module.type)


def _described(types: Iterable[SupportedType], wanted: str) -> str:
    return worst(task_of_type(known) for known in types if known.type == wanted)


def task_of_type(known: SupportedType) -> str:
    """The task that the events of a type speak of; empty where they speak of no face.

    Silence clears nothing: what a function looks at need not show in its events.
    """
    told = [task_of_topic(Topic(path)) for path in known.topics]
    return worst(task for task in (*told, task_of_items(known.items)) if task != UNCLASSIFIED)


def task_of_sample(sample: SampleFrame) -> str:
    """The task that a sample frame shows; empty for one without faces, which clears nothing either."""
    if not sample.shows_faces and not is_face_class(sample.classes):
        return ""
    if sample.labels:
        # A label may say who it is (tt:LabelInfo), and the sample does not tell labels of people from others.
        return UNCLASSIFIED
    return "face-attributes" if sample.face else "face-detection"
