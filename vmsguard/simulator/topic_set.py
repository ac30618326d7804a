"""The set of topics that a device announces: those of what is configured, those of its services, and more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vmsguard.simulator.device_state import Device
from vmsguard.simulator.soap import PREFIXES, quoteattr

__all__ = ["APPLICATION_PREFIX", "topic_set", "topics_of_type"]

APPLICATION_PREFIX: Final = "AppEvent"
_RECORDING: Final = ("tns1:RecordingConfig/JobState", "tns1:RecordingConfig/DeleteTrackData")
_STANDARD: Final = {
    "tt:FaceRecognition": ("tns1:RuleEngine/Recognition/Face",),
    "tt:LicensePlateRecognition": ("tns1:RuleEngine/Recognition/LicensePlate",),
    "tt:ObjectDetection": ("tns1:RuleEngine/ObjectDetection/Object",),
    "tt:ObjectTrackAggregation": ("tns1:RuleEngine/ObjectTrack/Aggregation",),
    "tt:LineDetector": ("tns1:RuleEngine/LineDetector/Crossed",),
    "tt:BodyTemperatureAlarm": ("tns1:RuleEngine/Radiometry/BodyTemperatureAlarm",),
    "ttr:RadiometryTemperatureRule": ("tns1:RuleEngine/Radiometry/TemperatureAlarm",),
}
"""Topics of rule types of the standard (ONVIF Analytics, annexes)."""
_Node = dict[str, "_Node"]


def topics_of_type(device: Device, kind: str) -> tuple[str, ...]:
    """The topics of a type of rule or module: as this device was set up, else as the standard has them."""
    told = tuple(topic for entry in device.searching.supported if entry.type == kind for topic in entry.topics)
    return told or _STANDARD.get(kind, ())


def topic_set(device: Device) -> str:
    """The children of a TopicSet."""
    tree: _Node = {}
    for topic in _topics(device):
        node = tree
        for segment in topic.split("/"):
            node = node.setdefault(segment, {})
    return _rendered(tree)


def _topics(device: Device) -> Iterator[str]:
    if "recording" in device.services:
        yield from _RECORDING
    if "recording" in device.services and "exports" in device.features:
        yield "tns1:Monitoring/AsynchronousOperationStatus"
    for known in device.configuration.analytics:
        for entry in (*known.rules, *known.modules):
            yield from topics_of_type(device, entry.type)
    for program in device.configuration.applications:
        if program.active:
            yield from (f"tns1:{APPLICATION_PREFIX}/{program.id}/{topic}" for topic in program.topics)
    yield from device.searching.announces


def _rendered(tree: _Node) -> str:
    return "".join(
        f'<{name}{_declared(name)} wstop:topic="{"false" if below else "true"}">{_rendered(below)}</{name}>'
        for name, below in tree.items()
    )


def _declared(name: str) -> str:
    """A declaration beside a vendor's own prefix."""
    prefix, colon, _ = name.partition(":")
    if not colon or prefix in PREFIXES:
        return ""
    return f" xmlns:{prefix}={quoteattr('urn:vmsguard:simulated-vendor:' + prefix)}"
