"""What real cameras answered is parsed to what a person reads in it: one expectation for each captured reply.

The replies are others' data and are not copied. ``data/captures.yaml`` says what each of them says; where they lie
beside the checkout, each must have its expectation and must be read to exactly that.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree
from vmsguard_onvif.device_clock import device_time
from vmsguard_onvif.elements import Element
from vmsguard_onvif.event_topics import event_topics, task_of_topic
from vmsguard_onvif.faults import Where
from vmsguard_onvif.namespaces import DEVICE, MEDIA, PREFIXES, RECORDING, SEARCH
from vmsguard_onvif.replies import analytics, device, events, media, recording
from vmsguard_onvif.reply import response
from vmsguard_onvif.services import ServiceTable, from_capabilities, from_services

from vmsguard.errors import DeviceFault

CAPTURES = next(
    (parent / "shared" / "captures" for parent in Path(__file__).parents if (parent / "shared" / "captures").is_dir()),
    Path("/nowhere"),
)
EXPECTED = yaml.safe_load((Path(__file__).with_name("data") / "captures.yaml").read_text(encoding="utf-8"))
SHAPES = yaml.safe_load((Path(__file__).with_name("data") / "shapes.yaml").read_text(encoding="utf-8"))
"""Replies of our own, each with one thing that was special about a captured one: these are always here."""
SHAPE_FILES = sorted((Path(__file__).with_name("data") / "shapes").glob("*.xml"))
FILES = sorted(str(file.relative_to(CAPTURES)) for file in CAPTURES.glob("*/*.xml"))
NAMESPACES = {prefix: namespace for namespace, prefix in PREFIXES.items()} | {
    "timg": "http://www.onvif.org/ver20/imaging/wsdl",
}

needs_captures = pytest.mark.skipif(
    not FILES, reason="the captured replies do not lie beside the checkout: they are others' data and are not copied"
)


def services(reply: Element) -> ServiceTable:
    return from_capabilities(reply, host="camera.example.org", device_path="/onvif/device_service")


def capabilities(reply: Element) -> dict[str, str]:
    """What a service says of itself, as it would stand in the list of services."""
    (told,) = reply
    namespace = etree.QName(told).namespace
    whole = etree.fromstring(
        f'<r xmlns:tds="{DEVICE}"><tds:Service><tds:Namespace>{namespace}</tds:Namespace><tds:XAddr>http://c/s</tds:XAddr>'
        f"<tds:Capabilities>{etree.tostring(told, with_tail=False).decode()}</tds:Capabilities></tds:Service></r>"
    )
    service = from_services(whole, host="c", device_path="/s").get(str(namespace))
    assert service is not None
    return dict(service.told or {})


def found_recording(reply: Element) -> recording.RecordingSpan:
    """A recording as a search finds it, read like the answer to who asks for it by name."""
    (found,) = reply.iter("{*}RecordingInformation")
    whole = etree.Element("r")
    information = etree.SubElement(whole, f"{{{SEARCH}}}RecordingInformation")
    information.extend(list(found))
    return recording.recording_span(whole)


def multicast_of_one(reply: Element) -> tuple[media.Multicast, ...]:
    """One encoder's configuration, read like a list of one."""
    return media.multicasts(_renamed(reply, f"{{{MEDIA}}}Configuration", f"{{{MEDIA}}}Configurations"), "video")


def made_job(reply: Element) -> tuple[recording.Job, ...]:
    """A job as its maker is told of it, read like a list of one."""
    whole = etree.Element("r")
    etree.SubElement(whole, f"{{{RECORDING}}}JobItem").extend(list(reply))
    return recording.jobs(whole)


def _renamed(reply: Element, old: str, new: str) -> Element:
    for found in reply.iter(old):
        found.tag = new
    return reply


def topics(reply: Element) -> dict[str, Any]:
    found = event_topics(reply)
    return {"all": sorted(topic.path for topic in found), "of faces": [t.path for t in found if task_of_topic(t)]}


def nothing(reply: Element) -> None:
    """No fact rests on it."""


PARSERS: dict[str, Callable[[Element], Any]] = {
    "capabilities": capabilities,
    "device_information": device.device_information,
    "device_time": device_time,
    "found_recording": found_recording,
    "jobs": recording.jobs,
    "made_job": made_job,
    "media_profiles": media.media_profiles,
    "media_uri": media.media_uri,
    "modules": analytics.modules,
    "multicast_of_one": multicast_of_one,
    "network_protocols": device.network_protocols,
    "nothing": nothing,
    "notifications": events.notifications,
    "recording_count": recording.recording_count,
    "recordings": recording.recordings,
    "services": services,
    "subscribed": events.subscribed,
    "topics": topics,
}


def plain(value: Any) -> Any:
    """As YAML has it; fields that say no more than their default are left out, and serial numbers are counted."""
    if isinstance(value, device.DeviceInformation):
        value = dataclasses.replace(value, serial=f"{len(value.serial)} characters")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if getattr(value, field.name) != (field.default if field.default_factory is dataclasses.MISSING else {})
        }
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(inner) for inner in value]
    return value


def read(file: Path, expected: dict[str, Any]) -> Any:
    prefix, _, operation = expected["answers"].partition(":")
    content = file.read_bytes()
    reply = response(content, expected.get("status", 200), NAMESPACES.get(prefix, prefix), Where("cam", operation))
    return plain(PARSERS[expected["read as"]](reply))


def test_what_no_fact_rests_on_says_why() -> None:
    unread = {file for file, expected in EXPECTED.items() if "says" not in expected and "fault" not in expected}
    assert unread == {file for file, expected in EXPECTED.items() if expected.get("because")}
    assert {"nothing"} == {EXPECTED[file]["read as"] for file in unread}


@needs_captures
def test_every_captured_reply_has_an_expectation_and_none_is_gone() -> None:
    assert FILES == sorted(EXPECTED)


@needs_captures
@pytest.mark.parametrize("file", [file for file in FILES if "fault" not in EXPECTED.get(file, {})])
def test_a_captured_reply_says_what_a_person_reads_in_it(file: str) -> None:
    assert EXPECTED[file].get("says") == read(CAPTURES / file, EXPECTED[file])


@needs_captures
@pytest.mark.parametrize("file", [file for file in FILES if "fault" in EXPECTED.get(file, {})])
def test_a_captured_fault_is_the_fault_that_a_person_reads_in_it(file: str) -> None:
    with pytest.raises(DeviceFault) as raised:
        read(CAPTURES / file, EXPECTED[file])
    assert EXPECTED[file]["fault"] == [raised.value.code, *raised.value.subcodes]


def test_every_shape_has_an_expectation_and_none_is_gone() -> None:
    assert sorted(SHAPES) == [file.stem for file in SHAPE_FILES]


@pytest.mark.parametrize("file", SHAPE_FILES, ids=lambda file: file.stem)
def test_a_reply_of_a_special_shape_is_read_like_any_other(file: Path) -> None:
    expected = SHAPES[file.stem]
    if "fault" not in expected:
        assert expected["says"] == read(file, expected)
        return
    with pytest.raises(DeviceFault) as raised:
        read(file, expected)
    assert expected["fault"] == [raised.value.code, *raised.value.subcodes]
