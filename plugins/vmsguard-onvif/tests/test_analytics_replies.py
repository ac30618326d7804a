"""Parsers of analytics, applications, topics, doors and thermal sensors, on replies shaped like real ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from lxml import etree
from vmsguard_onvif.classify import classify
from vmsguard_onvif.elements import Element, Malformed
from vmsguard_onvif.event_topics import Topic, event_topics, task_of_topic
from vmsguard_onvif.faults import Where
from vmsguard_onvif.function_tasks import task_of_sample, task_of_type
from vmsguard_onvif.namespaces import ANALYTICS, APPMGMT, AUTHENTICATION, CREDENTIAL, EVENTS, THERMAL
from vmsguard_onvif.replies import analytics as analytics_replies
from vmsguard_onvif.replies import capability as capability_replies
from vmsguard_onvif.replies.access import FacePolicy, face_policy, identifier_types
from vmsguard_onvif.replies.analytics import Application
from vmsguard_onvif.replies.capability import SampleFrame, SupportedType
from vmsguard_onvif.replies.media import thermal_sources
from vmsguard_onvif.reply import response

T = TypeVar("T")

DATA = Path(__file__).parent / "data" / "analytics"


def told(file: str, namespace: str, operation: str, parse: Callable[[Element], T]) -> T:
    return parse(response((DATA / f"{file}.xml").read_bytes(), 200, namespace, Where("cam", operation)))


def test_rules_say_whether_they_keep_pictures() -> None:
    found = told("get_rules", ANALYTICS, "GetRules", analytics_replies.rules)
    assert [(rule.name, classify(rule), rule.keeps_pictures) for rule in found] == [
        ("Entrance", "face-identification", True),
        ("No pictures", "face-identification", False),
        ("Elsewhere", "face-identification", True),
        ("With the event", "face-identification", None),
        ("Silent", "face-identification", None),
        ("People & faces", "face-detection", None),
        ("Fever", "body-temperature", None),
    ]


@pytest.mark.parametrize(
    ("mode", "task"), [("Spot", "other"), ("Box", "other"), ("BodyTemperature", "body-temperature")]
)
def test_measuring_temperatures_is_about_bodies_unless_it_says_places(mode: str, task: str) -> None:
    reply = etree.fromstring(
        '<r xmlns:tan="http://www.onvif.org/ver20/analytics/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema">'
        f'<tan:AnalyticsModule Name="m" Type="tt:TemperatureMeasurement"><tt:Parameters><tt:SimpleItem Name="Mode" '
        f'Value="{mode}"/></tt:Parameters></tan:AnalyticsModule></r>'
    )
    (module,) = analytics_replies.modules(reply)
    assert classify(module) == task


def test_supported_types_tell_by_their_events() -> None:
    found = told("get_supported_rules", ANALYTICS, "GetSupportedRules", capability_replies.supported_rules)
    assert [(known.type, known.fixed, task_of_type(known)) for known in found] == [
        ("LineDetector", True, ""),
        ("Guest", False, "face-identification"),
        ("Watch", False, "face-detection"),
        ("Quiet", False, ""),
    ]
    assert found[1] == SupportedType("Guest", ("RuleEngine/Guest/Seen",), ("Likelihood", "EnrollmentID"), False)


def test_rule_options_name_the_classes_per_type() -> None:
    assert told("get_rule_options", ANALYTICS, "GetRuleOptions", capability_replies.class_options) == (
        ("ObjectDetection", ("Person", "Vehicle", "Face", "LicensePlate")),
        ("ObjectTrackAggregation", ("Human", "Vehicle")),
    )


def test_a_sample_frame_names_what_it_tells_of_people_and_no_value() -> None:
    wise, motion = told("get_supported_metadata", ANALYTICS, "GetSupportedMetadata", capability_replies.sample_frames)
    assert wise == SampleFrame(
        type="WiseAI",
        classes=("Human", "Head", "Face"),
        face=("Age", "Gender", "Temperature", "Accessory"),
        body=("Clothing", "Belonging"),
        shows_faces=True,
        pictures=True,
        labels=False,
    )
    assert task_of_sample(wise) == "face-attributes"
    assert motion == SampleFrame("CellMotionEngine")
    assert task_of_sample(motion) == ""


@pytest.mark.parametrize(
    ("sample", "task"),
    [
        (SampleFrame("m", classes=("Face",)), "face-detection"),
        (SampleFrame("m", classes=("Head",)), "face-detection"),
        (SampleFrame("m", shows_faces=True), "face-detection"),
        (SampleFrame("m", classes=("Face",), labels=True), "unclassified"),
        (SampleFrame("m", classes=("Human", "Vehicle"), pictures=True, labels=True), ""),
    ],
)
def test_a_sample_with_faces_says_what_is_done_with_them(sample: SampleFrame, task: str) -> None:
    assert task_of_sample(sample) == task


def test_topics_are_told_by_path_and_by_what_their_messages_tell() -> None:
    found = told("get_event_properties", EVENTS, "GetEventProperties", event_topics)
    assert {topic.path: task_of_topic(topic) for topic in found} == {
        "VideoSource/MotionAlarm": "",
        "VideoSource/FaceDetection": "face-detection",
        "RuleEngine/LineDetector/Crossed": "",
        "RuleEngine/Recognition/Face": "face-identification",
        "OpenApp/WiseAI/ObjectDetection": "unclassified",
        "Monitoring/NetworkInterface": "",
    }
    assert Topic("RuleEngine/Recognition/Face", ("Likelihood", "EnrollmentID")) in found


def test_an_enrolled_person_in_a_message_is_recognition_whatever_the_topic_is_called() -> None:
    assert task_of_topic(Topic("RuleEngine/Visitor", ("EnrollmentID",))) == "face-identification"


@pytest.mark.parametrize("file", ["get_apps_info", "get_apps_info_qualified"])
def test_applications_are_read_in_a_namespace_and_in_none(file: str) -> None:
    assert told(file, APPMGMT, "GetAppsInfo", analytics_replies.applications) == (
        Application("a1b2", "FaceRecognition Pro", False, True),
        Application("e5f6", "Loader", None, False),
    )


def test_doors_that_ask_for_a_card_before_the_face_are_told_from_others() -> None:
    assert told("get_security_level_list", AUTHENTICATION, "GetSecurityLevelList", face_policy) == FacePolicy(
        levels=1, alone=False, with_claim=True, unclear=False, complete=True
    )
    assert told("get_credential_capabilities", CREDENTIAL, "GetServiceCapabilities", identifier_types) == (
        "Card",
        "PIN",
        "Face",
    )


def test_thermal_configurations_name_the_sources_that_measure_heat() -> None:
    assert told("get_thermal_configurations", THERMAL, "GetConfigurations", thermal_sources) == ("VideoSource_2",)


@pytest.mark.parametrize(
    ("parse", "inner"),
    [
        (capability_replies.supported_rules, ""),
        (capability_replies.supported_modules, ""),
        (capability_replies.sample_frames, '<tan:AnalyticsModule Type="tt:A"/>'),
        (event_topics, ""),
        (identifier_types, ""),
        (analytics_replies.applications, "<Info><Name>x</Name></Info>"),
        (analytics_replies.applications, "<Program/>"),
        (analytics_replies.installed_applications, "<App/>"),
    ],
)
def test_what_the_schema_demands_is_not_made_up(parse: Callable[[Element], object], inner: str) -> None:
    with pytest.raises(Malformed):
        parse(etree.fromstring(f'<r xmlns:tan="{ANALYTICS}">{inner}</r>'))


CAPTURES = next(
    (parent / "shared" / "captures" for parent in Path(__file__).parents if (parent / "shared" / "captures").is_dir()),
    None,
)


@pytest.mark.skipif(CAPTURES is None, reason="the captured replies are others' data and are not copied")
def test_a_captured_camera_announces_lines_and_tampering_and_no_face() -> None:
    assert CAPTURES is not None
    content = (CAPTURES / "ex_onvif" / "get_event_properties.xml").read_bytes()
    found = event_topics(response(content, 200, EVENTS, Where("cam", "GetEventProperties")))
    assert {"VideoSource/MotionAlarm", "RuleEngine/LineDetector/Crossed", "RuleEngine/TamperDetector/Tamper"} <= {
        topic.path for topic in found
    }
    assert [topic.path for topic in found if task_of_topic(topic)] == []
